//! What the journal says: serialised types, one file an entry.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::fix::{Object, Time};

/// The identifier and version of every entry.
pub const SCHEMA: &str = "bridge-doctor/journal/v1";

/// One file of a run.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// [`SCHEMA`].
    pub schema: String,
    /// Its place, counted from 0 without a gap; the file's name says the same.
    pub sequence: u32,
    /// What happened, or is about to.
    pub entry: Entry,
}

/// What happened, or is about to: each entry is on disk before the change it speaks of.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "entry", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Entry {
    /// A run of `fix` begins.
    Begun {
        /// The version of bridge-doctor.
        version: String,
        /// When, as of RFC 3339.
        time: String,
        /// What is to be mended.
        causes: Vec<String>,
        /// How many steps there are.
        steps: u32,
    },
    /// A step is about to be taken.
    Step(Box<Step>),
    /// The step was taken and looked at.
    Done {
        /// Its number.
        step: u32,
        /// What a program left, in the order of the step's changes; empty where the step itself says it.
        left: Vec<Object<Blob>>,
    },
    /// Every step was taken and the result is what was planned.
    Applied {
        /// When.
        time: String,
    },
    /// The run is about to be taken back.
    TakingBack {
        /// When.
        time: String,
        /// Why.
        why: Why,
    },
    /// A step was taken back.
    Back {
        /// Its number.
        step: u32,
    },
    /// The run was taken back, but for the steps that stay.
    TakenBack {
        /// When.
        time: String,
        /// What could not be put back and stays, one sentence each.
        left: Vec<String>,
        /// The steps that stay, as somebody changed since what they changed.
        #[serde(default)]
        kept: Vec<u32>,
    },
}

/// Why a run is taken back.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// A step failed, or the result was not what was planned.
    Failed,
    /// The user asked for it.
    Undo,
    /// It was cut off, and another `fix` comes.
    Interrupted,
}

/// One step: what stood there before it, and what will.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its number, from 0.
    pub number: u32,
    /// The id of the plan's action.
    pub id: String,
    /// The cause that it mends.
    pub cause: String,
    /// What it does, in words.
    pub summary: String,
    /// Every object that it changes, in order.
    pub changes: Vec<Change<Blob>>,
    /// The program that it runs.
    pub program: Option<Vec<String>>,
    /// The program that takes its other effects back.
    pub undo: Option<Vec<String>>,
    /// The bridge that it makes.
    #[serde(default)]
    pub bridge: Option<Bridge>,
}

/// A bridge that a step makes.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Bridge {
    /// Its name.
    pub name: String,
    /// Whether it is made with an address.
    pub addressed: bool,
}

/// One object that a step changes.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Change<C = Vec<u8>> {
    /// Where, links resolved.
    #[serde(with = "crate::snapshot::path")]
    pub path: PathBuf,
    /// What stands there before.
    pub before: Object<C>,
    /// What stands there afterwards; none where a program decides it.
    pub after: Option<Object<C>>,
    /// When the file's content was changed last, before the step.
    pub modified: Option<Time>,
    /// The name beside it under which the new object is made.
    pub temporary: String,
}

/// A file's content, kept in a file of the journal.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Blob {
    /// The file's name.
    pub file: String,
    /// Its bytes.
    pub size: u64,
    /// Their FNV-1a sum, against damage.
    pub sum: u64,
}

impl Blob {
    /// Describes content that is kept under a name.
    pub(super) fn of(file: String, content: &[u8]) -> Self {
        Self { file, size: content.len() as u64, sum: sum(content) }
    }

    /// Whether this is that content.
    pub(super) fn is(&self, content: &[u8]) -> bool {
        self.size == content.len() as u64 && self.sum == sum(content)
    }
}

fn sum(content: &[u8]) -> u64 {
    content.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
