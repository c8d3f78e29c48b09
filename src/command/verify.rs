//! After the changes: the machine is judged again, and the real helper is run.

use crate::attach::Ladder;
use crate::cli;
use crate::engine::{self, Options};
use crate::fix::Choice;
use crate::helper::{Outcome, Prediction};
use crate::report::{ForwardingStatus, Plan, Report};
use crate::snapshot::Snapshot;

use super::failure::Failure;
use super::{apply, selection, trial};

/// How the machine differs from what the plan promised, one sentence a difference.
///
/// The plan then predicts from what was found: of a host that is not mended whole, it promised nothing else.
pub(super) fn look_again(options: &cli::Fix, plan: &mut Plan) -> Result<Vec<String>, Failure> {
    let bridges = plan.question.bridges.clone();
    let wanted = cli::Selection { bridge: bridges.iter().map(Into::into).collect(), ..options.selection.clone() };
    let mut snapshot = selection::collect(&wanted, options.expect)?;
    let tried = tried(options, plan, &snapshot);
    if !tried.is_empty() {
        snapshot.trials = trial::run(&snapshot, &tried, cli::TIMEOUT, |_| Ladder::none())?;
    }
    let question = Options { bridges, expect: options.expect, only: Vec::new(), skip: Vec::new() };
    let report = engine::judge(&snapshot, &question);
    let mut found = still_there(plan, &report, &Choice { ids: options.what.clone() });
    for planned in plan.predictions.iter().filter(|planned| planned.outcome == Outcome::Attached) {
        let now = report.predictions.iter().find(|now| now.bridge == planned.bridge);
        if let Some(now) = now.filter(|now| now.outcome != Outcome::Attached) {
            found.push(format!("for {} the helper would {}, and not attach", now.bridge, ending(now)));
        }
    }
    plan.predictions.clone_from(&report.predictions);
    for attach in report.attach.iter().flatten() {
        let said = attach.stderr.as_ref().map_or_else(String::new, |line| format!(", saying \"{line}\""));
        if attach.outcome != Outcome::Attached {
            found.push(format!("the real helper does not put a tap on {}{said}", attach.bridge));
        } else if attach.forwarding.status == ForwardingStatus::Fail {
            // No plan promised frames: what swallows them is another finding.
            let reason = attach.forwarding.reason.clone().unwrap_or_default();
            apply::tell(&format!("The helper puts a tap on {}, but frames do not pass: {reason}", attach.bridge));
        }
    }
    Ok(found)
}

/// The bridges on which the real helper is run: those that the plan promises, for whoever needs a helper.
fn tried(options: &cli::Fix, plan: &Plan, snapshot: &Snapshot) -> Vec<String> {
    if snapshot.subject.uid == 0 || options.selection.pid.is_some() {
        return Vec::new();
    }
    let promised = plan.predictions.iter().filter(|prediction| prediction.outcome == Outcome::Attached);
    promised.map(|prediction| prediction.bridge.clone()).collect()
}

fn still_there(plan: &Plan, report: &Report, choice: &Choice) -> Vec<String> {
    let is_planned = |cause: &str| {
        plan.actions.iter().any(|action| action.causes.contains(&cause)) && !plan.remaining.contains(&cause)
    };
    let checks = report.checks.iter().filter(|check| choice.takes(check) && check.cause.is_some_and(is_planned));
    checks.map(|check| format!("{} is still there: {}", check.cause.unwrap_or_default(), check.message)).collect()
}

fn ending(prediction: &Prediction) -> String {
    match (prediction.outcome, &prediction.stderr) {
        (Outcome::Attached, _) => "attach".to_owned(),
        (Outcome::Refused, Some(line)) => format!("refuse with \"{line}\""),
        (Outcome::Refused, None) => "refuse".to_owned(),
        (Outcome::NotStarted, _) => "not start".to_owned(),
        (Outcome::Crashed, _) => "not end well".to_owned(),
    }
}
