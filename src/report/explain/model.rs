//! The data of `explain`: frozen as `bridge-doctor/explanation/v1`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::catalogue::Likelihood;

/// The identifier and version of the explanation's JSON.
pub const EXPLANATION_SCHEMA: &str = "bridge-doctor/explanation/v1";

/// What the errors in a text mean.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Explanation {
    /// [`EXPLANATION_SCHEMA`].
    pub schema: &'static str,
    /// Each incident that is unlike the others, in the order in which they first appear.
    pub matches: Vec<Match>,
    /// Where nothing was found: known messages that are like the text.
    pub nearest: Vec<Near>,
}

/// An incident.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Match {
    /// The line, from 1, on which it first appears.
    pub line: u64,
    /// The message that says most about it.
    pub text: String,
    /// The id of that message.
    pub error: &'static str,
    /// The program that prints it.
    pub program: &'static str,
    /// What it says, and what it proves.
    pub meaning: &'static str,
    /// How often it happened.
    pub count: u64,
    /// What the messages name: the bridge, the helper, the ACL, the errno text.
    pub params: BTreeMap<String, String>,
    /// What can be behind it, best first.
    pub causes: Vec<Possible>,
}

/// A cause that can be behind an incident.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Possible {
    /// Its id.
    pub id: &'static str,
    /// What is wrong.
    pub title: &'static str,
    /// The check that finds it; none for a cause outside of what the helper needs.
    pub check: Option<&'static str>,
    /// How strongly the text points to it.
    pub likelihood: Likelihood,
    /// Whether it is so on this machine, where that was asked.
    pub here: Option<Verdict>,
    /// What was found on this machine.
    pub found: Option<Observation>,
}

/// Whether a cause is present on this machine.
#[derive(Clone, Copy, Debug, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is.
    Confirmed,
    /// It could not be seen, or no check looks for it.
    Unknown,
    /// It is not.
    Refuted,
}

/// What a check found.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Observation {
    /// In one line.
    pub message: String,
    /// Commands, or the declaration to add, that mend it.
    pub commands: Vec<String>,
    /// The command with which bridge-doctor mends it, where it may.
    #[serde(skip)]
    pub by_program: Option<String>,
}

/// A known message.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Near {
    /// The id of a message, check or cause.
    pub id: &'static str,
    /// The message as it was seen, or the title.
    pub text: &'static str,
}
