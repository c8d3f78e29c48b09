//! The table, on standard output and in the README.

use std::path::Path;

use anyhow::Context as _;

use crate::list::{FIGURES, Listed};
use crate::measure::Figure;

const BEGIN: &str = "<!-- figures: written by `cargo bench --bench figures -- --readme` -->\n";
const END: &str = "<!-- end of figures -->\n";

/// What was measured so far.
#[derive(Default)]
pub(crate) struct Table {
    /// Each with its place on the list.
    rows: Vec<(usize, String)>,
    /// What could not be measured, and why.
    pub(crate) missing: Vec<String>,
}

impl Table {
    /// Two commands beside each other, and their instructions where those were counted.
    pub(crate) fn ratio(&mut self, id: &str, figure: &Figure, instructions: Option<(u64, u64)>) {
        let half = format!("{:.2} to {:.2}", figure.quantile(0.25), figure.quantile(0.75));
        let counted = instructions.map(|(first, second)| format!("{} / {}", millions(first), millions(second)));
        self.row(id, &format!("{:.2}", figure.quantile(0.5)), &half, &counted.unwrap_or_default(), figure.ratios.len());
    }

    /// A figure that is no ratio.
    pub(crate) fn value(&mut self, id: &str, value: &str, half: &str, runs: usize) {
        self.row(id, value, half, "", runs);
    }

    /// A figure that this machine does not give.
    pub(crate) fn not_run(&mut self, id: &str, why: &str) {
        self.missing.push(format!("{id}: {why}"));
        self.row(id, "NOT RUN", why, "", 0);
    }

    fn row(&mut self, id: &str, value: &str, half: &str, instructions: &str, runs: usize) {
        let listed = FIGURES.iter().enumerate().find(|(_, figure)| figure.id == id);
        let Some((place, Listed { what, against, target, .. })) = listed else {
            self.missing.push(format!("{id}: it is on no list"));
            return;
        };
        let row = format!("| {what} | {against} | {target} | {value} | {half} | {instructions} | {runs} |\n");
        eprint!("{row}");
        self.rows.push((place, row));
        self.rows.sort();
    }

    /// The table in Markdown.
    pub(crate) fn markdown(&self) -> String {
        let head = "| what | against | at most | measured | middle half | instructions, in millions | runs |\n\
                    |---|---|---|---|---|---|---|\n";
        self.rows.iter().fold(head.to_owned(), |table, (_, row)| table + row)
    }

    /// Puts the table and a line about the machine between the README's marks.
    pub(crate) fn write_to_readme(&self, machine: &str) -> anyhow::Result<()> {
        anyhow::ensure!(self.missing.is_empty(), "the README is left as it is: not everything was measured");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
        let text = std::fs::read_to_string(&path)?;
        let (before, rest) = text.split_once(BEGIN).context("the README has lost the first mark")?;
        let (_, after) = rest.split_once(END).context("the README has lost the last mark")?;
        std::fs::write(&path, format!("{before}{BEGIN}\n{}\n{machine}\n\n{END}{after}", self.markdown()))?;
        Ok(())
    }
}

fn millions(instructions: u64) -> String {
    format!("{:.1}", instructions as f64 / 1e6)
}
