//! Which findings are to be mended.

use crate::report::{Check, CheckStatus};

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
}
