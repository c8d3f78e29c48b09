//! Credentials across `execve`, as capabilities(7) and the kernel's `security/commoncap.c` define them.

use crate::snapshot::{Errno, Fact, FileCapabilities, IdMap, Inode, Process, RealIdentity, Subject};

/// Bit masks of the capabilities that matter here.
pub const CAP_NET_ADMIN: u64 = 1 << 12;
const CAP_SETGID: u64 = 1 << 6;
const CAP_SETUID: u64 = 1 << 7;
const CAP_SETPCAP: u64 = 1 << 8;
/// `prctl(2)` securebits: being user 0 grants no capability.
pub const SECBIT_NOROOT: u32 = 1;
/// `prctl(2)` securebits: nobody may say any more that capabilities outlive a change of user.
pub const SECBIT_KEEP_CAPS_LOCKED: u32 = 1 << 5;

/// The capabilities that libcap-ng needs to become the calling user and keep `cap_net_admin`.
pub fn required_to_drop() -> [(u64, &'static str); 4] {
    [CAP_SETPCAP, CAP_SETUID, CAP_SETGID, CAP_NET_ADMIN].map(|mask| (mask, capability_name(mask)))
}

/// The name of one of the capabilities that matter here.
pub fn capability_name(mask: u64) -> &'static str {
    match mask {
        CAP_NET_ADMIN => "cap_net_admin",
        CAP_SETGID => "cap_setgid",
        CAP_SETUID => "cap_setuid",
        CAP_SETPCAP => "cap_setpcap",
        _ => "a capability",
    }
}

/// Who a process is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Credentials {
    /// The real user.
    pub uid: u32,
    /// The effective user.
    pub euid: u32,
    /// The real group.
    pub gid: u32,
    /// The effective group.
    pub egid: u32,
    /// What it may put into effect.
    pub permitted: u64,
    /// What is in effect.
    pub effective: u64,
}

impl Credentials {
    /// Whether `cap_net_admin` is in effect; it counts where the user namespace owns the network namespace.
    pub fn has_net_admin(self) -> bool {
        self.effective & CAP_NET_ADMIN != 0
    }
}

/// A file that is about to be executed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Executable<'a> {
    pub(super) inode: &'a Inode,
    pub(super) nosuid: bool,
    pub(super) capabilities: Option<FileCapabilities>,
}

/// The credentials after `subject`, running as `process`, executes `file`.
///
/// # Errors
///
/// `EPERM` where the file's effective capabilities are outside the bounding set.
pub(super) fn execute(subject: &Subject, process: &Process, file: Executable<'_>) -> Result<Credentials, Errno> {
    let namespace = &process.user_namespace;
    let old = process.capabilities;
    let real = process.real.unwrap_or(RealIdentity { uid: subject.uid, gid: subject.gid });
    let honoured = !file.nosuid;
    let file_capabilities = file.capabilities.filter(|found| honoured && counts_here(*found, &namespace.users));
    let (mut euid, mut egid) = changed_identity(subject, process, file.inode, honoured);

    let mut permitted =
        file_capabilities.map_or(0, |found| (found.permitted & old.bounding) | (found.inheritable & old.inheritable));
    if let Some(found) = file_capabilities
        && found.effective
        && found.permitted & !permitted != 0
    {
        return Err(Errno::EPERM);
    }
    let mut effective_bit = file_capabilities.is_some_and(|found| found.effective);

    let root = namespace.users.root;
    let rootless_bits = process.securebits.known().is_some_and(|bits| bits & SECBIT_NOROOT != 0);
    let becomes_root = root.is_some_and(|root| euid == root);
    if !rootless_bits && root.is_some_and(|root| euid == root || real.uid == root) {
        // A setuid-root file that has capabilities of its own gets those only.
        let own_capabilities_only = file_capabilities.is_some() && becomes_root && Some(real.uid) != root;
        if !own_capabilities_only {
            permitted = old.bounding | old.inheritable;
            effective_bit |= becomes_root;
        }
    }

    let gains = permitted & !(old.permitted | old.ambient) != 0 || euid != real.uid || egid != real.gid;
    if gains && process.no_new_privs {
        (euid, egid) = (real.uid, real.gid);
        permitted &= old.permitted;
    }
    // A group that the subject is in anyway is no new identity: so it was seen on Linux 6.18.
    let in_group = egid == real.gid || subject.groups.contains(&egid);
    let privileged_file = file_capabilities.is_some() || euid != real.uid || !in_group;
    let ambient = if privileged_file { 0 } else { old.ambient };
    permitted |= ambient;
    let effective = if effective_bit { permitted } else { ambient };
    Ok(Credentials { uid: real.uid, euid, gid: real.gid, egid, permitted, effective })
}

/// Effective user and group after the setuid and setgid bits had their say.
fn changed_identity(subject: &Subject, process: &Process, inode: &Inode, honoured: bool) -> (u32, u32) {
    const SETUID: u32 = 0o4000;
    const SETGID_AND_GROUP_EXECUTE: u32 = 0o2010;
    let known = process.user_namespace.knows(inode.uid, inode.gid);
    if !honoured || !known || process.no_new_privs {
        return (subject.uid, subject.gid);
    }
    let euid = if inode.mode & SETUID != 0 { inode.uid } else { subject.uid };
    let setgid = inode.mode & SETGID_AND_GROUP_EXECUTE == SETGID_AND_GROUP_EXECUTE;
    (euid, if setgid { inode.gid } else { subject.gid })
}

/// Whether capabilities written for the user namespace of some root count in this one.
fn counts_here(capabilities: FileCapabilities, users: &IdMap) -> bool {
    capabilities.root_uid == 0 || users.root == Some(capabilities.root_uid)
}

/// The credentials after the helper became the calling user again.
///
/// # Errors
///
/// The capabilities that it would need and has not; none where it may not keep any.
pub(super) fn drop_privileges(
    credentials: Credentials,
    securebits: &Fact<u32>,
) -> Result<Credentials, Vec<&'static str>> {
    let lacking: Vec<&str> = required_to_drop()
        .iter()
        .filter(|(mask, _)| credentials.permitted & mask == 0)
        .map(|(_, name)| *name)
        .collect();
    if !lacking.is_empty() || securebits.known().is_some_and(|bits| bits & SECBIT_KEEP_CAPS_LOCKED != 0) {
        return Err(lacking);
    }
    Ok(Credentials {
        euid: credentials.uid,
        egid: credentials.gid,
        permitted: CAP_NET_ADMIN,
        effective: CAP_NET_ADMIN,
        ..credentials
    })
}
