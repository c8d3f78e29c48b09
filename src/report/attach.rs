//! The data of `attach`: frozen as `bridge-doctor/attach/v1`.

use schemars::JsonSchema;
use serde::Serialize;

use crate::helper::{self, Outcome, Prediction};
use crate::report::{Check, CheckStatus};
use crate::snapshot::{Errno, Frames, Sent, Snapshot, Trial};

/// The identifier and version of the JSON.
pub const ATTACH_SCHEMA: &str = "bridge-doctor/attach/v1";

/// What came of running the real helper for one bridge.
#[derive(Clone, Debug, JsonSchema, PartialEq, Serialize)]
pub struct Attach {
    /// [`ATTACH_SCHEMA`].
    pub schema: &'static str,
    /// The bridge.
    pub bridge: String,
    /// Whose virtual machine.
    pub user: String,
    /// The helper; none in the sandbox, which runs no helper.
    pub helper: Option<String>,
    /// How the helper ended.
    pub outcome: Outcome,
    /// Its exit status, where it exited.
    pub exit_code: Option<i32>,
    /// The last line it printed.
    pub stderr: Option<String>,
    /// The error of `execve`, where it did not start.
    pub errno: Option<Errno>,
    /// The name of the tap that it handed over.
    pub tap: Option<String>,
    /// Whether the tap's frames have a virtio header.
    pub vnet_hdr: Option<bool>,
    /// The tap's largest packet, in bytes.
    pub mtu: Option<u32>,
    /// The tap's hardware address.
    pub mac: Option<String>,
    /// The state of the tap as a port of this bridge.
    pub port_state: Option<&'static str>,
    /// What became of the frames.
    pub forwarding: ForwardingEntry,
    /// Whether the helper did what was foretold; none where nothing could be foretold.
    pub agrees_with_prediction: Option<bool>,
    /// Interfaces that were still there when everything should have been gone.
    pub left_behind: Vec<String>,
    /// How long it took.
    pub seconds: f64,
}

/// What became of frames from one tap to another.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct ForwardingEntry {
    /// Whether they arrived.
    pub status: ForwardingStatus,
    /// Written into a tap; a frame that does not arrive is sent again.
    pub sent: u32,
    /// Read from the other.
    pub received: u32,
    /// Why not, where they did not arrive or were not sent.
    pub reason: Option<String>,
}

/// Whether frames arrived.
#[derive(Clone, Copy, Debug, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardingStatus {
    /// Each of them.
    Pass,
    /// One of them never did.
    Fail,
    /// None was sent.
    Skip,
}

impl Attach {
    /// The entry for a trial; `attach` and `forwarding` are the checks about it.
    pub fn of(
        snapshot: &Snapshot,
        trial: &Trial,
        prediction: Option<&Prediction>,
        attach: Option<&Check>,
        forwarding: Option<&Check>,
    ) -> Self {
        let tap = match &trial.sent {
            Sent::Tap(tap) => Some(tap.as_ref()),
            Sent::Nothing | Sent::NoTap(_) | Sent::Several(_) => None,
        };
        let link = tap.and_then(|tap| tap.link.as_ref());
        let port = link.and_then(|link| link.port).filter(|_| tap.is_some_and(crate::snapshot::Tap::is_port));
        let told = if trial.outcome() == Outcome::Attached { forwarding } else { attach };
        let reason = told.filter(|check| check.status != CheckStatus::Pass).map(|check| check.message.clone());
        Self {
            schema: ATTACH_SCHEMA,
            bridge: trial.bridge.clone(),
            user: snapshot.subject.user.clone(),
            helper: Some(snapshot.helper.path.display().to_string()),
            outcome: trial.outcome(),
            exit_code: trial.exit_code(),
            stderr: trial.stderr.clone(),
            errno: trial.errno(),
            tap: tap.map(|tap| tap.name.clone()),
            vnet_hdr: tap.map(|tap| tap.vnet_header),
            mtu: link.map(|link| link.mtu),
            mac: link.and_then(|link| link.mac.clone()),
            port_state: port.map(|port| port.state_name()),
            forwarding: forwarding_entry(&trial.frames, reason),
            agrees_with_prediction: prediction.map(|prediction| helper::agrees(trial, prediction)),
            left_behind: trial.left_behind.clone(),
            seconds: trial.seconds,
        }
    }
}

fn forwarding_entry(frames: &Frames, reason: Option<String>) -> ForwardingEntry {
    let (status, sent, received) = match frames {
        Frames::NotSent | Frames::NoSecondTap { .. } => (ForwardingStatus::Skip, 0, 0),
        Frames::Sent { sent, received, lost: None } => (ForwardingStatus::Pass, *sent, *received),
        Frames::Sent { sent, received, lost: Some(_) } => (ForwardingStatus::Fail, *sent, *received),
    };
    ForwardingEntry { status, sent, received, reason: reason.filter(|_| status != ForwardingStatus::Pass) }
}
