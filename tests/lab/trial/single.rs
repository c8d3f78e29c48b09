//! One value that is not the healthy one: the prediction is right, and one fault gives one finding.

use libtest_mimic::Trial;

use crate::dimension::{Fault, Health};
use crate::doctor::{self, Report};
use crate::state::{State, singles};
use crate::tally::agrees;

/// The trials.
pub fn trials() -> Vec<Trial> {
    vec![
        super::over_states("single values: the prediction", singles, |sandbox, state, helper| {
            agrees(&doctor::asked_by_user(sandbox, state)?, helper)
        }),
        super::over_states("single values: one fault, one finding", singles, |sandbox, state, _| {
            one_finding(&doctor::asked_by_user(sandbox, state)?, state)
        }),
    ]
}

/// Whether the report names exactly what is wrong with the state.
pub fn one_finding(report: &Report, state: &State) -> Result<(), String> {
    match state.single_health() {
        Health::Good => nothing_wrong(report),
        Health::Fault(fault) => only(report, fault),
        Health::PredictionOnly => Ok(()),
    }
}

fn nothing_wrong(report: &Report) -> Result<(), String> {
    let failed = report.checks("fail");
    let unsure = report.checks("unknown");
    if failed.is_empty() && report.exit == 0 && report.root_causes().is_empty() {
        Ok(())
    } else {
        Err(format!("all is well, but the doctor says: exit {}, fail {failed:?}, unknown {unsure:?}", report.exit))
    }
}

fn only(report: &Report, fault: Fault) -> Result<(), String> {
    let failed = report.checks("fail");
    let causes = report.root_causes();
    let predicted = report.predicted_cause();
    let attached = report.prediction().is_some_and(|prediction| prediction.outcome == "attached");
    if failed != [(fault.check, fault.cause)] || causes != [fault.cause] || report.exit != 1 {
        return Err(format!(
            "expected only {} by {}; the doctor says: exit {}, fail {failed:?}, root causes {causes:?}",
            fault.check, fault.cause, report.exit
        ));
    }
    if !attached && predicted != Some(fault.cause) {
        return Err(format!("the prediction blames {predicted:?} in place of {}", fault.cause));
    }
    Ok(())
}
