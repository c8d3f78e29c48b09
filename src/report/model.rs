//! The data of `check`: frozen as `bridge-doctor/report/v1`.

use schemars::JsonSchema;
use serde::Serialize;

use super::Attach;
use crate::acl::Diagnostic;
use crate::catalogue::{self, Severity};
use crate::helper::Prediction;
use crate::platform::Remedy;

/// The identifier and version of the report's JSON.
pub const SCHEMA: &str = "bridge-doctor/report/v1";

/// The answer to "will it work for this user and this bridge?".
#[derive(Clone, Debug, JsonSchema, PartialEq, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Who says so.
    pub tool: Tool,
    /// The machine.
    pub host: Host,
    /// Whose virtual machine.
    pub subject: SubjectEntry,
    /// What was asked about.
    pub target: TargetEntry,
    /// The whole answer.
    pub status: Status,
    /// Each check, in the catalogue's order; a check with several causes stands here once for each.
    pub checks: Vec<Check>,
    /// What the helper would do, for each bridge where that can be told.
    pub predictions: Vec<Prediction>,
    /// The end-to-end test of each bridge, where it was asked for.
    pub attach: Option<Vec<Attach>>,
    /// The causes that are behind every failure, in the order in which they would bite.
    pub root_causes: Vec<&'static str>,
    /// How many checks ended how.
    pub summary: Summary,
}

/// The program that made a report.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Tool {
    /// `bridge-doctor`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// The machine, as far as a report needs it.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Host {
    /// `ID` of os-release.
    pub os: String,
    /// `VERSION_ID` of os-release.
    pub os_version: Option<String>,
    /// The kernel's release.
    pub kernel: Option<String>,
    /// `/`, or the directory of `--root`.
    pub root: String,
    /// The container manager.
    pub container: Option<String>,
}

/// The subject, as far as a report needs it.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct SubjectEntry {
    /// The login name.
    pub user: String,
    /// The number.
    pub uid: u32,
    /// The primary group.
    pub gid: u32,
    /// All groups, the primary one first.
    pub groups: Vec<u32>,
    /// How it was found.
    pub how: String,
}

/// What was asked about.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct TargetEntry {
    /// The helper's path.
    pub helper: String,
    /// The ACL's path.
    pub acl: String,
    /// The bridges.
    pub bridges: Vec<String>,
    /// Why these bridges.
    pub why: &'static str,
}

impl TargetEntry {
    /// Why these bridges: the command line named them.
    pub const ASKED: &'static str = "--bridge";
    /// Why these bridges: nobody named any, and the ACL allows none.
    pub const EXISTING: &'static str = "the bridges that exist";
}

/// The whole answer.
#[derive(Clone, Copy, Debug, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Everything passed.
    Pass,
    /// Nothing failed, something warned.
    Warn,
    /// Something failed.
    Fail,
    /// Nothing failed, and something that matters could not be seen.
    Unknown,
}

impl Status {
    /// The word that JSON has for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
        }
    }
}

/// How one check ended.
#[derive(Clone, Copy, Debug, Eq, Hash, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckStatus {
    /// Its positive statement holds.
    Pass,
    /// It works, but less than may be expected, or more than is safe.
    Warn,
    /// The helper would refuse, or no frame could pass.
    Fail,
    /// It cannot be judged before another check passes.
    Blocked,
    /// It could not look.
    Unknown,
    /// The question does not arise.
    NotApplicable,
}

impl CheckStatus {
    /// Every one, the best first.
    pub const ALL: [Self; 6] = [Self::Pass, Self::NotApplicable, Self::Blocked, Self::Unknown, Self::Warn, Self::Fail];

    /// The word that JSON has for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Blocked => "blocked",
            Self::Unknown => "unknown",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// One line of the report.
#[derive(Clone, Debug, JsonSchema, PartialEq, Serialize)]
pub struct Check {
    /// The check's id.
    pub id: &'static str,
    /// Its positive statement.
    pub title: &'static str,
    /// How it ended.
    pub status: CheckStatus,
    /// The bridge, for a check that is about one.
    pub bridge: Option<String>,
    /// The cause, where it fails or warns.
    pub cause: Option<&'static str>,
    /// What was observed, in one line.
    pub message: String,
    /// What the user will see because of it.
    pub consequence: Option<String>,
    /// The facts behind it.
    pub evidence: Vec<EvidenceEntry>,
    /// The root cause it waits for, where it is blocked.
    pub blocked_by: Option<&'static str>,
    /// How to mend it.
    pub fix: Option<FixEntry>,
    /// The same, as a plan takes it.
    #[serde(skip)]
    pub remedy: Option<Remedy>,
    /// Places in the ACL to show.
    pub diagnostics: Vec<Diagnostic>,
}

impl Check {
    /// Whether an answer without this check is worth less; where a bridge is for something, every check is.
    pub fn matters(&self, expecting: bool) -> bool {
        expecting || catalogue::page(self.id).is_none_or(|page| page.severity == Severity::Fail)
    }
}

/// A fact, named.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct EvidenceEntry {
    /// Its name.
    pub fact: &'static str,
    /// Its value.
    pub value: String,
}

/// How to mend a finding.
#[derive(Clone, Debug, Default, Eq, JsonSchema, PartialEq, Serialize)]
pub struct FixEntry {
    /// Commands in their order, or the declaration to add.
    pub commands: Vec<String>,
    /// Whether it is safe without a person's decision.
    pub automatic: bool,
    /// What to know beside the commands.
    pub note: Option<String>,
    /// Why a person has to decide or to do it; none where a program may.
    pub why: Option<String>,
    /// The command with which bridge-doctor does it on that host, where it may.
    #[serde(skip)]
    pub by_program: Option<String>,
}

/// How many entries ended how.
#[derive(Clone, Copy, Debug, Default, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Summary {
    /// Passed.
    pub pass: usize,
    /// Warned.
    pub warn: usize,
    /// Failed.
    pub fail: usize,
    /// Wait for another.
    pub blocked: usize,
    /// Could not look.
    pub unknown: usize,
    /// Do not arise.
    pub not_applicable: usize,
}
