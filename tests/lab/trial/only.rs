//! One state, with everything that both sides say.

use std::io::Write as _;

use libtest_mimic::{Failed, Trial};

use crate::sandbox::Sandbox;
use crate::state::State;
use crate::tally::agrees;
use crate::{doctor, oracle};

/// The trial for `LAB_ONLY`.
pub fn trial(named: String) -> Trial {
    super::trial("only", move |sandbox| show(sandbox, &State::parse(&named)?))
}

fn show(sandbox: &Sandbox, state: &State) -> Result<(), Failed> {
    sandbox.realise(state)?;
    let helper = oracle::ask(sandbox, state)?;
    let own = doctor::call(sandbox, state.credentials(), doctor::check(state))?;
    let mut out = std::io::stderr();
    writeln!(out, "\nstate:  {state}\nhelper: {helper}\ndoctor: exit {}\n{}{}", own.exit, own.stdout, own.stderr)?;
    let human = ["check".to_owned(), "--verbose".to_owned(), format!("--bridge={}", state.bridge())];
    writeln!(out, "{}", doctor::call(sandbox, state.credentials(), human)?.stdout)?;
    let about = doctor::asked_about_process(sandbox, state)?;
    writeln!(out, "asked about the process: {:?} {:?}", about.prediction(), about.root_causes())?;
    agrees(&own.report()?, &helper)?;
    Ok(agrees(&about, &helper)?)
}
