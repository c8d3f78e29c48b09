//! The report for people: quiet about what passes, loud about what fails.

mod answer;
mod attach;
mod closing;
mod finding;
mod look;
mod picture;
mod prose;
mod words;

use crate::helper::{Outcome, Prediction};

use super::text::Charset;
use super::{Check, CheckStatus, Report, Run};
pub use attach::{render_attach, render_sandbox};
use look::Look;
pub(in crate::report) use look::Tone;
pub(in crate::report) use prose::Prose;
pub(in crate::report) use words::{count, list};

/// How the report is shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Options {
    /// With colours.
    pub colour: bool,
    /// With ASCII characters only.
    pub ascii: bool,
    /// With every check and every fact.
    pub verbose: bool,
    /// Columns of the reader's terminal.
    pub width: usize,
    /// Only some of the checks were asked for, so that a yes is not the whole answer.
    pub partial: bool,
    /// The user said what the bridge is for, so that every check matters.
    pub expecting: bool,
}

impl Options {
    /// The characters that may be written.
    pub fn charset(&self) -> Charset {
        Charset::of(self.ascii)
    }
}

/// Writes the report for a person.
pub fn render(report: &Report, options: &Options) -> String {
    let look = Look { options };
    let mut blocks = vec![answer::render(report, &look)];
    blocks.extend(pictures(report, &look));
    blocks.extend(findings(report, &look));
    if options.verbose {
        blocks.push(facts(report, &look));
    }
    blocks.push(closing::render(report));
    blocks.join("\n\n") + "\n"
}

/// The question and its answer in one line, without colour.
pub fn headline(report: &Report, run: &Run) -> String {
    let Run { expecting, partial, charset, .. } = *run;
    let ascii = charset == Charset::Ascii;
    let options = Options { colour: false, ascii, verbose: false, width: usize::MAX, partial, expecting };
    let answer = answer::render(report, &Look { options: &options });
    answer.lines().next().unwrap_or_default().to_owned()
}

/// A picture of each bridge; of many, those that something is said about.
fn pictures(report: &Report, look: &Look<'_>) -> Vec<String> {
    const MANY: usize = 5;
    let bridges = &report.target.bridges;
    let told = |bridge: &&String| {
        bridges.len() <= MANY
            || report.checks.iter().any(|check| {
                check.bridge.as_ref() == Some(bridge) && matches!(check.status, CheckStatus::Fail | CheckStatus::Warn)
            })
    };
    bridges.iter().filter(told).take(MANY).filter_map(|bridge| picture::render(report, bridge, look)).collect()
}

/// What needs attention, worst first, each in a block of its own; then, where asked for, the rest as one block.
fn findings(report: &Report, look: &Look<'_>) -> Vec<String> {
    let verbose = look.options.verbose;
    let unknown = report.ended(CheckStatus::Unknown).filter(|check| verbose || finding::matters(check, look));
    let loud: Vec<&Check> =
        report.ended(CheckStatus::Fail).chain(report.ended(CheckStatus::Warn)).chain(unknown).collect();
    let quiet: Vec<&Check> = if verbose {
        report
            .ended(CheckStatus::Blocked)
            .chain(report.ended(CheckStatus::Pass))
            .chain(report.ended(CheckStatus::NotApplicable))
            .collect()
    } else {
        Vec::new()
    };
    let column = loud.iter().chain(&quiet).map(|check| finding::column(check, look)).max().unwrap_or(0);
    let show = |check: &&Check| finding::render(check, column, look);
    let mut blocks: Vec<String> = loud.iter().map(show).collect();
    if !quiet.is_empty() {
        blocks.push(quiet.iter().map(show).collect::<Vec<_>>().join("\n"));
    }
    blocks
}

/// What was looked at, and what the helper is predicted to do.
fn facts(report: &Report, look: &Look<'_>) -> String {
    let row =
        |label: &str, text: &str| format!("{} {}", look.paint(Tone::Faint, &format!("{label:<10}")), look.text(text));
    let subject = &report.subject;
    let mut rows = vec![
        row("user", &format!("{} (uid {}), found by: {}", subject.user, subject.uid, subject.how)),
        row("helper", &report.target.helper),
        row("acl", &report.target.acl),
        row("bridges", &format!("{}: {}", report.target.bridges.join(", "), report.target.why)),
    ];
    rows.extend(report.predictions.iter().map(|prediction| row("prediction", &foretold(prediction))));
    rows.join("\n")
}

fn foretold(prediction: &Prediction) -> String {
    let said = prediction.stderr.as_ref().map_or_else(String::new, |line| format!(", saying \"{line}\""));
    let bridge = &prediction.bridge;
    match prediction.outcome {
        Outcome::Attached => format!("{bridge}: the helper attaches a tap"),
        Outcome::Refused => format!("{bridge}: the helper refuses{said}"),
        Outcome::NotStarted => {
            let why = prediction.errno.map_or_else(String::new, |errno| format!(": {}", errno.text()));
            format!("{bridge}: the helper does not start{why}")
        }
        Outcome::Crashed => format!("{bridge}: the helper is ended by a signal, or never ends{said}"),
    }
}
