//! Room for a port, and an MTU that a tap accepts.

use super::view::bridge;
use super::{Case, Evidence, Finding, Judgement, Remedy};
use crate::helper::{BRIDGE_PORTS, TAP_MTU};
use crate::platform::{Action, Effect, shell};
use crate::snapshot::Errno;

/// The MTU that a bridge has when nobody sets one.
const USUAL_MTU: u32 = 1500;

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let found = match bridge::find(case) {
        Ok(found) => found,
        Err(judgement) => return judgement,
    };
    let findings: Vec<Finding> = mtu(case, &found).into_iter().chain(full(case, &found)).collect();
    if !findings.is_empty() {
        return Judgement::Found(findings);
    }
    let message = format!("`{}` has room for a port, and a tap takes its MTU", case.bridge);
    Judgement::pass(message, vec![Evidence::new("ports", found.bridge.ports), Evidence::new("mtu", found.link.mtu)])
}

fn mtu(case: &Case<'_>, found: &bridge::Found<'_>) -> Option<Finding> {
    let mtu = found.link.mtu;
    if TAP_MTU.contains(&mtu) {
        return None;
    }
    let (least, most) = TAP_MTU.into_inner();
    let ports = found.network.ports(found.link).map(|port| port.mtu);
    let fitting = ports.min().filter(|mtu| TAP_MTU.contains(mtu)).unwrap_or(USUAL_MTU);
    let set = |mtu: u32| ["ip", "link", "set", "dev", &found.link.name, "mtu", &mtu.to_string()].map(str::to_owned);
    let action = Action::Run { argv: set(fitting).into(), undo: Some(set(mtu).into()), writes: Vec::new() };
    let (tap, errno) = (&found.network.next_tap, Errno::EINVAL.text());
    let message = format!("the MTU of `{}` is {mtu}; a tap takes {least} to {most}", case.bridge);
    Some(
        Finding::fail("bridge-mtu", message)
            .so(format!("it would stop with \"failed to set mtu of device `{tap}' to {mtu}: {errno}\""))
            .seen("mtu", mtu)
            .mend(
                Remedy::automatic([(action, Effect::Mtu(found.link.name.clone(), fitting))])
                    .with_note("Set it where the bridge is configured, too, or it comes back at the next boot."),
            ),
    )
}

fn full(case: &Case<'_>, found: &bridge::Found<'_>) -> Option<Finding> {
    let ports = found.bridge.ports;
    if ports < BRIDGE_PORTS {
        return None;
    }
    let (tap, errno) = (&found.network.next_tap, Errno::EXFULL.text());
    let show = format!("ip link show master {}", shell::word(&found.link.name));
    Some(
        Finding::fail("bridge-full", format!("`{}` has {ports} ports, and a bridge takes no more", case.bridge))
            .so(format!("it would stop with \"failed to add interface `{tap}' to bridge `{}': {errno}\"", case.bridge))
            .seen("ports", ports)
            .mend(
                Remedy::manual("only you know which port is no longer used", [show])
                    .with_note("Take ports away that nobody uses, or make a second bridge."),
            ),
    )
}
