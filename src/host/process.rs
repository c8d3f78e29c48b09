//! The process that would start the helper.

use nix::errno::Errno as Refused;
use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};
use procfs::process::{LimitValue, Limits, Status};
use rustix::thread::{CapabilitySet, SecureComputingMode};

use super::proc::Proc;
use super::{calls, namespaces};
use crate::snapshot::{Call, Capabilities, Errno, Fact, Process, RealIdentity, Subject};

/// The highest capability that a 64-bit mask can hold; the kernel refuses what it does not know.
const CAPABILITIES: u32 = 64;

/// A process like this one, started by the subject.
pub(super) fn like_this_one(proc: &Proc, subject: &Subject, is_me: bool) -> Fact<Process> {
    let Some(user_namespace) = namespaces::user_namespace(proc, "self", true) else {
        return Fact::unknown("/proc is not mounted, and only it shows the user namespace");
    };
    let own = capabilities();
    let seccomp = seccomp();
    let refused_calls = if seccomp == 0 { Vec::new() } else { calls::refused() };
    let socket = refused_calls.iter().find(|refused| refused.call == Call::MakeSocket);
    let capabilities = if is_me || subject.uid == 0 {
        own
    } else {
        // A login by somebody else than root starts with no capability; what is bounded stays so.
        Capabilities { bounding: own.bounding, ..Capabilities::default() }
    };
    Fact::Known(Process {
        pid: None,
        no_new_privs: rustix::thread::no_new_privs().unwrap_or(false),
        capabilities,
        securebits: match rustix::thread::capabilities_secure_bits() {
            Ok(bits) => Fact::Known(bits.bits()),
            Err(error) => Fact::unknown(format!("the securebits cannot be read: {error}")),
        },
        seccomp,
        socket_error: socket.map_or_else(socket_error, |refused| refused.errno),
        refused_calls,
        real: if is_me { real_identity() } else { None },
        user_namespace,
        net_owner: namespaces::net_owner(proc, "self"),
        open_files: soft_limit(Resource::RLIMIT_NOFILE),
        stack: soft_limit(Resource::RLIMIT_STACK),
        directory: std::env::current_dir().ok(),
    })
}

/// A running process, from its entry in `/proc`.
pub(super) fn of(proc: &Proc, pid: u32, status: &Status, limits: Option<&Limits>, is_own: bool) -> Fact<Process> {
    let Some(user_namespace) = namespaces::user_namespace(proc, &pid.to_string(), is_own) else {
        return Fact::unknown_but(
            format!("the user namespace of process {pid} cannot be read"),
            format!("sudo bridge-doctor check --pid {pid}"),
        );
    };
    let soft = |limit: &LimitValue| match limit {
        LimitValue::Unlimited => None,
        LimitValue::Value(value) => Some(*value),
    };
    Fact::Known(Process {
        pid: Some(pid),
        no_new_privs: status.nonewprivs.unwrap_or(0) != 0,
        capabilities: Capabilities {
            inheritable: status.capinh,
            permitted: status.capprm,
            effective: status.capeff,
            bounding: status.capbnd.unwrap_or(u64::MAX),
            ambient: status.capamb.unwrap_or(0),
        },
        securebits: Fact::unknown("the kernel shows a process's securebits to that process only"),
        seccomp: status.seccomp.unwrap_or(0),
        // Nobody but the process itself can try.
        socket_error: None,
        refused_calls: Vec::new(),
        real: divided((status.ruid, status.rgid), (status.euid, status.egid)),
        user_namespace,
        net_owner: namespaces::net_owner(proc, &pid.to_string()),
        open_files: limits.and_then(|limits| soft(&limits.max_open_files.soft_limit)),
        stack: limits.and_then(|limits| soft(&limits.max_stack_size.soft_limit)),
        directory: std::fs::read_link(format!("/proc/{pid}/cwd")).ok(),
    })
}

/// The sets of this process.
pub(super) fn capabilities() -> Capabilities {
    let held = rustix::thread::capabilities(None).ok();
    let sets =
        |of: fn(&rustix::thread::CapabilitySets) -> CapabilitySet| held.as_ref().map_or(0, |held| of(held).bits());
    let mut capabilities = Capabilities {
        inheritable: sets(|held| held.inheritable),
        permitted: sets(|held| held.permitted),
        effective: sets(|held| held.effective),
        bounding: 0,
        ambient: 0,
    };
    for number in 0..CAPABILITIES {
        let bit = 1 << number;
        let capability = CapabilitySet::from_bits_retain(bit);
        let Ok(bounded) = rustix::thread::capability_is_in_bounding_set(capability) else { break };
        if bounded {
            capabilities.bounding |= bit;
        }
        if rustix::thread::capability_is_in_ambient_set(capability).unwrap_or(false) {
            capabilities.ambient |= bit;
        }
    }
    capabilities
}

fn real_identity() -> Option<RealIdentity> {
    use rustix::process::{getegid, geteuid, getgid, getuid};
    divided((getuid().as_raw(), getgid().as_raw()), (geteuid().as_raw(), getegid().as_raw()))
}

fn divided(real: (u32, u32), effective: (u32, u32)) -> Option<RealIdentity> {
    (real != effective).then_some(RealIdentity { uid: real.0, gid: real.1 })
}

/// A limit of this process; none where there is none, or where even the question is refused.
fn soft_limit(of: Resource) -> Option<u64> {
    getrlimit(of).ok().map(|(soft, _)| soft).filter(|soft| *soft != RLIM_INFINITY)
}

/// What keeps this process from the kind of socket that the helper sets interfaces with.
fn socket_error() -> Option<Errno> {
    match socket(AddressFamily::Inet, SockType::Stream, SockFlag::SOCK_CLOEXEC, None) {
        Ok(_) | Err(Refused::EMFILE | Refused::ENFILE | Refused::ENOBUFS | Refused::ENOMEM) => None,
        Err(errno) => Some(errno.into()),
    }
}

/// A process in strict mode could not have come as far as here.
fn seccomp() -> u32 {
    match rustix::thread::secure_computing_mode() {
        Ok(SecureComputingMode::Disabled) => 0,
        Ok(SecureComputingMode::Strict) => 1,
        // Where even the question is filtered, there is a filter.
        Ok(_) | Err(rustix::io::Errno::PERM) => 2,
        Err(_) => 0,
    }
}
