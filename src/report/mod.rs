//! Reports: the versioned data, and one pure renderer a file.

pub mod acl;
pub mod human;
pub mod json;
pub mod list;
mod model;
pub mod schema;
pub mod text;

pub use model::{
    Check, CheckStatus, EvidenceEntry, FixEntry, Host, Report, SCHEMA, Status, SubjectEntry, Summary, TargetEntry, Tool,
};
