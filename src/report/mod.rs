//! Reports: the versioned data, and one pure renderer a file.

pub mod list;
mod model;

pub use model::{
    Check, CheckStatus, EvidenceEntry, FixEntry, Host, Report, SCHEMA, Status, SubjectEntry, Summary, TargetEntry, Tool,
};
