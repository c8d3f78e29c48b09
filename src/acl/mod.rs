//! The helper's ACL grammar, to the byte: pure, with the place of every word kept.

mod diagnostic;
mod reading;

pub use diagnostic::{Diagnostic, DiagnosticLevel};
pub use reading::{
    Decision, Include, IncludeResult, Limits, Opened, Outcome, Place, Reading, Rule, RuleKind, Source, Verdict,
};
