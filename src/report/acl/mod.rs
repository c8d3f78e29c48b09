//! What `acl` found: the data of `acl/v1`, and one renderer a file.

mod diagnostics;
mod human;
mod model;

pub use diagnostics::render_diagnostics;
pub use human::render_acl;
pub use model::{ACL_SCHEMA, AclDecision, AclReport, DecidingRule, Parse, RuleTable};
