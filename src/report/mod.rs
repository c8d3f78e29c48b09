//! Reports: the versioned data, and one pure renderer a file.

mod acl;
mod attach;
pub mod change;
mod count;
pub mod explain;
pub mod fleet;
pub mod github;
pub mod human;
pub mod json;
pub mod junit;
pub mod list;
pub mod markdown;
mod model;
pub mod nagios;
pub mod plan;
pub mod prometheus;
mod run;
pub mod schema;
pub mod tap;
pub mod text;
pub mod undo;

pub use acl::{ACL_SCHEMA, AclDecision, AclReport, DecidingRule, Parse, RuleTable, render_acl, render_diagnostics};
pub use attach::{ATTACH_SCHEMA, Attach, ForwardingEntry, ForwardingStatus};
pub use count::distinct;
pub use fleet::{CauseEntry, FLEET_SCHEMA, Fleet, FleetSummary, HostEntry, HostStatus};
pub use model::{
    Check, CheckStatus, EvidenceEntry, FixEntry, Host, Report, SCHEMA, Status, SubjectEntry, Summary, TargetEntry, Tool,
};
pub use plan::{ActionState, FoundFile, Manual, PLAN_SCHEMA, Plan, PlannedAction, Preimage, Question};
pub use run::Run;
