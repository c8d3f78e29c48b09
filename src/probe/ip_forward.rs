//! The host forwards IP where the bridge needs it to.

use super::view::bridge::{self, Role};
use super::{Case, Evidence, Expect, Finding, Judgement, Level};
use crate::platform;
use crate::snapshot::Fact;

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let found = match bridge::find(case) {
        Ok(found) => found,
        Err(judgement) => return judgement,
    };
    let routed = case.expect == Some(Expect::Routed);
    match found.role() {
        Role::Bridged(ports) if !routed => {
            let port = ports.first().map_or("", |port| port.name.as_str());
            let message = format!("`{}` is bridged to {port}: a bridged uplink does not need it", case.bridge);
            return Judgement::pass(message, vec![Evidence::new("uplink", port)]);
        }
        Role::Isolated if !routed => {
            return Judgement::not_applicable(format!(
                "nothing is routed: the host has no address on `{}`",
                case.bridge
            ));
        }
        Role::Routed(_) if case.expect == Some(Expect::Isolated) => {
            return Judgement::not_applicable("an isolated bridge is not routed");
        }
        Role::Bridged(_) | Role::Routed(_) | Role::Isolated => {}
    }
    let addresses = found.addresses();
    if !addresses.is_empty() && addresses.iter().all(|address| address.contains(':')) {
        return Judgement::not_applicable(format!("`{}` has only IPv6 addresses", case.bridge));
    }
    match &found.network.ip_forward {
        Fact::Known(true) => Judgement::pass("the host forwards IPv4", vec![Evidence::new("net.ipv4.ip_forward", 1)]),
        Fact::Known(false) => off(case, if routed { Level::Fail } else { Level::Warn }).into(),
        fact => Judgement::missing(fact),
    }
}

fn off(case: &Case<'_>, level: Level) -> Finding {
    Finding::new("ip-forward-off", level, format!("`{}` is routed, and the host does not forward IPv4", case.bridge))
        .so("it would attach; guests reach this host, and nothing beyond")
        .seen("net.ipv4.ip_forward", 0)
        .mend(platform::of(&case.snapshot.machine).persist_ip_forward())
}
