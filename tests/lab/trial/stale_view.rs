//! Views that do not fit the process: an old `/sys`, no `/sys`, no `/proc`. The answer is right or `unknown`.

use libtest_mimic::{Failed, Trial};

use crate::dimension::Dimension;
use crate::doctor;
use crate::oracle::{self, Verdict};
use crate::sandbox::{Net, Sandbox, mounts};
use crate::state::{State, singles};
use crate::tally::Tally;

/// The trials.
pub fn trials() -> Vec<Trial> {
    vec![
        super::trial("a network entered without remounting /sys", |sandbox| {
            right_or_unknown(sandbox, "stale /sys", bridges(), |sandbox, state| {
                let other = if state.net() == Net::Empty { Net::Quiet } else { Net::Empty };
                sandbox.enter_net(other)?;
                sandbox.enter_net_only(state.net())
            })
        }),
        super::trial("no /sys", |sandbox| {
            mounts::tmpfs("/sys")?;
            right_or_unknown(sandbox, "no /sys", singles(), |sandbox, state| sandbox.enter_net_only(state.net()))
        }),
        super::trial("no /proc", no_proc),
    ]
}

fn bridges() -> impl Iterator<Item = State> {
    Dimension::Bridge.values().iter().map(|value| State::healthy().with(Dimension::Bridge, value))
}

/// Without `/proc` the thread cannot look at its own namespaces; every network is made before.
fn no_proc(sandbox: &Sandbox) -> Result<(), Failed> {
    sandbox.enter_net(Net::Crowded)?;
    sandbox.enter_net(Net::Quiet)?;
    mounts::tmpfs("/proc")?;
    right_or_unknown(sandbox, "no /proc", singles(), |_, _| Ok(()))
}

fn right_or_unknown(
    sandbox: &Sandbox,
    name: &'static str,
    states: impl Iterator<Item = State>,
    spoil: impl Fn(&Sandbox, &State) -> std::io::Result<()>,
) -> Result<(), Failed> {
    let mut tally = Tally::new(name);
    for state in states {
        spoil(sandbox, &state).map_err(|error| format!("{state}: {error}"))?;
        sandbox.realise(&state).map_err(|error| format!("{state}: {error}"))?;
        let helper = oracle::ask(sandbox, &state).map_err(|error| format!("{state}: {error}"))?;
        let judged =
            [doctor::asked_by_user(sandbox, &state), doctor::asked_by_root(sandbox, &state, &["--user", "alice"])];
        let asked = if state.credentials().uid == 0 || state.value(Dimension::Process).name != "plain" { 1 } else { 2 };
        for report in judged.into_iter().take(asked) {
            tally.add(&state, report.and_then(|report| never_wrong(&report, &helper)));
        }
    }
    tally.finish()
}

/// A prediction is right, or there is none and the exit code admits it.
fn never_wrong(report: &doctor::Report, helper: &Verdict) -> Result<(), String> {
    let admitted = report.exit == 1 || report.exit == 3;
    match report.prediction() {
        Some(prediction) if prediction == *helper => Ok(()),
        Some(prediction) => Err(format!("helper: {helper}\ndoctor: {prediction}")),
        None if admitted => Ok(()),
        None => Err(format!("helper: {helper}\ndoctor: no prediction, and yet exit {}", report.exit)),
    }
}
