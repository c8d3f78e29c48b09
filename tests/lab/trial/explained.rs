//! What QEMU shows in a state, given to `explain --here` in that state, leads to the true cause.

use libtest_mimic::Trial;

use crate::dimension::Health;
use crate::doctor;
use crate::oracle::Verdict;
use crate::state::{State, singles};

/// The trial.
pub fn trials() -> Vec<Trial> {
    vec![super::over_states("explained errors: the cause is confirmed here", singles, |sandbox, state, helper| {
        let Health::Fault(fault) = state.single_health() else { return Ok(()) };
        let Some(text) = shown(state, helper) else { return Ok(()) };
        let bridge = format!("--bridge={}", state.bridge());
        let arguments = ["explain", "--here", "--format=json", &bridge, &text];
        let answer = doctor::call(sandbox, state.credentials(), arguments)?;
        let explanation = answer.report()?.json;
        let best = &explanation["matches"][0]["causes"][0];
        if best["id"] == fault.cause && best["here"] == "confirmed" && answer.exit == 0 {
            Ok(())
        } else {
            Err(format!("{text:?} is {} by {}, and `explain --here` says {explanation:#}", fault.check, fault.cause))
        }
    })]
}

/// The helper's last line or, where it says nothing, QEMU's.
fn shown(state: &State, helper: &Verdict) -> Option<String> {
    let qemu = || format!("qemu-system-x86_64: -netdev bridge,id=n0,br={}: bridge helper failed", state.bridge());
    (helper.outcome != "attached").then(|| helper.stderr.clone().unwrap_or_else(qemu))
}
