//! What swallows frames without a word; pure.

use crate::snapshot::{Bridge, Chain, Fact, Firewall, Link, Payload, Silence};

const DISABLED: u8 = 0;
const LISTENING: u8 = 1;
const LEARNING: u8 = 2;
const BLOCKING: u8 = 4;

/// What is known when a frame did not arrive.
pub(super) struct Facts<'a> {
    /// The bridge, where it is still there.
    pub(super) bridge: Option<Link>,
    /// The taps with their names.
    pub(super) taps: [(String, Option<Link>); 2],
    /// What the lost frame carried: what came before it arrived.
    pub(super) payload: Payload,
    /// The filters of IP.
    pub(super) firewall: &'a Firewall,
    /// The filters of the bridge family that drop.
    pub(super) bridge_chains: Fact<Vec<Chain>>,
}

/// Whether the spanning tree keeps this port from forwarding for now.
pub(super) fn waits(link: &Link) -> bool {
    link.port.is_some_and(|port| matches!(port.state, LISTENING | LEARNING))
}

/// How long a new port takes to forward, in hundredths of a second: it listens, then learns.
pub(super) fn delay(bridge: &Bridge) -> u32 {
    bridge.forward_delay.saturating_mul(2)
}

/// Everything that explains the loss; without a sure one, what may be behind it.
pub(super) fn silences(facts: &Facts<'_>) -> Vec<Silence> {
    let Some(bridge) = &facts.bridge else { return vec![Silence::BridgeGone] };
    if !bridge.up {
        return vec![Silence::BridgeDown];
    }
    let first = facts.taps.iter().find_map(|(tap, link)| of_port(tap, link.as_ref(), bridge));
    let mut found: Vec<Silence> = first.into_iter().collect();
    let isolated =
        |(_, link): &(String, Option<Link>)| link.as_ref().and_then(|link| link.port).is_some_and(|port| port.isolated);
    if facts.taps.iter().all(isolated) {
        found.push(Silence::Isolated);
    }
    found.extend(of_filters(facts, bridge));
    if found.is_empty() {
        found.extend(perhaps(facts, bridge));
    }
    found
}

fn of_port(tap: &str, link: Option<&Link>, bridge: &Link) -> Option<Silence> {
    let tap = tap.to_owned();
    let Some(link) = link.filter(|link| link.master == Some(bridge.index)) else {
        return Some(Silence::NotAPort(tap));
    };
    if !link.up {
        return Some(Silence::TapDown(tap));
    }
    let delay = bridge.bridge.as_ref().map_or(0, delay);
    match link.port?.state {
        state @ (LISTENING | LEARNING) => Some(Silence::PortWaits { tap, state, delay }),
        state @ (DISABLED | BLOCKING) => Some(Silence::PortClosed { tap, state }),
        _ => None,
    }
}

fn of_filters(facts: &Facts<'_>, link: &Link) -> Vec<Silence> {
    let mut found = Vec::new();
    let Some(bridge) = &link.bridge else { return found };
    if bridge.vlan_filtering && bridge.default_pvid == 0 {
        found.push(Silence::NoVlan);
    }
    found.extend(facts.bridge_chains.known().into_iter().flatten().cloned().map(Silence::BridgeRule));
    // Plain Ethernet went through, so that only what looks into IP can be to blame.
    let called = facts.firewall.bridge_nf_call_iptables == Fact::Known(Some(true)) || bridge.nf_call_iptables;
    if facts.payload == Payload::Ip && called {
        let dropping = |chains: Vec<Chain>| chains.into_iter().filter(|chain| chain.drops).collect::<Vec<_>>();
        let chains = facts.firewall.forward.clone().map(dropping);
        if chains.known().is_none_or(|chains| !chains.is_empty()) {
            found.push(Silence::Netfilter(chains));
        }
    }
    found
}

fn perhaps(facts: &Facts<'_>, link: &Link) -> Vec<Silence> {
    let mut found = Vec::new();
    if link.bridge.as_ref().is_some_and(|bridge| bridge.vlan_filtering) {
        found.push(Silence::VlanFiltering);
    }
    if let Fact::Unknown(unknown) = &facts.bridge_chains {
        found.push(Silence::BridgeRulesUnseen(unknown.clone()));
    }
    found
}

#[cfg(test)]
mod tests;
