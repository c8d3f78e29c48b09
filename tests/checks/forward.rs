//! `ip-forward` and `bridge-netfilter`.

use bridge_doctor::probe::{Expect, Judgement, Level::Fail, Level::Warn};
use bridge_doctor::snapshot::{Chain, Fact, Snapshot};
use insta::assert_snapshot;

use crate::state::{State, bridge, detach, finds, link, network, unseen};

fn chain(table: &str, name: &str, accepts: &[&str]) -> Chain {
    let accepts = accepts.iter().map(|name| (*name).to_owned()).collect();
    Chain { table: table.to_owned(), name: name.to_owned(), drops: true, accepts }
}

/// As Docker leaves a host on which br_netfilter is loaded.
fn docker(host: &mut Snapshot) {
    host.firewall.bridge_nf_call_iptables = Fact::Known(Some(true));
    host.firewall.forward = Fact::Known(vec![chain("ip filter", "FORWARD", &["docker0"])]);
}

fn routed(host: &mut Snapshot) {
    detach(host);
    network(host).ip_forward = Fact::Known(true);
}

#[test]
fn a_bridged_uplink_needs_no_forwarding() {
    let Judgement::Pass { message, .. } = State::healthy().judge("ip-forward") else {
        panic!("it is found fault with")
    };
    assert!(message.contains("a bridged uplink does not need it"), "{message}");
}

#[test]
fn a_routed_bridge_needs_forwarding() {
    let state = State::with(detach);
    assert_snapshot!(finds(&state, &[("ip-forward", Warn, "ip-forward-off")]));
    finds(&state.expecting(Expect::Routed), &[("ip-forward", Fail, "ip-forward-off")]);
}

#[test]
fn a_bridge_with_ipv6_alone_needs_no_ipv4() {
    let state = State::with(|host| {
        detach(host);
        link(host, "br0").addresses = vec!["2001:db8::1/64".to_owned()];
    });
    assert!(matches!(state.judge("ip-forward"), Judgement::NotApplicable { .. }));
}

#[test]
fn nobody_could_see_whether_the_host_forwards() {
    let state = State::with(|host| {
        detach(host);
        network(host).ip_forward = unseen();
    });
    assert!(matches!(state.judge("ip-forward"), Judgement::Unjudged(_)));
}

#[test]
fn docker_drops_what_bridges_carry() {
    let state = State::with(docker);
    assert_snapshot!(finds(&state, &[("bridge-netfilter", Warn, "bridge-netfilter-drop")]));
    finds(&state.expecting(Expect::Bridged), &[("bridge-netfilter", Fail, "bridge-netfilter-drop")]);
}

#[test]
fn a_chain_drops_what_is_routed() {
    let state = State::with(|host| {
        routed(host);
        host.firewall.forward =
            Fact::Known(vec![chain("ip filter", "FORWARD", &[]), chain("inet site", "forward", &["br1"])]);
    });
    assert_snapshot!(finds(&state, &[("bridge-netfilter", Warn, "bridge-netfilter-drop")]));
    finds(&state.expecting(Expect::Routed), &[("bridge-netfilter", Fail, "bridge-netfilter-drop")]);
}

#[test]
fn a_bridge_can_hand_its_frames_over_by_itself() {
    let state = State::with(|host| {
        docker(host);
        host.firewall.bridge_nf_call_iptables = Fact::Known(Some(false));
        bridge(host).nf_call_iptables = true;
    });
    finds(&state, &[("bridge-netfilter", Warn, "bridge-netfilter-drop")]);
}

#[test]
fn an_exception_lets_the_bridge_pass() {
    for name in ["br0", "*"] {
        let state = State::with(|host| {
            docker(host);
            host.firewall.forward = Fact::Known(vec![chain("ip filter", "FORWARD", &["docker0", name])]);
        });
        assert_eq!(finds(&state, &[]), "", "{name}");
    }
}

#[test]
fn a_chain_that_bridged_frames_do_not_meet_is_nobodys_fault() {
    for setting in [None, Some(false)] {
        let state = State::with(|host| {
            docker(host);
            host.firewall.bridge_nf_call_iptables = Fact::Known(setting);
        });
        assert_eq!(finds(&state, &[]), "", "{setting:?}");
    }
}

#[test]
fn only_root_may_see_the_chains() {
    let state = State::with(|host| {
        docker(host);
        host.firewall.forward = Fact::unknown_but("only root may read the FORWARD chain", "sudo nft list ruleset");
    });
    let Judgement::Unjudged(unknown) = state.judge("bridge-netfilter") else { panic!("it is judged") };
    assert_eq!(unknown.command.as_deref(), Some("sudo nft list ruleset"));
}
