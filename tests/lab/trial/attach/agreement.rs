//! In every state with at most one fault `attach` ends as a direct run of the helper, and blames what was foretold.

use libtest_mimic::Trial;

use super::tools::{LIMIT, interfaces, json};
use crate::doctor::{self, Report};
use crate::oracle::Verdict;
use crate::sandbox::Sandbox;
use crate::state::{State, singles};
use crate::trial::over_states;

/// The trials.
pub fn trials() -> Vec<Trial> {
    vec![
        over_states("attach: as a direct run", singles, as_a_direct_run),
        over_states("check --attach: as a direct run, with the foretold cause", singles, with_the_cause),
    ]
}

fn as_a_direct_run(sandbox: &Sandbox, state: &State, helper: &Verdict) -> Result<(), String> {
    let before = interfaces().map_err(|error| error.to_string())?;
    let arguments =
        ["attach", "--format=json", "--timeout=2s", &format!("--bridge={}", state.bridge())].map(str::to_owned);
    let answer = doctor::call_within(sandbox, state.credentials(), arguments, LIMIT)?;
    let attached = json(&answer)?;
    same(&attached, helper)?;
    let after = interfaces().map_err(|error| error.to_string())?;
    let left = attached["left_behind"].as_array().is_none_or(|names| !names.is_empty());
    if before != after || left {
        return Err(format!("interfaces before {before:?}, after {after:?}: {attached:#}"));
    }
    let exits = match (helper.outcome.as_str(), attached["forwarding"]["status"].as_str()) {
        ("attached", Some("pass")) => 0,
        ("attached", Some("skip")) => 3,
        _ => 1,
    };
    if answer.exit == exits { Ok(()) } else { Err(format!("exit {} and not {exits}: {attached:#}", answer.exit)) }
}

fn with_the_cause(sandbox: &Sandbox, state: &State, helper: &Verdict) -> Result<(), String> {
    // The time limit of `check --attach` is fixed, and a helper that never ends was tried by `attach`.
    if helper.outcome == "crashed" {
        return Ok(());
    }
    let arguments = doctor::check(state).into_iter().chain(["--attach".to_owned()]);
    let report = doctor::call_within(sandbox, state.credentials(), arguments, LIMIT)?.report()?;
    let attached = &report.json["attach"][0];
    same(attached, helper)?;
    let check = entry(&report, "attach")?;
    let foretold = report.predicted_cause();
    let told = (check["status"].as_str(), check["cause"].as_str(), check["blocked_by"].as_str());
    match (helper.outcome.as_str(), told) {
        ("attached", (Some("pass"), None, None)) => Ok(()),
        (_, (Some("blocked"), cause, root)) if foretold.is_some() && cause == foretold && root == foretold => Ok(()),
        // States that no cause of the catalogue fits.
        (_, (Some("fail"), Some(_), _)) if foretold.is_none() => Ok(()),
        _ => Err(format!("{helper}\nthe check: {check:#}\nforetold cause: {foretold:?}")),
    }
}

/// Whether this end-to-end test ended as the direct run, and as foretold.
fn same(attached: &serde_json::Value, helper: &Verdict) -> Result<(), String> {
    let verdict = Verdict::of_prediction(attached);
    if verdict != *helper {
        return Err(format!("helper: {helper}\nattach: {verdict}"));
    }
    match attached["agrees_with_prediction"].as_bool() {
        Some(true) => Ok(()),
        other => Err(format!("agrees with the prediction: {other:?}, {attached:#}")),
    }
}

fn entry<'a>(report: &'a Report, id: &str) -> Result<&'a serde_json::Value, String> {
    let checks = report.json["checks"].as_array();
    let found = checks.and_then(|checks| checks.iter().find(|check| check["id"] == id));
    found.ok_or_else(|| format!("no check `{id}`: {:#}", report.json))
}
