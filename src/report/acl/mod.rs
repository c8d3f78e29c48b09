//! (to come)

use crate::acl::Diagnostic;

/// The remarks, as compilers show them.
pub fn render_diagnostics(diagnostics: &[Diagnostic], _colour: bool, _ascii: bool) -> String {
    diagnostics.iter().map(|one| format!("{}:{}: {}\n", one.file, one.line, one.message)).collect()
}

/// The schema's identifier.
pub const SCHEMA: &str = "bridge-doctor/acl/v1";

/// Stands in for the ACL report.
#[derive(Debug, schemars::JsonSchema, serde::Serialize)]
pub struct AclReport {
    /// The identifier.
    pub schema: &'static str,
}
