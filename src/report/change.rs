//! The data of `check --watch`: frozen as `bridge-doctor/change/v1`, one document a line.

use schemars::JsonSchema;
use serde::Serialize;

use super::run::points;
use super::text::{Charset, printable};
use super::{Check, CheckStatus, Report, Status, distinct};

/// The identifier and version of the JSON.
pub const CHANGE_SCHEMA: &str = "bridge-doctor/change/v1";

/// The present state, or one change of it.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Change {
    /// [`CHANGE_SCHEMA`].
    pub schema: &'static str,
    /// When it was seen, as RFC 3339 has it.
    pub time: String,
    /// The whole answer from then on.
    pub status: Status,
    /// The causes behind every failure from then on.
    pub root_causes: Vec<&'static str>,
    /// The causes of every warning from then on.
    pub warnings: Vec<&'static str>,
    /// Checks that could not look, from then on.
    pub unknown: Vec<&'static str>,
    /// Whose virtual machine.
    pub user: String,
    /// What was asked about.
    pub bridges: Vec<String>,
    /// The check that changed; none on the first line, which is the present state.
    pub check: Option<&'static str>,
    /// The bridge, for a check that is about one.
    pub bridge: Option<String>,
    /// How it stood; none where nothing was wrong, and on the first line.
    pub was: Option<Standing>,
    /// How it stands; none where it is asked no more, and on the first line.
    pub now: Option<Standing>,
}

/// How a check stood.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Standing {
    /// How it ended.
    pub status: CheckStatus,
    /// The cause, where it failed or warned; the one it waits for, where it is blocked.
    pub cause: Option<&'static str>,
    /// What was observed.
    pub message: String,
}

/// The present state.
pub fn present(report: &Report, time: &str) -> Change {
    Change {
        schema: CHANGE_SCHEMA,
        time: time.to_owned(),
        status: report.status,
        root_causes: report.root_causes.clone(),
        warnings: distinct(report.ended(CheckStatus::Warn).filter_map(|check| check.cause)),
        unknown: distinct(report.ended(CheckStatus::Unknown).map(|check| check.id)),
        user: report.subject.user.clone(),
        bridges: report.target.bridges.clone(),
        check: None,
        bridge: None,
        was: None,
        now: None,
    }
}

/// What is otherwise than before, in the order of the checks.
pub fn changes(before: &Report, after: &Report, time: &str) -> Vec<Change> {
    let change = |check: &Check, was: Option<&Check>, now: Option<&Check>| Change {
        check: Some(check.id),
        bridge: check.bridge.clone(),
        was: was.map(standing),
        now: now.map(standing),
        ..present(after, time)
    };
    let (old, new) = (points(&before.checks), points(&after.checks));
    let same = |one: &Check, other: &Check| (one.id, &one.bridge) == (other.id, &other.bridge);
    let mut changes = Vec::new();
    for point in &new {
        let past = old.iter().find(|past| same(past.worst, point.worst));
        let past = past.map(|past| past.found.as_slice()).unwrap_or_default();
        let in_neither =
            |check: &&&Check, others: &[&Check]| is_loud(check) && !others.iter().any(|other| alike(check, other));
        let mut gone = past.iter().filter(|check| in_neither(check, &point.found));
        let mut come = point.found.iter().filter(|check| in_neither(check, past));
        loop {
            match (gone.next(), come.next()) {
                (None, None) => break,
                (was, now) => {
                    // Where nothing took its place, it shows how the check stands instead.
                    let now = now.copied().unwrap_or(point.worst);
                    changes.push(change(point.worst, was.copied(), Some(now)));
                }
            }
        }
    }
    for past in old.iter().filter(|past| !new.iter().any(|point| same(past.worst, point.worst))) {
        changes.extend(past.found.iter().filter(|check| is_loud(check)).map(|was| change(was, Some(was), None)));
    }
    changes
}

/// Whether it is worth a line of its own; what waits for another check changes with that one.
fn is_loud(check: &Check) -> bool {
    matches!(check.status, CheckStatus::Fail | CheckStatus::Warn | CheckStatus::Unknown)
}

fn alike(one: &Check, other: &Check) -> bool {
    (one.status, one.cause) == (other.status, other.cause)
}

fn standing(check: &Check) -> Standing {
    Standing { status: check.status, cause: check.cause.or(check.blocked_by), message: check.message.clone() }
}

/// The change in one line for a person: when, the whole answer from then on, and what happened.
pub fn line(change: &Change, charset: Charset) -> String {
    let text = |text: &str| printable(text, charset);
    let bridges: Vec<String> = change.bridges.iter().map(|bridge| text(bridge)).collect();
    let what = match change.check {
        None => format!("{} on {}", text(&change.user), bridges.join(", ")),
        Some(check) => {
            let bridge = change.bridge.as_ref().map_or_else(String::new, |bridge| format!(" on {}", text(bridge)));
            format!("{check}{bridge}")
        }
    };
    let told = match (change.check, &change.now) {
        (None, _) => state(change),
        (Some(_), None) => ": no longer asked about".to_owned(),
        (Some(_), Some(now)) => format!(": {}", stands(now, charset)),
    };
    let was = change.was.as_ref().map_or_else(String::new, |was| format!(" (was {})", name(was)));
    format!("{} [{}] {what}{told}{was}\n", change.time, change.status.word())
}

/// What is behind the whole answer.
fn state(change: &Change) -> String {
    let behind = match change.status {
        Status::Fail => &change.root_causes,
        Status::Warn => &change.warnings,
        Status::Unknown => &change.unknown,
        Status::Pass => return String::new(),
    };
    format!(": {}", behind.join(", "))
}

fn stands(now: &Standing, charset: Charset) -> String {
    match now.status {
        CheckStatus::Pass | CheckStatus::NotApplicable => "cleared".to_owned(),
        CheckStatus::Blocked => format!("waits for {}", now.cause.unwrap_or("another check")),
        CheckStatus::Fail | CheckStatus::Warn | CheckStatus::Unknown => {
            format!("{}: {}", name(now), printable(&now.message, charset))
        }
    }
}

fn name(standing: &Standing) -> String {
    match standing.cause {
        Some(cause) => format!("{} {cause}", standing.status.word()),
        None => standing.status.word().to_owned(),
    }
}
