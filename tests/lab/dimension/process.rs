//! The credentials of the process that starts the helper.

use nix::libc;
use rustix::thread::{CapabilitiesSecureBits, CapabilitySet};

use super::{Realise, Value};
use crate::sandbox::{Credentials, Filter, UserNamespace};

const BOUNDING: &str = "capability-bounding-set";
const NAMESPACE: &str = "user-namespace";
const ALICE: Credentials = Credentials::ALICE;
const ROOT: Credentials = Credentials::ROOT;
const DAC: CapabilitySet = CapabilitySet::DAC_OVERRIDE.union(CapabilitySet::DAC_READ_SEARCH);

const TUNSETIFF: u32 = libc::TUNSETIFF as u32;
const SIOCSIFHWADDR: u32 = libc::SIOCSIFHWADDR as u32;
const SIOCBRADDIF: u32 = 0x89a2;
const INTERNET: u32 = libc::AF_INET as u32;

/// Every value.
pub(super) fn values() -> Vec<Value> {
    let dropped = |dropped| Credentials { dropped, ..ALICE };
    let inside = |namespace| Credentials { user_namespace: Some(namespace), ..ALICE };
    vec![
        good("plain", ALICE),
        good("many-open-files", Credentials { open_files: 20_000, ..ALICE }),
        good("few-open-files", Credentials { open_files: 24, ..ALICE }),
        good("not-in-group", Credentials { groups: &[], ..ALICE }),
        good("inheritable-net-admin", Credentials { inheritable: CapabilitySet::NET_ADMIN, ..ALICE }),
        good(
            "ambient-net-admin-no-new-privs",
            Credentials { ambient: CapabilitySet::NET_ADMIN, no_new_privs: true, ..ALICE },
        ),
        good("ambient-net-admin", Credentials { ambient: CapabilitySet::NET_ADMIN, ..ALICE }),
        good("bounding-set-without-unrelated", dropped(CapabilitySet::SYS_ADMIN.union(CapabilitySet::NET_RAW))),
        good("root", ROOT),
        good("root-no-new-privs", Credentials { no_new_privs: true, ..ROOT }),
        good("root-without-setpcap", Credentials { dropped: CapabilitySet::SETPCAP, ..ROOT }),
        good("root-without-dac-override", Credentials { dropped: DAC, ..ROOT }),
        good("own-network-namespace", inside(UserNamespace::OwnNetwork)),
        good("container-with-network", inside(UserNamespace::ContainerWithNetwork)),
        fault("no-new-privs", "no-new-privs", Credentials { no_new_privs: true, ..ALICE }),
        fault("bounding-set-without-net-admin", BOUNDING, dropped(CapabilitySet::NET_ADMIN)),
        fault("bounding-set-without-setpcap", BOUNDING, dropped(CapabilitySet::SETPCAP)),
        fault("bounding-set-without-setuid", BOUNDING, dropped(CapabilitySet::SETUID)),
        fault("bounding-set-without-setgid", BOUNDING, dropped(CapabilitySet::SETGID)),
        fault("bounding-set-empty", BOUNDING, dropped(CapabilitySet::all())),
        fault("root-without-net-admin", BOUNDING, Credentials { dropped: CapabilitySet::NET_ADMIN, ..ROOT }),
        filtered("filter-refuses-taps", libc::SYS_ioctl, Some((1, TUNSETIFF)), Some(libc::EPERM)),
        filtered("filter-refuses-ports", libc::SYS_ioctl, Some((1, SIOCBRADDIF)), Some(libc::EACCES)),
        filtered("filter-refuses-addresses", libc::SYS_ioctl, Some((1, SIOCSIFHWADDR)), Some(libc::EPERM)),
        filtered("filter-kills-for-taps", libc::SYS_ioctl, Some((1, TUNSETIFF)), None),
        filtered("filter-kills-for-sockets", libc::SYS_socket, Some((0, INTERNET)), None),
        fault("user-namespace-as-root", NAMESPACE, inside(UserNamespace::MappedToRoot)),
        fault("user-namespace-same-user", NAMESPACE, inside(UserNamespace::SameUser)),
        fault("container", NAMESPACE, inside(UserNamespace::Container)),
        fault("shifted-container", NAMESPACE, inside(UserNamespace::ShiftedContainer)),
        fault(
            "root-gains-nothing",
            "secure-bits",
            Credentials { secure_bits: CapabilitiesSecureBits::NO_ROOT, ..ALICE },
        ),
        fault(
            "keeps-nothing",
            "secure-bits",
            Credentials { secure_bits: CapabilitiesSecureBits::KEEP_CAPS_LOCKED, ..ALICE },
        ),
        odd("shifted-container-with-network", inside(UserNamespace::ShiftedContainerWithNetwork)),
        odd("no-setuid-fixup", Credentials { secure_bits: CapabilitiesSecureBits::NO_SETUID_FIXUP, ..ALICE }),
        odd("no-ambient-raise", Credentials { secure_bits: CapabilitiesSecureBits::NO_CAP_AMBIENT_RAISE, ..ALICE }),
    ]
}

/// A process that may not make one of the helper's calls.
fn filtered(name: &'static str, call: libc::c_long, argument: Option<(u32, u32)>, errno: Option<i32>) -> Value {
    let filter = Some(Filter { call, argument, errno });
    fault(name, "call-refused", Credentials { filter, ..ALICE })
}

fn good(name: &'static str, credentials: Credentials) -> Value {
    Value::good(name, Realise::Process(credentials))
}

fn odd(name: &'static str, credentials: Credentials) -> Value {
    Value::odd(name, Realise::Process(credentials))
}

fn fault(name: &'static str, cause: &'static str, credentials: Credentials) -> Value {
    Value::fault(name, Realise::Process(credentials), "privilege-gain", cause)
}
