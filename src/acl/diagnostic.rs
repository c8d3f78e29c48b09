//! What a person should know about an ACL file, as compilers say it.

use schemars::JsonSchema;
use serde::Serialize;

/// One remark about one place.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Diagnostic {
    /// How bad.
    pub level: DiagnosticLevel,
    /// A kebab-case code, such as `unknown-command`.
    pub code: &'static str,
    /// The file.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in bytes, counted from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// The line as it should read, where only one correction makes sense; it may be several lines.
    pub suggestion: Option<String>,
    /// The line itself as it stands in the file; of a long one the part around the place. Empty: show no line.
    #[serde(skip)]
    pub source: Vec<u8>,
    /// The column of the first byte of `source`.
    #[serde(skip)]
    pub source_column: usize,
    /// How many bytes the remark is about.
    #[serde(skip)]
    pub length: usize,
}

/// The level of a remark.
#[derive(Clone, Copy, Debug, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiagnosticLevel {
    /// Good to know.
    Note,
    /// It has not the effect it seems to have.
    Warning,
    /// The helper refuses the file.
    Error,
}
