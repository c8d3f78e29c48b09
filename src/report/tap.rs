//! The report in the Test Anything Protocol, version 13, which `prove` and every other consumer reads.
//!
//! `not ok` is what makes the exit code 1 or 3. What says nothing is skipped, with the reason.

use std::fmt::Write as _;

use super::run::{Point, Verdict, points};
use super::{CheckStatus, Report, Run};

/// Writes the report for a TAP consumer.
pub fn render(report: &Report, run: &Run) -> String {
    let points = points(&report.checks);
    let mut text = format!("TAP version 13\n1..{}\n", points.len());
    for (at, point) in points.iter().enumerate() {
        write_point(&mut text, at + 1, point, run);
    }
    text
}

fn write_point(text: &mut String, number: usize, point: &Point<'_>, run: &Run) {
    let check = point.worst;
    let (word, directive) = match run.verdict(check) {
        Verdict::Good => ("ok", String::new()),
        Verdict::Bad | Verdict::Unseen => ("not ok", String::new()),
        Verdict::Silent => ("ok", format!(" # SKIP {}: {}", check.status.word(), escaped(&run.message(check)))),
    };
    let _ = writeln!(text, "{word} {number} - {}{directive}", escaped(&run.name(check)));
    if matches!(check.status, CheckStatus::Pass | CheckStatus::NotApplicable | CheckStatus::Blocked) {
        return;
    }
    text.push_str("  ---\n");
    for (key, value) in [("status", Some(check.status.word())), ("cause", check.cause)] {
        if let Some(value) = value {
            let _ = writeln!(text, "  {key}: {value}");
        }
    }
    // A block: the reader of `prove` takes a colon inside a quoted text for that of a key.
    text.push_str("  found: |\n");
    for line in point.found.iter().flat_map(|check| run.lines(check)) {
        let _ = writeln!(text, "    {}", inside(&line));
    }
    text.push_str("  ...\n");
}

/// A description in which nothing begins a directive: many readers, such as Jenkins' and Python's, know no `\#`.
pub(super) fn escaped(text: &str) -> String {
    text.replace('#', "\\x23").replace('\\', "\\\\")
}

/// A line of a block, which ends at three dots.
pub(super) fn inside(line: &str) -> String {
    let line = line.trim();
    line.strip_prefix("...").map_or_else(|| line.to_owned(), |rest| format!("\\x2e..{rest}"))
}
