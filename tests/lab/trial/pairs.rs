//! Two values that are not the healthy ones: the prediction is right, and independent faults are both named, whether
//! Alice asks herself or root asks about her.

use libtest_mimic::Trial;

use crate::dimension::Dimension;
use crate::doctor::{self, Report};
use crate::independence;
use crate::state::{self, State};
use crate::tally::agrees;

/// Each pair of dimensions, the one that is dearer to change first.
const PAIRS: [(Dimension, Dimension, &str); 10] = [
    (Dimension::Helper, Dimension::Acl, "pairs: helper and acl"),
    (Dimension::Bridge, Dimension::Acl, "pairs: bridge and acl"),
    (Dimension::Bridge, Dimension::Helper, "pairs: bridge and helper"),
    (Dimension::Acl, Dimension::Process, "pairs: acl and process"),
    (Dimension::Acl, Dimension::Tun, "pairs: acl and tun"),
    (Dimension::Helper, Dimension::Tun, "pairs: helper and tun"),
    (Dimension::Helper, Dimension::Process, "pairs: helper and process"),
    (Dimension::Bridge, Dimension::Process, "pairs: bridge and process"),
    (Dimension::Bridge, Dimension::Tun, "pairs: bridge and tun"),
    (Dimension::Tun, Dimension::Process, "pairs: tun and process"),
];

/// The trials.
pub fn trials() -> Vec<Trial> {
    PAIRS
        .into_iter()
        .map(|(outer, inner, name)| {
            let every = every();
            let states = move || state::pairs(outer, inner).step_by(every);
            super::over_states(name, states, |sandbox, state, helper| {
                let report = doctor::asked_by_user(sandbox, state)?;
                agrees(&report, helper)?;
                both_named(&report, state)?;
                if state.value(Dimension::Process).name != "plain" {
                    return Ok(());
                }
                let by_root = doctor::asked_by_root(sandbox, state, &["--user", "4001"])?;
                agrees(&by_root, helper)
                    .and_then(|()| both_named(&by_root, state))
                    .map_err(|difference| format!("asked by root: {difference}"))
            })
        })
        .collect()
}

/// `LAB_EVERY=N` takes every Nth pair only, for a quick look.
fn every() -> usize {
    std::env::var("LAB_EVERY").ok().and_then(|text| text.parse().ok()).filter(|&every| every > 0).unwrap_or(1)
}

fn both_named(report: &Report, state: &State) -> Result<(), String> {
    let named = report.root_causes();
    let unnamed: Vec<_> = independence::independent_faults(state)
        .into_iter()
        .map(|fault| fault.cause)
        .filter(|cause| !named.contains(cause))
        .collect();
    if unnamed.is_empty() { Ok(()) } else { Err(format!("not named: {unnamed:?}; root causes {named:?}")) }
}
