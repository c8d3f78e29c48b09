//! The bridge is administratively up.

use super::view::bridge;
use super::{Case, Evidence, Finding, Judgement, Remedy};
use crate::platform::{Action, Effect};

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let link = match bridge::find(case) {
        Ok(found) => found.link,
        Err(judgement) => return judgement,
    };
    if link.up {
        return Judgement::pass(format!("`{}` is up", case.bridge), vec![Evidence::new("state", "up")]);
    }
    let set = |state: &str| ["ip", "link", "set", "dev", &link.name, state].map(str::to_owned).to_vec();
    let action = Action::Run { argv: set("up"), undo: Some(set("down")), writes: Vec::new() };
    Finding::fail("bridge-down", format!("`{}` is down", case.bridge))
        .so("it would attach the tap all the same; then no frame will pass, and nothing will say so")
        .seen("state", "down")
        .mend(
            Remedy::automatic([(action, Effect::LinkUp(link.name.clone()))])
                .with_note("Let what manages the network bring it up at boot, or it is down again then."),
        )
        .into()
}
