//! The trials, by kind.

pub mod asked_by_root;
pub mod attach;
pub mod bare;
pub mod explained;
pub mod fix;
pub mod hostile_root;
pub mod offline;
pub mod only;
pub mod pairs;
pub mod readonly;
pub mod recorded;
pub mod single;
pub mod stale_view;

use libtest_mimic::{Failed, Trial};

use crate::sandbox::{self, Sandbox};
use crate::state::State;
use crate::tally::Tally;
use crate::{oracle, requirement};

/// A trial in a sandbox of its own; where the lab cannot run it is reported as ignored.
fn trial(name: impl Into<String>, work: impl Fn(&Sandbox) -> Result<(), Failed> + Send + Sync + 'static) -> Trial {
    let runnable = requirement::missing().is_none();
    Trial::test(name, move || sandbox::enter(|sandbox| work(sandbox))?).with_ignored_flag(!runnable)
}

/// A trial that compares something in each of many states.
fn over_states<S: Iterator<Item = State>>(
    name: &'static str,
    states: impl Fn() -> S + Send + Sync + 'static,
    compare: impl Fn(&Sandbox, &State, &oracle::Verdict) -> Result<(), String> + Send + Sync + 'static,
) -> Trial {
    trial(name, move |sandbox| {
        let mut tally = Tally::new(name);
        for state in states() {
            sandbox.realise(&state).map_err(|error| format!("{state}: cannot be made: {error}"))?;
            let helper = oracle::ask(sandbox, &state).map_err(|error| format!("{state}: the oracle: {error}"))?;
            tally.add(&state, compare(sandbox, &state, &helper));
        }
        tally.finish()
    })
}
