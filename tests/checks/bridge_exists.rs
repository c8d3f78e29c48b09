//! `bridge-exists`: what stands under the name, or why nothing does.

use bridge_doctor::probe::{Judgement, Level::Fail};
use bridge_doctor::snapshot::{Fact, LibvirtNetwork, Scope};
use insta::assert_snapshot;

use crate::state::{State, acl_file, bytes, finds, link, network, unseen};

/// A host whose ACL allows whatever is asked for.
fn allowing(bridge: &str) -> State {
    State::with(|host| acl_file(host).content = bytes(&format!("allow {bridge}\n"))).asking_for(bridge)
}

/// The findings for a bridge that no ACL stands against.
fn missing(state: &State) -> String {
    finds(state, &[("bridge-exists", Fail, "bridge-missing")])
}

#[test]
fn there_is_nothing_like_it() {
    assert_snapshot!(missing(&allowing("office")));
}

#[test]
fn a_wired_interface_could_be_its_uplink() {
    let mut state = allowing("office");
    link(&mut state.host, "enp3s0").master = None;
    assert_snapshot!(missing(&state));
}

#[test]
fn the_name_is_nearly_right() {
    assert_snapshot!(missing(&allowing("bro")));
}

#[test]
fn a_network_of_libvirt_is_not_started() {
    assert_snapshot!(missing(&allowing("virbr0")));
}

#[test]
fn a_network_of_libvirt_is_started_elsewhere() {
    let mut state = allowing("virbr0");
    let started =
        LibvirtNetwork { name: "default".to_owned(), bridge: Some("virbr0".to_owned()), active: true, autostart: true };
    state.host.libvirt.networks = Fact::Known(vec![started]);
    assert_snapshot!(missing(&state));
}

#[test]
fn libvirt_has_no_such_network() {
    let mut state = allowing("virbr0");
    state.host.libvirt.networks = Fact::Known(Vec::new());
    assert_snapshot!(missing(&state));
}

#[test]
fn the_networks_of_libvirt_cannot_be_read() {
    let mut state = allowing("virbr0");
    state.host.libvirt.networks = unseen();
    assert_snapshot!(missing(&state));
}

#[test]
fn the_name_is_a_network_of_libvirt() {
    assert_snapshot!(missing(&allowing("default")));
}

#[test]
fn the_name_is_an_alias() {
    let mut state = allowing("lan");
    link(&mut state.host, "br0").alias = Some("lan".to_owned());
    assert_snapshot!(missing(&state));
}

#[test]
fn a_container_has_interfaces_of_its_own() {
    let mut state = allowing("office");
    state.host.machine.container = Some("podman".to_owned());
    assert_snapshot!(missing(&state));
}

#[test]
fn no_interface_can_have_the_name() {
    for (bridge, why) in
        [("", "is empty"), ("a/b", "can be called `a/b`"), ("..", "can be called"), ("my br", "white space")]
    {
        let state = State::with(|host| acl_file(host).content = bytes("allow all\n")).asking_for(bridge);
        let Judgement::Found(findings) = state.judge("bridge-exists") else { panic!("`{bridge}` is a bridge") };
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].cause, "bridge-missing");
        assert!(findings[0].message.contains(why), "{}", findings[0].message);
    }
}

#[test]
fn the_name_is_too_long() {
    let state = State::healthy().asking_for("br0-for-the-office");
    assert_snapshot!(finds(&state, &[("bridge-exists", Fail, "bridge-name-too-long")]));
}

#[test]
fn the_name_is_a_long_altname() {
    let mut state = State::healthy().asking_for("bridge-for-the-office");
    link(&mut state.host, "br0").altnames.push("bridge-for-the-office".to_owned());
    let text = finds(&state, &[("bridge-exists", Fail, "bridge-name-too-long")]);
    assert!(text.contains("another name of `br0`"), "{text}");
}

#[test]
fn an_altname_and_a_label_are_names_of_the_bridge() {
    for bridge in ["lanbridge", "br0:1"] {
        assert_eq!(finds(&allowing(bridge), &[]), "", "{bridge}");
    }
}

#[test]
fn the_name_is_another_kind_of_interface() {
    for (kind, wireless) in [
        (None, false),
        (None, true),
        (Some("bond"), false),
        (Some("openvswitch"), false),
        (Some("veth"), false),
        (Some("tun"), false),
        (Some("macvlan"), false),
        (Some("geneve"), false),
    ] {
        let mut state = allowing("wlp2s0");
        let other = link(&mut state.host, "wlp2s0");
        other.kind = kind.map(str::to_owned);
        other.wireless = wireless;
        let name = if wireless { "wireless" } else { kind.unwrap_or("hardware") };
        assert_snapshot!(format!("the_name_is_{name}"), finds(&state, &[("bridge-exists", Fail, "not-a-bridge")]));
    }
}

#[test]
fn the_name_is_a_port_of_the_bridge() {
    assert_snapshot!(finds(&allowing("enp3s0"), &[("bridge-exists", Fail, "not-a-bridge")]));
}

#[test]
fn the_name_is_the_loopback_interface() {
    assert_snapshot!(finds(&allowing("lo"), &[("bridge-exists", Fail, "not-a-bridge")]));
}

#[test]
fn nobody_looked_for_the_name() {
    let mut state = allowing("br7");
    network(&mut state.host).scope = Scope::Named(vec!["br0".to_owned()]);
    assert!(matches!(state.judge("bridge-exists"), Judgement::Unjudged(_)));
}

#[test]
fn what_needs_a_bridge_waits_for_it() {
    let state = allowing("office");
    for check in
        ["bridge-capacity", "bridge-up", "bridge-uplink", "bridge-forwarding", "ip-forward", "bridge-netfilter"]
    {
        assert!(matches!(state.judge(check), Judgement::Unjudged(_)), "{check}");
    }
}

#[test]
fn a_file_tree_has_no_interfaces() {
    let state = State::with(|host| host.network = Fact::NeedsLiveHost);
    for check in ["bridge-exists", "bridge-capacity", "bridge-up", "bridge-uplink", "ip-forward"] {
        assert!(matches!(state.judge(check), Judgement::NotApplicable { .. }), "{check}");
    }
}
