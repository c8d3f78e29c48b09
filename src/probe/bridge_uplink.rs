//! Traffic has somewhere to go: a port with carrier, or an address for a routed bridge.

use super::view::bridge::{self, Found, Role};
use super::view::near;
use super::{Case, Evidence, Expect, Finding, Judgement, Level, Remedy};
use crate::platform::{self, Action, Effect, shell};
use crate::snapshot::Link;

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let found = match bridge::find(case) {
        Ok(found) => found,
        Err(judgement) => return judgement,
    };
    match (case.expect, found.role()) {
        (Some(Expect::Isolated), Role::Bridged(ports)) => unexpected(case, &ports).into(),
        (Some(Expect::Isolated), _) => Judgement::pass(
            format!("`{}` has no uplink, as it should be", case.bridge),
            vec![Evidence::new("uplink", "none")],
        ),
        (Some(Expect::Routed), _) if found.addresses().is_empty() => addressless(case, &found).into(),
        (Some(Expect::Routed), _) => routed(case, &found.addresses()),
        (None | Some(Expect::Bridged), Role::Bridged(ports)) => bridged(case, &ports),
        (None, Role::Routed(addresses)) => routed(case, &addresses),
        (Some(Expect::Bridged), Role::Routed(_) | Role::Isolated) => portless(case, &found, Level::Fail).into(),
        (None, Role::Isolated) => portless(case, &found, Level::Warn).into(),
    }
}

fn routed(case: &Case<'_>, addresses: &[&str]) -> Judgement {
    let address = addresses.first().copied().unwrap_or_default();
    let message = format!("`{}` is routed by the host, which has {address} on it; it needs no uplink", case.bridge);
    Judgement::pass(message, vec![Evidence::new("address", address)])
}

/// Wi-Fi and a missing signal are faults of their own; one wired port with a signal is enough.
fn bridged(case: &Case<'_>, ports: &[&Link]) -> Judgement {
    if let Some(port) = ports.iter().find(|port| port.has_wired_signal()) {
        let message = format!("`{}` leads out through {}", case.bridge, port.name);
        return Judgement::pass(message, vec![Evidence::new("uplink", &port.name)]);
    }
    let mut findings = Vec::new();
    if ports.iter().all(|port| !port.has_signal()) {
        findings.push(no_carrier(case, ports));
    }
    if let Some(port) = ports.iter().find(|port| port.wireless) {
        findings.push(wireless(port));
    }
    Judgement::Found(findings)
}

fn no_carrier(case: &Case<'_>, ports: &[&Link]) -> Finding {
    let names = near::list(ports.iter().map(|port| port.name.as_str()));
    let down = ports.iter().find(|port| !port.up);
    let remedy = match down {
        Some(port) => {
            let set = |state: &str| ["ip", "link", "set", "dev", &port.name, state].map(str::to_owned).to_vec();
            let action = Action::Run { argv: set("up"), undo: Some(set("down")), writes: Vec::new() };
            Remedy::automatic([(action, Effect::LinkUp(port.name.clone()))])
        }
        None => Remedy::advice("no program can plug a cable in", "Look at the cable and at what is at its other end."),
    };
    let why = if down.is_some() { "is down" } else { "has no signal" };
    Finding::new("uplink-no-carrier", severity(case), format!("the uplink of `{}` {why}: {names}", case.bridge))
        .so("it would attach; guests reach each other and this host, and nothing beyond")
        .seen("uplink", names)
        .mend(remedy)
}

fn wireless(port: &Link) -> Finding {
    Finding::warn("uplink-wireless", format!("the uplink {} is a Wi-Fi interface", port.name))
        .so("most access points drop what a guest sends: they know one hardware address for each station")
        .seen("uplink", &port.name)
        .mend(Remedy::advice(
            "another uplink takes a person",
            "Use a wired uplink, or a routed or NATed bridge such as libvirt's virbr0.",
        ))
}

/// No port leads out: what an isolated bridge is like, and a forgotten uplink as well.
fn portless(case: &Case<'_>, found: &Found<'_>, level: Level) -> Finding {
    let ports = found.network.ports(found.link).map(|port| port.name.as_str());
    let ports = near::list_of(ports, found.bridge.ports as usize);
    let (addresses, bridge) = (found.addresses(), shell::word(&found.link.name));
    let (nor, rest) =
        if addresses.is_empty() { (" and no address", "each other") } else { ("", "each other and this host") };
    let platform = platform::of(&case.snapshot.machine);
    let command = platform.as_root(&format!("ip link set dev INTERFACE master {bridge}"));
    Finding::new("bridge-no-uplink", level, format!("`{}` has no uplink{nor}", case.bridge))
        .so(format!("it would attach; guests reach {rest} only"))
        .seen("ports", ports)
        .mend(Remedy::manual("an uplink's addresses move to the bridge, and a slip in that cuts the host off", [command]).with_note(
            "INTERFACE is a wired one; its addresses then belong on the bridge. If the bridge is meant to be isolated, \
             say `--expect isolated`.",
        ))
}

/// Declared as routed, without an address to route from.
fn addressless(case: &Case<'_>, found: &Found<'_>) -> Finding {
    let command = format!("ip address add ADDRESS/PREFIX dev {}", shell::word(&found.link.name));
    Finding::fail("bridge-no-uplink", format!("`{}` has no address, and a routed bridge needs one", case.bridge))
        .so("it would attach; guests have no gateway")
        .seen("addresses", "none")
        .mend(
            Remedy::manual(
                "only you know which network guests should be on",
                [platform::of(&case.snapshot.machine).as_root(&command)],
            )
            .with_note("Set it where the bridge is configured, too."),
        )
}

/// Declared as isolated, and a port leads out.
fn unexpected(case: &Case<'_>, ports: &[&Link]) -> Finding {
    let names = near::list(ports.iter().map(|port| port.name.as_str()));
    let platform = platform::of(&case.snapshot.machine);
    let commands =
        ports.iter().map(|port| platform.as_root(&format!("ip link set dev {} nomaster", shell::word(&port.name))));
    Finding::fail(
        "bridge-unexpected-uplink",
        format!("`{}` should be isolated, and leads out through {names}", case.bridge),
    )
    .so("it would attach; guests reach what is beyond")
    .seen("uplink", &names)
    .mend(
        Remedy::manual("it takes an uplink away", commands)
            .with_note("It takes the host itself off that network, where it uses the bridge."),
    )
}

fn severity(case: &Case<'_>) -> Level {
    if case.expect == Some(Expect::Bridged) { Level::Fail } else { Level::Warn }
}
