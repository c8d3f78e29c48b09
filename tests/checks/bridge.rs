//! `bridge-capacity`, `bridge-up` and `bridge-forwarding`.

use bridge_doctor::probe::{Judgement, Level::Fail, Level::Warn};
use bridge_doctor::snapshot::Manager;
use insta::assert_snapshot;

use crate::state::{State, bridge, finds, link};

#[test]
fn the_bridge_is_full() {
    let state = State::with(|host| bridge(host).ports = 1023);
    assert_snapshot!(finds(&state, &[("bridge-capacity", Fail, "bridge-full")]));
}

#[test]
fn there_is_room_for_one_more_port() {
    assert_eq!(finds(&State::with(|host| bridge(host).ports = 1022), &[]), "");
}

#[test]
fn the_mtu_is_more_than_a_tap_takes() {
    let state = State::with(|host| link(host, "br0").mtu = 65535);
    assert_snapshot!(finds(&state, &[("bridge-capacity", Fail, "bridge-mtu")]));
}

#[test]
fn a_tap_takes_every_mtu_in_its_range() {
    for mtu in [68, 9000, 65521] {
        assert_eq!(finds(&State::with(|host| link(host, "br0").mtu = mtu), &[]), "", "{mtu}");
    }
    for mtu in [67, 65522] {
        finds(&State::with(|host| link(host, "br0").mtu = mtu), &[("bridge-capacity", Fail, "bridge-mtu")]);
    }
}

#[test]
fn the_bridge_is_down() {
    let state = State::with(|host| link(host, "br0").up = false);
    assert_snapshot!(finds(&state, &[("bridge-up", Fail, "bridge-down")]));
}

#[test]
fn the_spanning_tree_delays_a_port() {
    for (name, manager) in [
        ("ifupdown", Some(Manager::Ifupdown)),
        ("network_manager", Some(Manager::NetworkManager)),
        ("systemd_networkd", Some(Manager::SystemdNetworkd)),
        ("netplan", Some(Manager::Netplan)),
        ("nobody", None),
    ] {
        let state = State::with(|host| {
            bridge(host).stp = true;
            host.machine.network_managers = manager.into_iter().collect();
        });
        let text = finds(&state, &[("bridge-forwarding", Warn, "stp-delay")]);
        assert_snapshot!(format!("the_spanning_tree_under_{name}"), text);
    }
}

#[test]
fn a_spanning_tree_without_delay_holds_nothing_up() {
    let state = State::with(|host| {
        bridge(host).stp = true;
        bridge(host).forward_delay = 0;
    });
    assert!(matches!(state.judge("bridge-forwarding"), Judgement::Pass { .. }));
}

#[test]
fn a_delay_that_no_kernel_has_is_a_delay() {
    let state = State::with(|host| {
        bridge(host).stp = true;
        bridge(host).forward_delay = u32::MAX;
    });
    finds(&state, &[("bridge-forwarding", Warn, "stp-delay")]);
}

#[test]
fn vlan_filtering_leaves_a_port_in_no_vlan() {
    let state = State::with(|host| {
        bridge(host).vlan_filtering = true;
        bridge(host).default_pvid = 0;
    });
    assert_snapshot!(finds(&state, &[("bridge-forwarding", Fail, "vlan-filtered")]));
}

#[test]
fn vlan_filtering_keeps_a_port_in_one_vlan() {
    let state = State::with(|host| bridge(host).vlan_filtering = true);
    assert_snapshot!(finds(&state, &[("bridge-forwarding", Warn, "vlan-filtered")]));
}

#[test]
fn an_empty_default_vlan_matters_only_with_filtering() {
    assert_eq!(finds(&State::with(|host| bridge(host).default_pvid = 0), &[]), "");
}
