//! The data of `acl`: frozen as `bridge-doctor/acl/v1`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

use crate::acl::{Diagnostic, Outcome, Rule, RuleKind, Verdict};

/// The identifier and version of this report's JSON.
pub const ACL_SCHEMA: &str = "bridge-doctor/acl/v1";

/// What the helper makes of an ACL file, and what a person should know about it.
#[derive(Clone, Debug, JsonSchema, PartialEq, Serialize)]
pub struct AclReport {
    /// [`ACL_SCHEMA`].
    pub schema: &'static str,
    /// The file.
    pub file: String,
    /// Whether the helper gets through it.
    pub parse: Parse,
    /// What the helper prints while it reads the file, line feeds between the lines; absent where it prints nothing.
    pub stderr: Option<String>,
    /// The rules in the order in which the helper meets them, those of included files among them.
    pub rules: RuleTable,
    /// Remarks, file by file and line by line.
    pub diagnostics: Vec<Diagnostic>,
    /// For the bridges that were asked about, else for those that an `allow` names, the first 16 of them.
    pub decisions: Vec<AclDecision>,
    /// How the reading ended, in detail.
    #[serde(skip)]
    pub outcome: Outcome,
    /// Whether the bridges of `decisions` were asked about.
    #[serde(skip)]
    pub asked: bool,
}

/// Whether the helper gets through an ACL.
#[derive(Clone, Copy, Debug, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Parse {
    /// It does.
    Ok,
    /// It does not, and so it allows no bridge.
    Error,
    /// Nobody could look.
    Unknown,
}

/// What the ACL says about one bridge.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct AclDecision {
    /// The bridge.
    pub bridge: String,
    /// The answer.
    pub verdict: Verdict,
    /// The rule behind it; null where no rule matches.
    pub rule: Option<DecidingRule>,
}

/// Where a rule stands.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct DecidingRule {
    /// The file.
    pub file: String,
    /// Line, counted from 1.
    pub line: u32,
}

/// Rules and the names of the files they stand in; written as one list of entries with file, line, kind and bridge.
///
/// A file may hold a million rules, of which a person sees none: their text is made when it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleTable {
    /// Names of files, by [`Place::file`](crate::acl::Place::file).
    pub files: Vec<String>,
    /// The rules.
    pub rules: Vec<Rule>,
}

#[derive(JsonSchema, Serialize)]
struct RuleEntry<'a> {
    /// The file.
    file: &'a str,
    /// Line, counted from 1.
    line: u32,
    /// Its kind.
    kind: RuleKind,
    /// The bridge; `all` means every bridge.
    bridge: Cow<'a, str>,
}

impl Serialize for RuleTable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rules.iter().map(|rule| RuleEntry {
            file: self.files.get(rule.place.file as usize).map(String::as_str).unwrap_or_default(),
            line: rule.place.line,
            kind: rule.kind,
            bridge: String::from_utf8_lossy(&rule.bridge),
        }))
    }
}

impl JsonSchema for RuleTable {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "RuleTable".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        <Vec<RuleEntry<'_>>>::json_schema(generator)
    }
}
