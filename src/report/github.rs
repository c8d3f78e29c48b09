//! The report as annotations of a GitHub Actions workflow: an error, a warning or a notice for each finding.
//!
//! What passes, waits or does not arise is a plain line of the log: a run shows ten annotations of a kind, no more.

use super::{Check, CheckStatus, Report, Run};
use crate::acl::{Diagnostic, DiagnosticLevel};

/// Writes the report for a workflow's log.
pub fn render(report: &Report, run: &Run) -> String {
    report.checks.iter().flat_map(|check| lines(check, run)).collect()
}

fn lines(check: &Check, run: &Run) -> Vec<String> {
    let command = match check.status {
        CheckStatus::Fail => "error",
        CheckStatus::Warn => "warning",
        CheckStatus::Unknown => "notice",
        CheckStatus::Pass | CheckStatus::Blocked | CheckStatus::NotApplicable => return vec![plain(check, run)],
    };
    let title = title(check, run);
    // The finding stands at the first place in the ACL that it names; the others have annotations of their own.
    let mut remarks = check.diagnostics.iter();
    let mut annotations = vec![annotation(command, &title, remarks.next(), &run.lines(check).join("\n"), run)];
    annotations.extend(remarks.map(|remark| {
        let command = match remark.level {
            DiagnosticLevel::Error => "error",
            DiagnosticLevel::Warning => "warning",
            DiagnosticLevel::Note => "notice",
        };
        annotation(command, &format!("{}: {}", check.id, remark.code), Some(remark), &run.text(&remark.message), run)
    }));
    annotations
}

/// `[pass] bridge-up on br0`; an older form of commands, `##[NAME]`, counts anywhere in a line.
fn plain(check: &Check, run: &Run) -> String {
    let waits = check.blocked_by.map_or_else(String::new, |root| format!(": waits for {root}"));
    format!("[{}] {}{waits}\n", check.status.word(), run.name(check).replace('#', "\\x23"))
}

/// `acl-allows (acl-denied) on br0`.
fn title(check: &Check, run: &Run) -> String {
    let cause = check.cause.map_or_else(String::new, |cause| format!(" ({cause})"));
    let bridge = check.bridge.as_ref().map_or_else(String::new, |bridge| format!(" on {}", run.text(bridge)));
    format!("{}{cause}{bridge}", check.id)
}

fn annotation(command: &str, title: &str, place: Option<&Diagnostic>, message: &str, run: &Run) -> String {
    let place = place.map_or_else(String::new, |remark| {
        format!("file={},line={},col={},", property(&run.text(&remark.file)), remark.line, remark.column)
    });
    format!("::{command} {place}title={}::{}\n", property(title), data(message))
}

/// A command's data, in which a line's end and the escape itself are escaped.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property's value, which ends at a comma or a colon as well.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
