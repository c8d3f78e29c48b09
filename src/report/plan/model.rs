//! The data of `fix`: frozen as `bridge-doctor/plan/v1`.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use crate::helper::Prediction;
use crate::platform::{Action, Effect};
use crate::snapshot::{FileCapabilities, Kind};

/// The identifier and version of the plan's JSON.
pub const PLAN_SCHEMA: &str = "bridge-doctor/plan/v1";

/// What is to be done, in its order, and what is left to a person.
#[derive(Clone, Debug, JsonSchema, PartialEq, Serialize)]
pub struct Plan {
    /// [`PLAN_SCHEMA`].
    pub schema: &'static str,
    /// The run that took the plan, by the name that `undo` knows; none where it was only shown.
    pub run: Option<String>,
    /// What a program may do.
    pub actions: Vec<PlannedAction>,
    /// What a person has to decide or to do.
    pub manual: Vec<Manual>,
    /// Whether a second look found what was planned; none where nobody looked.
    pub verified: Option<bool>,
    /// What the helper will do for each bridge once the actions are taken.
    pub predictions: Vec<Prediction>,
    /// What was asked for, as far as words about the plan need it.
    #[serde(skip)]
    pub question: Question,
    /// The causes in question that are there still when the actions are taken.
    #[serde(skip)]
    pub remaining: Vec<&'static str>,
    /// Whether a check that matters could not look, so that there may be more to mend.
    #[serde(skip)]
    pub blind: bool,
}

/// Who asked for what.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Question {
    /// The user whose virtual machine it is.
    pub user: String,
    /// The bridges.
    pub bridges: Vec<String>,
    /// The causes and checks that were named; none: every failure.
    pub chosen: Vec<String>,
}

/// One action of a plan.
#[derive(Clone, Debug, JsonSchema, PartialEq, Serialize)]
pub struct PlannedAction {
    /// Its name within the plan: `1`, `2`, …
    pub id: String,
    /// The cause that it mends first.
    pub cause: &'static str,
    /// All causes that it mends.
    pub causes: Vec<&'static str>,
    /// What it is: `edit-file`, `run`, …
    pub kind: &'static str,
    /// What it does, in one line.
    pub summary: String,
    /// What a person would type in its place.
    pub command: String,
    /// The file that it changes, where it changes one.
    pub path: Option<String>,
    /// What changes, as a unified diff, as far as it is known beforehand.
    pub diff: Option<String>,
    /// What to know about it: that it does not last, whom else it concerns.
    pub note: Option<String>,
    /// What takes it back.
    pub undo: String,
    /// Whether a program may do it: every action of a plan.
    pub automatic: bool,
    /// How far it is.
    pub state: ActionState,
    /// Why: what was found.
    #[serde(skip)]
    pub reason: String,
    /// The action itself.
    #[serde(skip)]
    pub action: Action,
    /// What it makes of the facts.
    #[serde(skip)]
    pub effect: Effect,
    /// What stood at its path when the plan was made; where something else stands now, the plan no longer holds.
    #[serde(skip)]
    pub preimage: Preimage,
}

/// How far an action is.
#[derive(Clone, Copy, Debug, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionState {
    /// Not taken.
    Planned,
    /// Taken.
    Applied,
    /// Tried in vain.
    Failed,
    /// Taken, and taken back.
    RolledBack,
}

/// What is left to a person.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Manual {
    /// The cause; of several the first.
    pub cause: &'static str,
    /// All causes that it mends.
    pub causes: Vec<&'static str>,
    /// What was found, and what to know about mending it.
    pub summary: String,
    /// Commands in their order, or lines of the system's configuration.
    pub commands: Vec<String>,
    /// Why a program must not do it.
    pub why: String,
}

/// What stood at a path before a plan.
#[derive(Clone, Debug, PartialEq)]
pub enum Preimage {
    /// Nobody looked, and it does not matter: what stands there is added to.
    Unknown,
    /// Nobody looked; the plan holds where nothing stands there, or already what it writes.
    Free,
    /// Nothing.
    Absent,
    /// This.
    Standing(FoundFile),
}

/// A file as the plan found it.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundFile {
    /// Its type.
    pub kind: Kind,
    /// All twelve permission bits.
    pub mode: u32,
    /// Its owner.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
    /// Its content, where it was read.
    pub content: Option<Vec<u8>>,
    /// Its file capabilities, where they were seen.
    pub capabilities: Option<Option<FileCapabilities>>,
    /// Where it leads, as a symbolic link.
    pub target: Option<PathBuf>,
}
