//! How and when a report was made: what a renderer is told beside the judgement.

use core::time::Duration;

use super::text::{self, Charset};
use super::{Check, CheckStatus};

/// The circumstances of one run, measured by `command`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run {
    /// When it was made, counted from 1970.
    pub made_at: Duration,
    /// How long looking and judging took.
    pub took: Duration,
    /// A warning counts as a failure.
    pub strict: bool,
    /// The user said what the bridge is for, so that every check matters.
    pub expecting: bool,
    /// Only some of the checks were asked for.
    pub partial: bool,
    /// The characters that may be written.
    pub charset: Charset,
}

/// What a check means to a program that knows only "good" and "bad".
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Verdict {
    /// It held, or it warns and that is tolerated.
    Good,
    /// It makes the exit code 1.
    Bad,
    /// It could not look, and so makes the exit code 3.
    Unseen,
    /// It says nothing: another check is before it, the question does not arise, or it matters too little.
    Silent,
}

impl Run {
    /// The verdict on a check; over all of them it is that of the exit code.
    pub(super) fn verdict(&self, check: &Check) -> Verdict {
        match check.status {
            CheckStatus::Fail => Verdict::Bad,
            CheckStatus::Warn if self.strict => Verdict::Bad,
            CheckStatus::Pass | CheckStatus::Warn => Verdict::Good,
            CheckStatus::Unknown if check.matters(self.expecting) => Verdict::Unseen,
            CheckStatus::Unknown | CheckStatus::Blocked | CheckStatus::NotApplicable => Verdict::Silent,
        }
    }

    /// Text from the host, safe to print.
    pub(super) fn text(&self, text: &str) -> String {
        text::printable(text, self.charset)
    }

    /// The check's id, and its bridge: `bridge-up on br0`.
    pub(super) fn name(&self, check: &Check) -> String {
        match &check.bridge {
            Some(bridge) => format!("{} on {}", check.id, self.text(bridge)),
            None => check.id.to_owned(),
        }
    }

    /// What was seen, what it leads to and how it is mended, a line each.
    pub(super) fn lines(&self, check: &Check) -> Vec<String> {
        let mut lines = vec![self.message(check)];
        lines.extend(check.consequence.iter().map(|consequence| format!("so: {}", self.text(consequence))));
        // Often the message is that of the first remark, with its place.
        for remark in check.diagnostics.iter().filter(|remark| !check.message.contains(&remark.message)) {
            let place = format!("{}:{}:{}", remark.file, remark.line, remark.column);
            lines.push(format!("{}: {}", self.text(&place), self.text(&remark.message)));
        }
        if let Some(fix) = &check.fix {
            let label = if check.status == CheckStatus::Unknown { "to know" } else { "by hand" };
            let commands = fix.commands.iter().flat_map(|command| command.lines());
            lines.extend(commands.map(|command| format!("{label}: {}", self.text(command))));
            lines.extend(fix.note.iter().map(|note| format!("note: {}", self.text(&note.replace('\n', " ")))));
        }
        lines
    }

    /// What was observed; for a check that waits, what for.
    pub(super) fn message(&self, check: &Check) -> String {
        match check.blocked_by {
            Some(root) if check.status == CheckStatus::Blocked => format!("waits for {root}"),
            _ => self.text(&check.message),
        }
    }
}

/// A check that was asked once, with all that it found: a test of a test report, a series of metrics.
pub(super) struct Point<'a> {
    /// The worst of what it found.
    pub(super) worst: &'a Check,
    /// All of it, in the report's order.
    pub(super) found: Vec<&'a Check>,
}

/// The checks, each once for the host or for each bridge.
pub(super) fn points(checks: &[Check]) -> Vec<Point<'_>> {
    let mut points: Vec<Point<'_>> = Vec::new();
    for check in checks {
        match points.last_mut() {
            Some(last) if (last.worst.id, &last.worst.bridge) == (check.id, &check.bridge) => {
                if last.worst.status == CheckStatus::Warn && check.status == CheckStatus::Fail {
                    last.worst = check;
                }
                last.found.push(check);
            }
            _ => points.push(Point { worst: check, found: vec![check] }),
        }
    }
    points
}
