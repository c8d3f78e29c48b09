//! The bridge is administratively up.

use super::view::bridge;
use super::{Case, Evidence, Finding, Judgement, Remedy};
use crate::platform::{self, shell};

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let link = match bridge::find(case) {
        Ok(found) => found.link,
        Err(judgement) => return judgement,
    };
    if link.up {
        return Judgement::pass(format!("`{}` is up", case.bridge), vec![Evidence::new("state", "up")]);
    }
    let command = format!("ip link set dev {} up", shell::word(&link.name));
    Finding::fail("bridge-down", format!("`{}` is down", case.bridge))
        .so("it would attach the tap all the same; then no frame will pass, and nothing will say so")
        .seen("state", "down")
        .mend(
            Remedy::automatic([platform::of(&case.snapshot.machine).as_root(&command)])
                .with_note("Let what manages the network bring it up at boot, or it is down again then."),
        )
        .into()
}
