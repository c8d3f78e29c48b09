//! What all entries of a report come to.

use super::{Check, CheckStatus, Status, Summary};

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
        let mut summary = Self::default();
        for check in checks {
            *match check.status {
                CheckStatus::Pass => &mut summary.pass,
                CheckStatus::Warn => &mut summary.warn,
                CheckStatus::Fail => &mut summary.fail,
                CheckStatus::Blocked => &mut summary.blocked,
                CheckStatus::Unknown => &mut summary.unknown,
                CheckStatus::NotApplicable => &mut summary.not_applicable,
            } += 1;
        }
        summary
    }
}
