//! The same questions, asked by root about Alice and about a process of hers.

use libtest_mimic::Trial;
use rustix::thread::CapabilitiesSecureBits;

use crate::dimension::Dimension;
use crate::doctor::{self, Report};
use crate::state::{State, singles};
use crate::tally::agrees;
use crate::trial::single::one_finding;

/// The trials.
pub fn trials() -> Vec<Trial> {
    // The kernel shows the secure bits of a process to that process alone, and what its filters forbid to nobody.
    let shows = |state: &State| {
        let credentials = state.credentials();
        let odd = CapabilitiesSecureBits::NO_ROOT | CapabilitiesSecureBits::KEEP_CAPS_LOCKED;
        credentials.filter.is_none() && !credentials.secure_bits.intersects(odd)
    };
    let by_name = |state: &State| state.value(Dimension::Process).name == "plain";
    vec![
        super::over_states(
            "root asks about alice",
            move || singles().filter(by_name),
            |sandbox, state, helper| both(&doctor::asked_by_root(sandbox, state, &["--user", "alice"])?, state, helper),
        ),
        super::over_states(
            "root asks about a process",
            move || singles().filter(shows),
            |sandbox, state, helper| both(&doctor::asked_about_process(sandbox, state)?, state, helper),
        ),
    ]
}

fn both(report: &Report, state: &State, helper: &crate::oracle::Verdict) -> Result<(), String> {
    agrees(report, helper)?;
    one_finding(report, state)
}
