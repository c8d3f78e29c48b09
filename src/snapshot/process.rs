//! The process that would start the helper: QEMU or libvirt, or one like this one.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Errno, Fact, path};

/// Credentials and limits as the kernel holds them for one process.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Process {
    /// Which process: its number where `--pid` named one.
    pub pid: Option<u32>,
    /// `NoNewPrivs`: executing a file gains nothing.
    pub no_new_privs: bool,
    /// The capability sets.
    pub capabilities: Capabilities,
    /// The `prctl(2)` securebits; unknown for another process.
    pub securebits: Fact<u32>,
    /// `Seccomp`: 0 off, 1 strict, 2 filter.
    pub seccomp: u32,
    /// The error of making an Internet socket, where a seccomp filter or a security module refuses it to this process.
    #[serde(default)]
    pub socket_error: Option<Errno>,
    /// The system calls of the helper that a seccomp filter refuses to this process, in the helper's order.
    #[serde(default)]
    pub refused_calls: Vec<RefusedCall>,
    /// Whom the helper takes for its caller, where that is somebody else than the subject, who has the effective rights.
    #[serde(default)]
    pub real: Option<RealIdentity>,
    /// The user namespace it is in.
    pub user_namespace: UserNamespace,
    /// Who owns the network namespace it is in, seen from its user namespace.
    pub net_owner: Fact<NetOwner>,
    /// The soft limit of open files.
    pub open_files: Option<u64>,
    /// The soft limit of the stack, in bytes.
    pub stack: Option<u64>,
    /// Its working directory: relative includes are resolved from there.
    #[serde(default, with = "path")]
    #[schemars(with = "Option<path::Written>")]
    pub directory: Option<PathBuf>,
}

/// Real user and group.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct RealIdentity {
    /// The user.
    pub uid: u32,
    /// The group.
    pub gid: u32,
}

/// A call that is refused.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct RefusedCall {
    /// The step of the helper that it is made for.
    pub call: Call,
    /// The error that it gives; absent where a signal ends whoever makes it.
    pub errno: Option<Errno>,
}

/// The steps of the helper that a filter can refuse.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// To become the calling user.
    DropPrivileges,
    /// To make the socket that interfaces are set with.
    MakeSocket,
    /// `TUNSETIFF`.
    CreateTap,
    /// `SIOCGIFMTU`, of the bridge.
    GetMtu,
    /// `SIOCSIFMTU`, of the tap.
    SetMtu,
    /// `SIOCGIFHWADDR`.
    GetAddress,
    /// `SIOCSIFHWADDR`.
    SetAddress,
    /// `SIOCBRADDIF`.
    AddPort,
    /// `SIOCGIFFLAGS`.
    GetFlags,
    /// `SIOCSIFFLAGS`.
    SetFlags,
    /// To send the tap's descriptor.
    SendDescriptor,
}

impl Process {
    /// How this call is refused, where it is.
    pub fn refused(&self, call: Call) -> Option<RefusedCall> {
        self.refused_calls.iter().copied().find(|refused| refused.call == call)
    }
}

/// The five capability sets, as bit masks.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Capabilities {
    /// `CapInh`.
    pub inheritable: u64,
    /// `CapPrm`.
    pub permitted: u64,
    /// `CapEff`.
    pub effective: u64,
    /// `CapBnd`.
    pub bounding: u64,
    /// `CapAmb`.
    pub ambient: u64,
}

/// A user namespace, its identities given as they look from where the snapshot was taken.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct UserNamespace {
    /// Whether it is the initial one, in which every identity is mapped.
    pub initial: bool,
    /// The users that are mapped.
    pub users: IdMap,
    /// The groups that are mapped.
    pub groups: IdMap,
}

/// Ranges of mapped identities: first and count.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct IdMap {
    /// The identity that is root (0) inside, where one is.
    pub root: Option<u32>,
    /// First identity and count of each range.
    pub ranges: Vec<(u32, u32)>,
}

/// What the kernel shows for an identity that a namespace does not know.
const OVERFLOW: u32 = 65534;

impl UserNamespace {
    /// Whether the owner and the group of a file are known here: else its setuid bit counts for nothing.
    ///
    /// The identity that stands for all unknown ones is taken for one of those, though it may be mapped as well.
    pub fn knows(&self, uid: u32, gid: u32) -> bool {
        let known = |map: &IdMap, id| map.contains(id) && id != OVERFLOW;
        self.initial || (known(&self.users, uid) && known(&self.groups, gid))
    }
}

impl IdMap {
    /// Whether the namespace knows this identity.
    pub fn contains(&self, id: u32) -> bool {
        self.ranges.iter().any(|&(first, count)| id.checked_sub(first).is_some_and(|offset| offset < count))
    }
}

/// The user namespace that owns a network namespace decides whose `CAP_NET_ADMIN` counts in it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NetOwner {
    /// The process's own user namespace, or one below it.
    Within,
    /// A user namespace above: no capability of this process counts.
    Above,
}
