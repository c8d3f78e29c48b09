//! Compares what an error points to with what the checks found on this machine.

use crate::report::explain::{Match, Observation, Possible, Verdict};
use crate::report::{Check, CheckStatus, Report};

/// The checks that can tell the causes apart, each once.
pub fn candidates(matches: &[Match]) -> Vec<&'static str> {
    let mut checks = Vec::new();
    for check in matches.iter().flat_map(|one| &one.causes).filter_map(|cause| cause.check) {
        if !checks.contains(&check) {
            checks.push(check);
        }
    }
    checks
}

/// Marks each cause by what the report says, and puts those that are present first.
pub fn compare(matches: &mut [Match], report: &Report) {
    for one in matches {
        let bridge = one.params.get("bridge");
        for cause in &mut one.causes {
            let checks: Vec<&Check> = report
                .checks
                .iter()
                .filter(|check| Some(check.id) == cause.check)
                .filter(|check| check.bridge.is_none() || bridge.is_none() || check.bridge.as_ref() == bridge)
                .collect();
            let found = checks.iter().find(|check| check.cause == Some(cause.id));
            cause.here = Some(if found.is_some() { Verdict::Confirmed } else { without_finding(&checks) });
            cause.found = found.map(|check| observation(check));
        }
        one.causes.sort_by_key(|cause| (cause.here, rank(cause, report)));
    }
}

/// A check that looked and did not find the cause refutes it; one that could not look does not.
fn without_finding(checks: &[&Check]) -> Verdict {
    let blind = |check: &&Check| matches!(check.status, CheckStatus::Unknown | CheckStatus::Blocked);
    if checks.is_empty() || checks.iter().any(blind) { Verdict::Unknown } else { Verdict::Refuted }
}

/// Of several that are present, what fails bites before what only warns.
fn rank(cause: &Possible, report: &Report) -> bool {
    cause.here == Some(Verdict::Confirmed) && !report.root_causes.contains(&cause.id)
}

fn observation(check: &Check) -> Observation {
    Observation {
        message: check.message.clone(),
        commands: check.fix.as_ref().map(|fix| fix.commands.clone()).unwrap_or_default(),
        by_program: check.fix.as_ref().and_then(|fix| fix.by_program.clone()),
    }
}
