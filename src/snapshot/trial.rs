//! What came of running the real helper: the facts of the end-to-end test.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Chain, Errno, Fact, Link};

/// One end-to-end test for one bridge.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Trial {
    /// The bridge it was made for.
    pub bridge: String,
    /// The rung of the ladder that the helper was run on last.
    pub reached: Rung,
    /// How that run ended.
    pub end: End,
    /// The last line it printed, without the line feed.
    pub stderr: Option<String>,
    /// What came over its socket.
    pub sent: Sent,
    /// What became of frames between two taps.
    pub frames: Frames,
    /// What was still there when everything should have been gone.
    pub left_behind: Vec<String>,
    /// How long all of it took.
    pub seconds: f64,
}

/// What a run of the helper is for; the least harmless stands last.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rung {
    /// Asked for a bridge that no rule allows: it starts, reads the ACL and refuses.
    Acl,
    /// Asked for an allowed name that no interface has: it makes a tap, looks for the bridge and lets the tap go.
    Tun,
    /// Asked for the bridge itself.
    Bridge,
}

/// How a run of the helper ended.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// `execve` failed, or becoming the user did.
    NotStarted(Errno),
    /// It exited with this status.
    Exited(i32),
    /// This signal ended it.
    Signalled(i32),
    /// It did not end in time, and its process group was killed.
    TimedOut,
}

/// What a helper sent over its socket.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sent {
    /// No descriptor.
    Nothing,
    /// One descriptor, and that a tap.
    Tap(Box<Tap>),
    /// One descriptor, which is no tap: the error of asking it for its interface.
    NoTap(Errno),
    /// More than one descriptor.
    Several(u32),
}

/// The tap that came, and the interfaces as they were once it was there.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Tap {
    /// Its name.
    pub name: String,
    /// Whether each frame has a virtio header before it.
    pub vnet_header: bool,
    /// The interface.
    pub link: Option<Link>,
    /// The bridge that was asked for.
    pub bridge: Option<Link>,
}

impl Tap {
    /// Whether it is a port of the bridge that was asked for, and of no other.
    pub fn is_port(&self) -> bool {
        let master = self.link.as_ref().and_then(|link| link.master);
        master.is_some() && master == self.bridge.as_ref().map(|bridge| bridge.index)
    }
}

/// What became of frames between two taps on the bridge.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Frames {
    /// There was no tap to send them through.
    NotSent,
    /// The helper gave one tap and refused a second one.
    NoSecondTap {
        /// How the second run ended.
        end: End,
        /// The last line it printed.
        stderr: Option<String>,
    },
    /// They were sent.
    Sent {
        /// How many were written into a tap.
        sent: u32,
        /// How many were read from the other.
        received: u32,
        /// The one that never arrived, and what is known to swallow frames without a word.
        lost: Option<Loss>,
    },
}

/// A frame that never arrived.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Loss {
    /// What it carried.
    pub payload: Payload,
    /// Whether it was the answer.
    pub answer: bool,
    /// What is known to swallow such frames, surest first.
    pub silences: Vec<Silence>,
}

/// What a frame carries, and so which filters see it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Payload {
    /// Plain Ethernet: only the bridge and its own filters see it.
    Ethernet,
    /// IPv4: br_netfilter hands it to the FORWARD chain as well.
    Ip,
}

/// Something that swallows frames without a word.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Silence {
    /// The bridge went away.
    BridgeGone,
    /// The bridge is administratively down.
    BridgeDown,
    /// The tap is no port of the bridge.
    NotAPort(String),
    /// The tap is administratively down.
    TapDown(String),
    /// The spanning tree lets no frame pass the port yet.
    PortWaits {
        /// The port.
        tap: String,
        /// 1 listening, 2 learning.
        state: u8,
        /// How long a new port takes to forward, in hundredths of a second.
        delay: u32,
    },
    /// The port is disabled (0) or blocking (4).
    PortClosed {
        /// The port.
        tap: String,
        /// Its state.
        state: u8,
    },
    /// Both ports are isolated, and isolated ports exchange nothing.
    Isolated,
    /// The bridge filters VLANs, and a new port is in none.
    NoVlan,
    /// A chain of the bridge family drops.
    BridgeRule(Chain),
    /// br_netfilter hands bridged IP to the chains at the forward hook; those of them that drop, where they can be seen.
    Netfilter(Fact<Vec<Chain>>),
    /// The bridge filters VLANs, and the ports are in one that need not be the same.
    VlanFiltering,
    /// Nobody could look whether a chain of the bridge family drops.
    BridgeRulesUnseen(super::Unknown),
}
