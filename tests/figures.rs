//! The README's table of figures has a row for each figure of the bench, and no other.

use std::path::Path;

#[allow(dead_code, reason = "the bench uses the names")]
#[path = "../benches/figures/list.rs"]
mod list;

#[test]
fn the_readme_has_every_figure_of_the_bench() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(path).expect("a README");
    let (_, rest) = readme.split_once("<!-- figures:").expect("the first mark");
    let (table, _) = rest.split_once("<!-- end of figures -->").expect("the last mark");
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(1)
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let expected: Vec<[&str; 3]> =
        list::FIGURES.iter().map(|figure| [figure.what, figure.against, figure.target]).collect();
    let found: Vec<&[&str]> = rows.iter().filter_map(|row| row.get(..3)).collect();
    assert_eq!(found, expected, "`cargo bench --bench figures -- --readme` writes it anew");
    for row in rows {
        let measured = row.get(3).expect("a value");
        assert!(measured.starts_with(|first: char| first.is_ascii_digit() || first == '+'), "{row:?} was not measured");
    }
}

#[test]
fn every_figure_has_its_own_name() {
    let mut names: Vec<&str> = list::FIGURES.iter().map(|figure| figure.id).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), list::FIGURES.len());
}
