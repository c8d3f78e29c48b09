//! Reports: the versioned data, and one pure renderer a file.

mod acl;
mod attach;
pub mod explain;
pub mod human;
pub mod json;
pub mod list;
mod model;
pub mod plan;
pub mod schema;
pub mod text;
pub mod undo;

pub use acl::{
    ACL_SCHEMA, AclDecision, AclReport, DecidingRule, Parse, RuleTable, render_acl, render_diagnostics, write_acl_json,
};
pub use attach::{ATTACH_SCHEMA, Attach, ForwardingEntry, ForwardingStatus};
pub use model::{
    Check, CheckStatus, EvidenceEntry, FixEntry, Host, Report, SCHEMA, Status, SubjectEntry, Summary, TargetEntry, Tool,
};
pub use plan::{ActionState, Manual, PLAN_SCHEMA, Plan, PlannedAction, Preimage, Question, Standing};
