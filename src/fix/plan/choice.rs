//! Which findings are to be mended.

use crate::catalogue;
use crate::report::{Check, CheckStatus, Report};

/// The causes and checks that were named; none: every failure.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Choice {
    /// Their ids.
    pub ids: Vec<String>,
}

impl Choice {
    /// Whether this finding is to be mended. A warning is only where it is named: it works as it is.
    pub fn takes(&self, check: &Check) -> bool {
        let named = |id: &String| id == check.id || check.cause.is_some_and(|cause| id == cause);
        match check.status {
            CheckStatus::Fail => self.ids.is_empty() || self.ids.iter().any(named),
            CheckStatus::Warn => self.ids.iter().any(named),
            CheckStatus::Pass | CheckStatus::Blocked | CheckStatus::Unknown | CheckStatus::NotApplicable => false,
        }
    }

    /// The same with what the named checks wait for: only then can they be judged, and mended.
    pub(super) fn with_what_blocks(&self, report: &Report) -> Self {
        let mut ids = self.ids.clone();
        let named = |id: &String, check: &Check| id == check.id || catalogue::check_of_cause(id) == Some(check.id);
        let blocked = report.checks.iter().filter(|check| self.ids.iter().any(|id| named(id, check)));
        for cause in blocked.filter_map(|check| check.blocked_by) {
            if !ids.iter().any(|id| id == cause) {
                ids.push(cause.to_owned());
            }
        }
        Self { ids }
    }
}
