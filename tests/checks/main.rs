//! Each check, judged on one healthy host and on that host with one thing changed.

mod acl;
mod bridge;
mod bridge_exists;
mod forward;
mod host;
mod pairs;
mod platforms;
mod state;
mod uplink;

use std::collections::BTreeSet;

use bridge_doctor::probe::{Judgement, PROBES};
use state::State;

#[test]
fn a_healthy_host_passes_every_check() {
    let state = State::healthy();
    for probe in PROBES {
        let judgement = state.judge(probe.id);
        let settled = matches!(judgement, Judgement::Pass { .. } | Judgement::NotApplicable { .. });
        assert!(settled, "{}: {judgement:?}", probe.id);
    }
}

#[test]
fn a_pass_names_what_was_seen() {
    let state = State::healthy();
    for probe in PROBES {
        if let Judgement::Pass { message, evidence } = state.judge(probe.id) {
            assert!(!evidence.is_empty(), "{} passes on `{message}` without evidence", probe.id);
        }
    }
}

#[test]
fn nothing_passes_where_nobody_could_look() {
    let state = State::blind();
    for probe in PROBES {
        let judgement = state.judge(probe.id);
        assert!(!matches!(judgement, Judgement::Pass { .. }), "{}: {judgement:?}", probe.id);
    }
}

#[test]
fn the_checks_have_names_of_their_own() {
    let ids: BTreeSet<&str> = PROBES.iter().map(|probe| probe.id).collect();
    assert_eq!(ids.len(), PROBES.len());
}
