//! What the end-to-end test adds to the checks.

use super::Options;
use crate::catalogue;
use crate::helper::Prediction;
use crate::report::{Attach, Check, CheckStatus};
use crate::snapshot::Snapshot;

/// One fault gives one `fail`: a failure of the real run that a check before it explains waits for that check.
pub(super) fn wait_for_what_is_told(entry: &mut Check, before: &[Check], options: &Options) {
    if entry.status != CheckStatus::Fail {
        return;
    }
    let requires = catalogue::page(entry.id).map_or(&[][..], |page| page.requires);
    let explains = |check: &&Check| {
        check.status == CheckStatus::Fail
            && options.selects(check.id)
            && check.bridge.as_ref().is_none_or(|bridge| Some(bridge) == entry.bridge.as_ref())
            && (check.cause == entry.cause || requires.contains(&check.id))
    };
    if let Some(told) = before.iter().find(explains) {
        entry.status = CheckStatus::Blocked;
        entry.blocked_by = told.cause;
        entry.consequence = None;
        entry.fix = None;
        entry.remedy = None;
    }
}

/// The trials as the report shows them; none where the real helper was not run.
pub(super) fn entries(snapshot: &Snapshot, predictions: &[Prediction], checks: &[Check]) -> Option<Vec<Attach>> {
    if snapshot.trials.is_empty() {
        return None;
    }
    let entries = snapshot.trials.iter().map(|trial| {
        let prediction = predictions.iter().find(|prediction| prediction.bridge == trial.bridge);
        let about =
            |id| checks.iter().find(move |check| check.id == id && check.bridge.as_ref() == Some(&trial.bridge));
        Attach::of(snapshot, trial, prediction, about("attach"), about("forwarding"))
    });
    Some(entries.collect())
}
