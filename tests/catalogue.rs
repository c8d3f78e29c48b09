//! Holds the pages, the probes, the sources, the README and the installed helper together.

#[path = "common/untested.rs"]
mod untested;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use bridge_doctor::catalogue::{self, KnownError, Likelihood, Page};
use bridge_doctor::probe::PROBES;
use regex::Regex;

/// What every page has, in this order.
const SECTIONS: [&str; 5] = ["What it asks", "Why it matters", "How it fails", "How to mend it", "Side effects"];

/// Where the distributions install the helper.
const HELPERS: [&str; 4] = [
    "/usr/lib/qemu/qemu-bridge-helper",
    "/usr/libexec/qemu-bridge-helper",
    "/usr/libexec/qemu/qemu-bridge-helper",
    "/usr/lib/qemu-bridge-helper",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The stems of the files with this extension in a folder.
fn stems(folder: &str, extension: &str) -> BTreeSet<String> {
    let files = std::fs::read_dir(root().join(folder)).expect("the folder is there");
    let paths = files.map(|entry| entry.expect("the folder can be read").path());
    paths
        .filter(|path| path.extension().is_some_and(|end| end == extension))
        .filter_map(|path| path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned))
        .collect()
}

fn sources(folder: &str) -> Vec<PathBuf> {
    walkdir::WalkDir::new(root().join(folder))
        .into_iter()
        .map(|entry| entry.expect("the sources can be read").into_path())
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .collect()
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| panic!("{error}"))
}

fn probe_ids() -> BTreeSet<String> {
    PROBES.iter().map(|probe| probe.id.to_owned()).collect()
}

fn cause_ids() -> BTreeSet<&'static str> {
    catalogue::pages().iter().flat_map(|page| page.causes).map(|cause| cause.id).collect()
}

#[test]
fn a_page_for_each_probe_and_a_probe_for_each_page() {
    assert_eq!(PROBES.len(), probe_ids().len(), "a probe stands twice in PROBES");
    assert_eq!(stems("checks", "md"), probe_ids());
    assert_eq!(catalogue::pages().iter().map(|page| page.id.to_owned()).collect::<BTreeSet<_>>(), probe_ids());
}

#[test]
fn the_module_of_a_probe_has_its_name() {
    let modules = sources("src/probe");
    for probe in PROBES {
        let name = probe.id.replace('-', "_");
        let file = root().join("src/probe").join(format!("{name}.rs"));
        let folder = root().join("src/probe").join(&name).join("mod.rs");
        assert!(modules.contains(&file) || modules.contains(&folder), "{} has no module {name}", probe.id);
    }
}

#[test]
fn pages_and_causes_are_found_by_their_ids() {
    for page in catalogue::pages() {
        assert_eq!(catalogue::page(page.id), Some(page));
        for cause in page.causes {
            assert_eq!(catalogue::cause(cause.id), Some((page, cause)));
            assert_eq!(catalogue::check_of_cause(cause.id), Some(page.id));
        }
    }
    assert_eq!(catalogue::page("helper-setuidx"), None);
    assert_eq!(catalogue::check_of_cause("helper-setuid"), None, "that is a check");
}

#[test]
fn every_check_can_find_something() {
    for page in catalogue::pages() {
        assert!(!page.causes.is_empty(), "{} has no cause", page.id);
    }
}

#[test]
fn requires_points_backwards_only() {
    for (place, probe) in PROBES.iter().enumerate() {
        let page = catalogue::page(probe.id).expect("each probe has a page");
        for required in page.requires {
            let before = PROBES[..place].iter().any(|other| other.id == *required);
            assert!(before, "{} requires {required}, which does not stand before it", page.id);
        }
    }
}

#[test]
fn each_page_has_the_agreed_sections_in_their_order() {
    for Page { id, body, .. } in catalogue::pages() {
        let headings: Vec<&str> = body.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(headings, SECTIONS, "checks/{id}.md");
    }
}

#[test]
fn each_page_explains_its_causes_under_their_ids() {
    for Page { id, body, causes, .. } in catalogue::pages() {
        let explained: Vec<&str> = body.lines().filter_map(|line| line.strip_prefix("### ")).collect();
        let declared: Vec<&str> = causes.iter().map(|cause| cause.id).collect();
        assert_eq!(explained, declared, "checks/{id}.md");
    }
}

#[test]
fn a_neighbour_says_whose_message_it_is_and_explains_its_causes() {
    let names: BTreeSet<String> = catalogue::neighbours().iter().map(|page| page.id.to_owned()).collect();
    assert_eq!(stems("checks/neighbours", "md"), names);
    for page in catalogue::neighbours() {
        let headings: Vec<&str> = page.body.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(headings, ["Whose message it is", "What is behind it", "What to do"], "neighbours/{}.md", page.id);
        let explained: Vec<&str> = page.body.lines().filter_map(|line| line.strip_prefix("### ")).collect();
        assert_eq!(explained, page.causes.iter().map(|cause| cause.id).collect::<Vec<_>>(), "{}", page.id);
        assert_eq!(catalogue::neighbour(page.id), Some(page));
    }
}

#[test]
fn a_needle_stands_in_the_example_of_each_of_its_errors() {
    let errors: Vec<&KnownError> = catalogue::errors().map(|(_, error)| error).collect();
    for (place, error) in errors.iter().enumerate() {
        let needles = catalogue::needles().iter().filter(|needle| needle.errors.contains(&place));
        assert!(needles.clone().any(|needle| error.example.contains(needle.text)), "{} has no needle", error.id);
    }
}

#[test]
fn titles_are_statements_in_one_line() {
    let titles = catalogue::pages().iter().flat_map(|page| {
        [(page.id, page.title)].into_iter().chain(page.causes.iter().map(|cause| (cause.id, cause.title)))
    });
    for (id, title) in titles {
        assert!(!title.is_empty() && !title.contains('\n') && !title.ends_with(['.', '?', '!']), "{id}: {title}");
    }
}

#[test]
fn pages_link_to_pages_that_exist() {
    let link = regex(r"\]\(([^)]+)\)");
    for Page { id, body, .. } in catalogue::pages() {
        for target in link.captures_iter(body).map(|found| found[1].to_owned()) {
            assert!(root().join("checks").join(&target).is_file(), "checks/{id}.md links to {target}");
        }
    }
}

#[test]
fn the_readme_lists_every_check() {
    let readme = read("README.md");
    let row = regex(r"(?m)^\| \[`([a-z-]+)`\]\(checks/([a-z-]+)\.md\) \| ([^|]+) \|");
    let rows: Vec<[String; 3]> =
        row.captures_iter(&readme).map(|row| [1, 2, 3].map(|column| row[column].to_owned())).collect();
    let pages = PROBES.iter().map(|probe| catalogue::page(probe.id).expect("each probe has a page"));
    let expected: Vec<[String; 3]> = pages.map(|page| [page.id, page.id, page.title].map(str::to_owned)).collect();
    assert_eq!(rows, expected);
}

#[test]
fn no_pattern_misses_its_own_example_and_none_is_shadowed() {
    let patterns: Vec<(&KnownError, Regex)> =
        catalogue::errors().map(|(_, error)| (error, regex(error.pattern))).collect();
    for (error, own) in &patterns {
        assert!(own.is_match(error.example), "{}: the pattern misses {:?}", error.id, error.example);
        let (first, _) = patterns.iter().find(|(_, pattern)| pattern.is_match(error.example)).expect("its own matches");
        assert_eq!(first.id, error.id, "the example of {} is taken by {}", error.id, first.id);
    }
}

#[test]
fn patterns_name_their_parameters_and_stand_anywhere_in_a_line() {
    for (_, error) in catalogue::errors() {
        let pattern = regex(error.pattern);
        assert!(!error.pattern.replace("[^", "[").contains(['^', '$']), "{} is anchored", error.id);
        assert_eq!(pattern.captures_len(), pattern.capture_names().flatten().count() + 1, "{}: unnamed", error.id);
        let wrapped = format!("error: Failed to start domain 'x'\nstderr={}\n", error.example);
        assert!(pattern.is_match(&wrapped), "{} misses its example inside of another program's output", error.id);
    }
}

#[test]
fn an_errors_causes_stand_best_first_and_a_certain_one_alone() {
    for (_, error) in catalogue::errors() {
        let likelihoods: Vec<Likelihood> = error.causes.iter().map(|suspect| suspect.likelihood).collect();
        assert!(likelihoods.is_sorted(), "{}: {likelihoods:?}", error.id);
        assert!(!likelihoods.contains(&Likelihood::Certain) || likelihoods.len() == 1, "{}", error.id);
        let distinct: BTreeSet<_> = error.causes.iter().map(|suspect| suspect.cause).collect();
        assert_eq!(distinct.len(), error.causes.len(), "{} names a cause twice", error.id);
    }
}

#[test]
fn the_sources_name_every_cause_and_no_other() {
    let literal = regex(r#""([a-z0-9]+(?:-[a-z0-9]+)+)""#);
    let mentioned: BTreeSet<String> = sources("src")
        .iter()
        .flat_map(|path| {
            let source = read(path);
            literal.captures_iter(&source).map(|found| found[1].to_owned()).collect::<Vec<_>>()
        })
        .collect();
    let never: Vec<_> = cause_ids().into_iter().filter(|id| !mentioned.contains(*id)).collect();
    assert!(never.is_empty(), "no source mentions these causes: {never:?}");

    let reported = regex(r#"(?:\bcause:\s*(?:Some\()?|Finding::(?:fail|warn|new)\(\s*)"([^"]*)""#);
    for path in sources("src") {
        let source = read(&path);
        for id in reported.captures_iter(&source).map(|found| found[1].to_owned()) {
            assert!(cause_ids().contains(id.as_str()), "{} reports the unknown cause {id}", path.display());
        }
    }
}

#[test]
fn every_message_of_the_installed_helper_is_known() {
    let Some(helper) = HELPERS.iter().find(|path| Path::new(path).is_file()) else {
        let said = untested::say("the messages of the helper", "qemu-bridge-helper is not installed");
        return said.expect("everything must be tested here");
    };
    let binary = std::fs::read(helper).expect("the helper can be read");
    let formats = helper_formats(&binary);
    assert!(formats.len() >= 12, "{helper} has only these messages: {formats:#?}");
    let patterns: Vec<Regex> = catalogue::errors().map(|(_, error)| regex(error.pattern)).collect();
    let conversion = regex("%[a-z]+");
    let is_known = |format: &String| {
        let message = conversion.replace_all(format, "16");
        patterns.iter().any(|pattern| pattern.is_match(&message))
    };
    let unknown: Vec<_> = formats.iter().filter(|format| !is_known(format)).collect();
    assert!(unknown.is_empty(), "{helper}: no pattern for {unknown:#?}");
}

/// The helper's own messages: the strings with words in them from its first to its last one.
///
/// Most compilers keep the strings of one source file together, so that what a newer helper adds stands between these,
/// too. Where a linker has sorted them among those of QEMU's library, they are told by what they speak of.
fn helper_formats(binary: &[u8]) -> Vec<String> {
    const MOST_OF_ONE_FILE: usize = 60;
    let strings: Vec<&str> =
        binary.split(|byte| *byte == 0).filter_map(|bytes| std::str::from_utf8(bytes).ok()).collect();
    let place = |text: &str| strings.iter().position(|other| other.starts_with(text));
    let first = place("Invalid config line:").expect("the helper has this message");
    let last = place("failed to write fd to unix socket:").expect("the helper has this message");
    let words = regex("[A-Za-z]+ [A-Za-z`-]+");
    let formats: Vec<&str> = strings[first.min(last)..=first.max(last)]
        .iter()
        .copied()
        .filter(|text| words.is_match(text) || text.starts_with("Invalid config line:"))
        .collect();
    let are_together = formats.len() <= MOST_OF_ONE_FILE;
    let topic = regex(
        r"(?i)\bacl\b|bridge|tun device|interface `|control socket|fd to unix|privileges|config line|Unknown command|include file",
    );
    let of_helper = |text: &&str| are_together || words.is_match(text) && topic.is_match(text);
    let strings = if are_together { formats } else { strings };
    strings.into_iter().filter(of_helper).map(str::to_owned).collect()
}
