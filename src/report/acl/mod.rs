//! (to come)

use std::io::{self, Write};

use crate::acl::Diagnostic;

/// The schema's identifier.
pub const ACL_SCHEMA: &str = "bridge-doctor/acl/v1";

/// Stands in for the ACL report.
#[derive(Debug, schemars::JsonSchema, serde::Serialize)]
pub struct AclReport {
    /// The identifier.
    pub schema: &'static str,
}

/// The remarks, as compilers show them.
pub fn render_diagnostics(diagnostics: &[Diagnostic], _colour: bool, _ascii: bool) -> String {
    let lines: Vec<_> = diagnostics.iter().map(|one| format!("{}:{}: {}", one.file, one.line, one.message)).collect();
    lines.join("\n")
}

/// For people.
pub fn render_acl(report: &AclReport, _colour: bool, _ascii: bool) -> String {
    format!("{}\n", report.schema)
}

/// For programs.
///
/// # Errors
///
/// When it cannot be written.
pub fn write_acl_json(report: &AclReport, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    out.write_all(b"\n")
}
