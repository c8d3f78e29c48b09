//! The last line: how many checks ended how.

use crate::report::{CheckStatus, Report};

use super::words::count;

/// `1 problem, 14 checks passed, 2 wait for it.`
pub(super) fn render(report: &Report) -> String {
    let summary = &report.summary;
    let mut parts = Vec::new();
    if summary.fail > 0 {
        let names = if summary.fail > 1 { names(report, CheckStatus::Fail) } else { String::new() };
        parts.push(count(summary.fail, "problem") + &names);
    }
    if summary.warn > 0 {
        parts.push(count(summary.warn, "warning"));
    }
    parts.push(if summary.pass == 0 { "no check passed".to_owned() } else { count(summary.pass, "check") + " passed" });
    if summary.blocked > 0 {
        let verb = if summary.blocked == 1 { "waits" } else { "wait" };
        let root = if summary.fail > 1 { "them" } else { "it" };
        parts.push(format!("{} {verb} for {root}", summary.blocked));
    }
    if summary.unknown > 0 {
        parts.push(format!("{} could not look{}", summary.unknown, names(report, CheckStatus::Unknown)));
    }
    parts.join(", ") + "."
}

/// The checks that ended so, by name: not each of them has a block of its own above.
fn names(report: &Report, status: CheckStatus) -> String {
    let mut ids: Vec<&str> = report.ended(status).map(|check| check.id).collect();
    ids.dedup();
    format!(" ({})", ids.join(", "))
}
