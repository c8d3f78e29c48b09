use super::*;
use crate::snapshot::Port;

fn link(name: &str, index: u32) -> Link {
    Link { index, name: name.to_owned(), up: true, ..Link::default() }
}

fn tap(number: u32) -> Link {
    Link {
        master: Some(7),
        port: Some(Port { state: 3, isolated: false }),
        ..link(&format!("tap{number}"), 10 + number)
    }
}

const OPEN: &Firewall = &Firewall { bridge_nf_call_iptables: Fact::Known(None), forward: Fact::Known(Vec::new()) };

/// Two taps that forward on a bridge without a filter.
fn healthy<'a>() -> Facts<'a> {
    let bridge = Bridge { forward_delay: 1500, default_pvid: 1, ports: 2, ..Bridge::default() };
    Facts {
        bridge: Some(Link { bridge: Some(bridge), ..link("br0", 7) }),
        taps: [0, 1].map(|number| (format!("tap{number}"), Some(tap(number)))),
        payload: Payload::Ethernet,
        firewall: OPEN,
        bridge_chains: Fact::Known(vec![]),
    }
}

fn with_bridge(change: impl Fn(&mut Bridge)) -> Facts<'static> {
    let mut facts = healthy();
    if let Some(bridge) = facts.bridge.as_mut().and_then(|link| link.bridge.as_mut()) {
        change(bridge);
    }
    facts
}

fn with_first_tap(change: impl Fn(&mut Link)) -> Facts<'static> {
    let mut facts = healthy();
    if let Some(link) = facts.taps[0].1.as_mut() {
        change(link);
    }
    facts
}

fn port(state: u8) -> Facts<'static> {
    with_first_tap(|tap| tap.port = Some(Port { state, isolated: false }))
}

fn chain(table: &str, drops: bool) -> Chain {
    Chain { table: table.to_owned(), name: "forward".to_owned(), drops, accepts: vec![] }
}

#[test]
fn nothing_is_blamed_without_a_reason() {
    assert_eq!(silences(&healthy()), []);
    let one = with_first_tap(|tap| tap.port = Some(Port { state: 3, isolated: true }));
    assert_eq!(silences(&one), [], "one isolated port reaches every other");
}

#[test]
fn the_bridge_itself_is_to_blame_before_its_ports() {
    let mut down = port(0);
    if let Some(bridge) = &mut down.bridge {
        bridge.up = false;
    }
    assert_eq!(silences(&down), [Silence::BridgeDown]);
    assert_eq!(silences(&Facts { bridge: None, ..healthy() }), [Silence::BridgeGone]);
}

#[test]
fn each_state_of_a_port_has_its_name() {
    let tap = || "tap0".to_owned();
    assert_eq!(silences(&port(1)), [Silence::PortWaits { tap: tap(), state: 1, delay: 3000 }]);
    assert_eq!(silences(&port(2)), [Silence::PortWaits { tap: tap(), state: 2, delay: 3000 }]);
    assert_eq!(silences(&port(4)), [Silence::PortClosed { tap: tap(), state: 4 }]);
    assert_eq!(silences(&with_first_tap(|tap| tap.up = false)), [Silence::TapDown(tap())]);
    assert_eq!(silences(&with_first_tap(|tap| tap.master = Some(8))), [Silence::NotAPort(tap())]);
}

#[test]
fn two_isolated_ports_are_told() {
    let mut facts = healthy();
    for (_, link) in &mut facts.taps {
        if let Some(link) = link {
            link.port = Some(Port { state: 3, isolated: true });
        }
    }
    assert_eq!(silences(&facts), [Silence::Isolated]);
}

#[test]
fn vlans_are_sure_without_a_default_and_else_a_guess() {
    let without = with_bridge(|bridge| {
        bridge.vlan_filtering = true;
        bridge.default_pvid = 0;
    });
    assert_eq!(silences(&without), [Silence::NoVlan]);
    assert_eq!(silences(&with_bridge(|bridge| bridge.vlan_filtering = true)), [Silence::VlanFiltering]);
}

#[test]
fn chains_of_the_bridge_family_are_told_or_told_to_be_unseen() {
    let chains = vec![chain("bridge filter", true)];
    let seen = Facts { bridge_chains: Fact::Known(chains.clone()), ..healthy() };
    assert_eq!(silences(&seen), [Silence::BridgeRule(chains[0].clone())]);
    let unseen = Facts { bridge_chains: Fact::unknown("only root may"), ..healthy() };
    assert!(matches!(silences(&unseen)[..], [Silence::BridgeRulesUnseen(_)]));
    let sure = Facts { bridge_chains: Fact::unknown("only root may"), ..port(1) };
    assert!(matches!(silences(&sure)[..], [Silence::PortWaits { .. }]), "a sure cause needs no guess");
}

#[test]
fn br_netfilter_is_blamed_for_ip_only_and_not_for_chains_that_let_it_pass() {
    let firewall = |drops| Firewall {
        bridge_nf_call_iptables: Fact::Known(Some(true)),
        forward: Fact::Known(vec![chain("ip filter", drops)]),
    };
    let (drops, passes) = (firewall(true), firewall(false));
    let lost = |payload, firewall| silences(&Facts { payload, firewall, ..healthy() });
    assert_eq!(lost(Payload::Ip, &drops), [Silence::Netfilter(Fact::Known(vec![chain("ip filter", true)]))]);
    assert_eq!(lost(Payload::Ethernet, &drops), []);
    assert_eq!(lost(Payload::Ip, &passes), []);
    let unseen = Firewall { forward: Fact::unknown("only root may"), ..firewall(true) };
    assert!(matches!(lost(Payload::Ip, &unseen)[..], [Silence::Netfilter(Fact::Unknown(_))]));
}
