//! One file a check: a pure function of the snapshot. The order below is the helper's own.

mod case;
mod judgement;

mod helper_executable;
mod helper_mount;
mod helper_path;
mod helper_privilege;
mod helper_setuid;
mod helper_symlink;
mod helper_tamper;
mod privilege_gain;

pub use case::{Case, Expect, Target};
pub use judgement::{Evidence, Finding, Judgement, Level, Remedy};

/// What a check is asked about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scope {
    /// The host, once.
    Host,
    /// Each bridge.
    Bridge,
}

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

const fn host(id: &'static str, judge: fn(&Case<'_>) -> Judgement) -> Probe {
    Probe { id, scope: Scope::Host, judge }
}

/// Every check, in the order of the helper's own steps: what would bite first stands first.
pub const PROBES: &[Probe] = &[
    host("helper-path", helper_path::judge),
    host("helper-symlink", helper_symlink::judge),
    host("helper-executable", helper_executable::judge),
    host("helper-setuid", helper_setuid::judge),
    host("helper-mount", helper_mount::judge),
    host("helper-tamper", helper_tamper::judge),
    host("privilege-gain", privilege_gain::judge),
];
