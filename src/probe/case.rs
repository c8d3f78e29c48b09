//! What a probe may look at.

use schemars::JsonSchema;
use serde::Serialize;

use crate::acl::Reading;
use crate::helper::Prediction;
use crate::snapshot::{Snapshot, Trial};

/// The question put to a probe.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The facts.
    pub snapshot: &'a Snapshot,
    /// The ACL as [`read_acl`](super::read_acl) gives it, for every check that asks.
    pub acl: &'a Reading,
    /// The bridge in question; for a check of the host the first of the target's bridges.
    pub bridge: &'a str,
    /// All bridges in question.
    pub target: &'a Target,
    /// What the bridge is for, where the user said so.
    pub expect: Option<Expect>,
    /// What the helper would do for this bridge, with its cause; only there for a check of a trial.
    pub prediction: Option<&'a Prediction>,
}

impl<'a> Case<'a> {
    /// What came of running the real helper for this bridge.
    pub(super) fn trial(&self) -> Option<&'a Trial> {
        self.snapshot.trials.iter().find(|trial| trial.bridge == self.bridge)
    }
}

/// The bridges in question, and why these.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Target {
    /// Their names.
    pub bridges: Vec<String>,
    /// Why these: "--bridge", "named by an allow line of the ACL", "the bridges that exist", "QEMU's default".
    pub why: &'static str,
}

/// What a bridge is for (`--expect`).
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum Expect {
    /// Guests are on the same network as the host's uplink.
    Bridged,
    /// The host routes or translates between the bridge and other networks.
    Routed,
    /// Guests talk to each other and to nobody else.
    Isolated,
}
