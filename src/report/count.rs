//! What all entries of a report come to.

use super::{Check, CheckStatus, Report, Status, Summary};

impl Report {
    /// The entries that ended so, in the report's order.
    pub(super) fn ended(&self, status: CheckStatus) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(move |check| check.status == status)
    }

    /// What is wrong, the worst first: what failed, what matters and could not be seen, what warns.
    pub(super) fn wrong(&self, expecting: bool) -> impl Iterator<Item = &Check> {
        self.ended(CheckStatus::Fail).chain(self.unseen(expecting)).chain(self.ended(CheckStatus::Warn))
    }

    /// What matters and could not be seen.
    pub(super) fn unseen(&self, expecting: bool) -> impl Iterator<Item = &Check> {
        self.ended(CheckStatus::Unknown).filter(move |check| check.matters(expecting))
    }
}

impl Status {
    /// The whole answer of these entries; where a bridge is for something, every check matters.
    pub fn of(checks: &[Check], expecting: bool) -> Self {
        let any = |status| checks.iter().any(|check| check.status == status);
        let unseen = |check: &Check| check.status == CheckStatus::Unknown && check.matters(expecting);
        if any(CheckStatus::Fail) {
            Self::Fail
        } else if checks.iter().any(unseen) {
            Self::Unknown
        } else if any(CheckStatus::Warn) {
            Self::Warn
        } else {
            Self::Pass
        }
    }
}

impl Summary {
    /// How many of these entries ended how.
    pub fn of(checks: &[Check]) -> Self {
        let count = |status| checks.iter().filter(|check| check.status == status).count();
        Self {
            pass: count(CheckStatus::Pass),
            warn: count(CheckStatus::Warn),
            fail: count(CheckStatus::Fail),
            blocked: count(CheckStatus::Blocked),
            unknown: count(CheckStatus::Unknown),
            not_applicable: count(CheckStatus::NotApplicable),
        }
    }
}

/// Each of them once, in the order in which they are met first; for the few that a person reads.
pub fn distinct<T: PartialEq>(all: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut distinct = Vec::new();
    for one in all {
        if !distinct.contains(&one) {
            distinct.push(one);
        }
    }
    distinct
}
