//! The facts about one host, one subject and one helper: plain, serialisable data without an opinion.
//!
//! `host/` fills a [`Snapshot`]; everything else is a pure function of it. Its JSON is versioned by [`SCHEMA`].

mod acl;
mod answer;
mod bytes;
mod fact;
mod file;
mod firewall;
mod helper;
mod libvirt;
mod machine;
mod network;
pub(crate) mod path;
mod process;
mod redact;
mod subject;
mod trial;
mod tun;

pub use acl::{Acl, AclFile, without_dots};
pub use answer::{Access, Answer, Errno};
pub use bytes::Bytes;
pub(crate) use bytes::to_hex;
pub use fact::{Fact, Unknown};
pub use file::{FileCapabilities, Inode, Kind, Mount, Owned};
pub use firewall::{Chain, Firewall};
pub use helper::{Binary, Format, Helper, OtherHelper, PathSource, Step};
pub use libvirt::{HelperLookup, Libvirt, LibvirtNetwork};
pub use machine::{Machine, Manager, OsRelease};
pub use network::{Bridge, Link, Network, Port, Scope, WELL_KNOWN_BRIDGE, port_state};
pub use process::{Call, Capabilities, IdMap, NetOwner, Process, RealIdentity, RefusedCall, UserNamespace};
pub use redact::redact;
pub use subject::Subject;
pub use trial::{End, Frames, Loss, Payload, Rung, Sent, Silence, Tap, Trial};
pub use tun::{Driver, Tun};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The identifier and version of the snapshot's JSON.
pub const SCHEMA: &str = "bridge-doctor/snapshot/v1";

/// Everything that the checks, the prediction and the fix plan may know.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Snapshot {
    /// [`SCHEMA`].
    pub schema: String,
    /// The version of bridge-doctor that collected it.
    pub collected_by: String,
    /// The machine, or the tree under `--root`.
    pub machine: Machine,
    /// Whose virtual machine it is.
    pub subject: Subject,
    /// The process that would start the helper, with its credentials.
    pub process: Fact<Process>,
    /// qemu-bridge-helper as found on this host.
    pub helper: Helper,
    /// The ACL file that this helper reads, with all it includes.
    pub acl: Acl,
    /// `/dev/net/tun`.
    pub tun: Tun,
    /// Bridges named on the command line at collection, in their order.
    pub asked_bridges: Vec<String>,
    /// Network interfaces of the subject's network namespace.
    pub network: Fact<Network>,
    /// What may drop frames between ports of a bridge.
    pub firewall: Firewall,
    /// libvirt's session driver.
    pub libvirt: Libvirt,
    /// The end-to-end tests that were made, one for each bridge.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trials: Vec<Trial>,
}
