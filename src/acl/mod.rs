//! The helper's ACL grammar, to the byte: pure, with the place of every word kept.

mod decide;
mod diagnostic;
mod edit;
mod lint;
mod mentions;
mod name;
mod piece;
mod reading;
mod scan;
mod source;
mod statement;
#[cfg(test)]
mod tests;
mod visible;
mod walk;

pub use diagnostic::{Diagnostic, DiagnosticLevel};
pub use edit::{appended, edited};
pub use lint::lint;
pub use mentions::{allowed_bridges, included_files, rules};
pub use name::{BridgeName, LONGEST_NAME};
pub use reading::{
    Decision, Include, IncludeResult, Limits, Opened, Outcome, Place, Reading, Rule, RuleKind, Source, Verdict,
};
pub use source::{IndexedAcl, WithoutPermissions, as_helper, special};
pub use visible::{Charset, is_unseen, visible, visible_text};
pub use walk::read;
