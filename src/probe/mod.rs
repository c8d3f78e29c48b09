//! One file a check: a pure function of the snapshot. The order below is the helper's own.

mod case;
mod judgement;

pub use case::{Case, Expect, Target};
pub use judgement::{Evidence, Finding, Judgement, Level, ONLY_LIVE, Remedy};

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
