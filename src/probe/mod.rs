//! One file a check: a pure function of the snapshot. The order below is the helper's own.

mod acl_allows;
mod acl_exposure;
mod acl_file;
mod acl_include;
mod acl_syntax;
mod attach;
mod bridge_capacity;
mod bridge_exists;
mod bridge_forwarding;
mod bridge_netfilter;
mod bridge_up;
mod bridge_uplink;
mod case;
mod forwarding;
mod helper_executable;
mod helper_mount;
mod helper_path;
mod helper_privilege;
mod helper_setuid;
mod helper_symlink;
mod helper_tamper;
mod ip_forward;
mod judgement;
mod libvirt_helper;
mod privilege_gain;
mod tun_device;
mod view;

pub use crate::platform::Remedy;
pub use case::{Case, Expect, Target};
pub use judgement::{Evidence, Finding, Judgement, Level, ONLY_LIVE};
pub use view::acl::{acl_as_it_stands, read_acl};

/// What a check is asked about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scope {
    /// The host, once.
    Host,
    /// Each bridge.
    Bridge,
    /// Each bridge for which the real helper was run.
    Trial,
}

/// Why the checks of a trial do not arise without one.
const NO_TRIAL: &str = "the real helper was not run";

/// One check: its page is `checks/ID.md`, its module has the same name.
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    /// The id, for ever.
    pub id: &'static str,
    /// What it is asked about.
    pub scope: Scope,
    /// The judgement.
    pub judge: fn(&Case<'_>) -> Judgement,
}

impl Probe {
    const fn host(id: &'static str, judge: fn(&Case<'_>) -> Judgement) -> Self {
        Self { id, scope: Scope::Host, judge }
    }

    const fn bridge(id: &'static str, judge: fn(&Case<'_>) -> Judgement) -> Self {
        Self { id, scope: Scope::Bridge, judge }
    }

    const fn trial(id: &'static str, judge: fn(&Case<'_>) -> Judgement) -> Self {
        Self { id, scope: Scope::Trial, judge }
    }
}

/// Every check, in the order of the helper's own steps: what would bite first stands first.
pub const PROBES: &[Probe] = &[
    Probe::host("helper-path", helper_path::judge),
    Probe::host("helper-symlink", helper_symlink::judge),
    Probe::host("helper-executable", helper_executable::judge),
    Probe::host("helper-setuid", helper_setuid::judge),
    Probe::host("helper-mount", helper_mount::judge),
    Probe::host("helper-tamper", helper_tamper::judge),
    Probe::host("privilege-gain", privilege_gain::judge),
    Probe::host("acl-file", acl_file::judge),
    Probe::host("acl-syntax", acl_syntax::judge),
    Probe::host("acl-include", acl_include::judge),
    Probe::bridge("acl-allows", acl_allows::judge),
    Probe::host("acl-exposure", acl_exposure::judge),
    Probe::host("tun-device", tun_device::judge),
    Probe::bridge("bridge-exists", bridge_exists::judge),
    Probe::bridge("bridge-capacity", bridge_capacity::judge),
    Probe::bridge("bridge-up", bridge_up::judge),
    Probe::bridge("bridge-uplink", bridge_uplink::judge),
    Probe::bridge("bridge-forwarding", bridge_forwarding::judge),
    Probe::bridge("ip-forward", ip_forward::judge),
    Probe::bridge("bridge-netfilter", bridge_netfilter::judge),
    Probe::host("libvirt-helper", libvirt_helper::judge),
    Probe::trial("attach", attach::judge),
    Probe::trial("forwarding", forwarding::judge),
];
