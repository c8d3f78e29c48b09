//! `acl --format json`.

use std::io::{self, Write};

use super::AclReport;

/// Writes the report as JSON, with a line feed at its end.
///
/// # Errors
///
/// Those of `out`.
pub fn write_acl_json(report: &AclReport, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    out.write_all(b"\n")
}
