//! `bridge-uplink`, with and without a declared purpose.

use bridge_doctor::probe::{Expect, Judgement, Level::Fail, Level::Warn};
use bridge_doctor::snapshot::Fact;
use insta::assert_snapshot;

use crate::state::{State, detach, finds, link, network, only_port};

/// No port leads out, and the host has no address on the bridge: its own link-local one counts for nothing.
fn isolated() -> State {
    State::with(|host| {
        detach(host);
        link(host, "br0").addresses = vec!["fe80::1/64".to_owned(), "169.254.1.1/16".to_owned()];
    })
}

/// No port leads out, and the host routes.
fn routed() -> State {
    State::with(|host| {
        detach(host);
        network(host).ip_forward = Fact::Known(true);
    })
}

#[test]
fn a_bridge_leads_nowhere() {
    assert_snapshot!(finds(&isolated(), &[("bridge-uplink", Warn, "bridge-no-uplink")]));
}

#[test]
fn a_bridge_that_leads_nowhere_is_healthy_where_it_should() {
    assert_eq!(finds(&isolated().expecting(Expect::Isolated), &[]), "");
}

#[test]
fn a_bridge_should_lead_out_and_does_not() {
    finds(&isolated().expecting(Expect::Bridged), &[("bridge-uplink", Fail, "bridge-no-uplink")]);
    let text = finds(&routed().expecting(Expect::Bridged), &[("bridge-uplink", Fail, "bridge-no-uplink")]);
    assert_snapshot!(text);
}

#[test]
fn a_bridge_should_lead_nowhere_and_leads_out() {
    let state = State::healthy().expecting(Expect::Isolated);
    assert_snapshot!(finds(&state, &[("bridge-uplink", Fail, "bridge-unexpected-uplink")]));
}

#[test]
fn a_routed_bridge_needs_no_uplink() {
    assert_eq!(finds(&routed(), &[]), "");
    assert_eq!(finds(&routed().expecting(Expect::Routed), &[]), "");
}

#[test]
fn a_routed_bridge_needs_an_address() {
    let mut state = State::healthy().expecting(Expect::Routed);
    link(&mut state.host, "br0").addresses.clear();
    network(&mut state.host).ip_forward = Fact::Known(true);
    assert_snapshot!(finds(&state, &[("bridge-uplink", Fail, "bridge-no-uplink")]));
}

#[test]
fn the_uplink_has_no_signal() {
    let state = State::with(|host| link(host, "enp3s0").carrier = false);
    assert_snapshot!(finds(&state, &[("bridge-uplink", Warn, "uplink-no-carrier")]));
    finds(&state.expecting(Expect::Bridged), &[("bridge-uplink", Fail, "uplink-no-carrier")]);
}

#[test]
fn the_uplink_is_down() {
    let found = [false, true].map(|carrier| {
        let state = State::with(|host| {
            link(host, "enp3s0").up = false;
            link(host, "enp3s0").carrier = carrier;
        });
        finds(&state, &[("bridge-uplink", Warn, "uplink-no-carrier")])
    });
    assert_snapshot!(found[0]);
    assert_eq!(found[1], found[0], "some drivers leave the signal as it was");
}

#[test]
fn ports_that_were_only_counted_are_named_as_such() {
    let state = State::with(|host| {
        only_port(host, "tap0", "tun");
        let bridge = link(host, "br0");
        bridge.addresses.clear();
        bridge.bridge.as_mut().expect("it is a bridge").ports = 300;
    });
    let text = finds(&state, &[("bridge-uplink", Warn, "bridge-no-uplink")]);
    assert!(text.contains("tap0 and 299 more"), "{text}");
}

#[test]
fn the_uplink_is_wireless() {
    let state = State::with(|host| link(host, "enp3s0").wireless = true);
    assert_snapshot!(finds(&state, &[("bridge-uplink", Warn, "uplink-wireless")]));
}

#[test]
fn ports_of_guests_are_no_uplink() {
    for kind in ["tun", "veth", "dummy"] {
        let state = State::with(|host| only_port(host, "port9", kind));
        let Judgement::Pass { message, .. } = state.judge("bridge-uplink") else {
            panic!("{kind} is found fault with")
        };
        assert!(message.contains("is routed by the host"), "{kind}: {message}");
    }
}

#[test]
fn a_veth_is_an_uplink_where_nothing_else_could_be() {
    let in_container = State::with(|host| {
        only_port(host, "eth0", "veth");
        host.machine.container = Some("lxc".to_owned());
    });
    let without_address = State::with(|host| {
        only_port(host, "eth0", "veth");
        link(host, "br0").addresses.clear();
    });
    for state in [in_container, without_address] {
        let Judgement::Pass { message, .. } = state.judge("bridge-uplink") else { panic!("it is found fault with") };
        assert!(message.contains("leads out through eth0"), "{message}");
    }
}
