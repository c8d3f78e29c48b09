//! Two independent faults give two findings: every pair of them.

use std::collections::BTreeSet;

use bridge_doctor::snapshot::{Chain, Driver, Errno, Fact, Snapshot};

use crate::state::{State, absent, acl_file, bridge, bytes, link, network, no, owned};

/// What is broken, where, and the cause that names it.
struct Fault {
    /// Faults at one place can hide each other, and are not paired.
    place: &'static str,
    cause: &'static str,
    inject: fn(&mut Snapshot),
}

const FAULTS: &[Fault] = &[
    Fault { place: "acl", cause: "acl-missing", inject: |host| absent(acl_file(host)) },
    Fault { place: "acl", cause: "acl-syntax", inject: |host| acl_file(host).content = bytes("alow br0\n") },
    Fault { place: "acl", cause: "acl-denied", inject: |host| acl_file(host).content = bytes("allow virbr0\n") },
    Fault { place: "acl", cause: "acl-allows-all", inject: |host| acl_file(host).content = bytes("allow all\n") },
    Fault {
        place: "acl rights",
        cause: "acl-unreadable",
        inject: |host| acl_file(host).readable.subject = no(Errno::EACCES),
    },
    Fault { place: "acl owner", cause: "acl-writable", inject: |host| owned(host, "/etc/qemu").mode = 0o777 },
    Fault {
        place: "tun",
        cause: "tun-device-missing",
        inject: |host| {
            host.tun.inode = Fact::Known(Err(Errno::ENOENT));
            host.tun.opens.subject = no(Errno::ENOENT);
        },
    },
    Fault { place: "tun", cause: "tun-device-permission", inject: |host| host.tun.opens.subject = no(Errno::EACCES) },
    Fault { place: "tun", cause: "tun-driver-missing", inject: |host| host.tun.driver = Fact::Known(Driver::Absent) },
    Fault { place: "ports", cause: "bridge-full", inject: |host| bridge(host).ports = 1023 },
    Fault { place: "mtu", cause: "bridge-mtu", inject: |host| link(host, "br0").mtu = 65535 },
    Fault { place: "state", cause: "bridge-down", inject: |host| link(host, "br0").up = false },
    Fault { place: "uplink", cause: "uplink-no-carrier", inject: |host| link(host, "enp3s0").carrier = false },
    Fault { place: "wireless", cause: "uplink-wireless", inject: |host| link(host, "enp3s0").wireless = true },
    Fault {
        place: "vlan",
        cause: "vlan-filtered",
        inject: |host| {
            bridge(host).vlan_filtering = true;
            bridge(host).default_pvid = 0;
        },
    },
    Fault { place: "stp", cause: "stp-delay", inject: |host| bridge(host).stp = true },
    Fault {
        place: "filter",
        cause: "bridge-netfilter-drop",
        inject: |host| {
            host.firewall.bridge_nf_call_iptables = Fact::Known(Some(true));
            let (table, name) = ("ip filter".to_owned(), "FORWARD".to_owned());
            host.firewall.forward = Fact::Known(vec![Chain { table, name, drops: true, accepts: Vec::new() }]);
        },
    },
    Fault {
        place: "libvirt",
        cause: "libvirt-helper-mismatch",
        inject: |host| host.libvirt.helper = Fact::Known(None),
    },
];

fn causes(state: &State) -> BTreeSet<&'static str> {
    state.findings().into_iter().map(|(_, finding)| finding.cause).collect()
}

#[test]
fn one_fault_gives_one_finding() {
    for fault in FAULTS {
        assert_eq!(causes(&State::with(fault.inject)), BTreeSet::from([fault.cause]));
    }
}

#[test]
fn two_faults_are_both_named() {
    for (index, one) in FAULTS.iter().enumerate() {
        for other in FAULTS[index + 1..].iter().filter(|other| other.place != one.place) {
            // A file that is not there has neither rights nor an owner to find fault with.
            if one.cause == "acl-missing" && other.place.starts_with("acl") {
                continue;
            }
            let state = State::with(|host| {
                (one.inject)(host);
                (other.inject)(host);
            });
            assert_eq!(causes(&state), BTreeSet::from([one.cause, other.cause]));
        }
    }
}

#[test]
fn faults_of_a_bridge_wait_for_the_bridge() {
    for fault in FAULTS.iter().filter(|fault| ["ports", "mtu", "state", "uplink", "vlan", "stp"].contains(&fault.place))
    {
        let state = State::with(|host| {
            (fault.inject)(host);
            network(host).links.retain(|link| link.name != "br0");
        });
        assert_eq!(causes(&state), BTreeSet::from(["bridge-missing"]), "{}", fault.cause);
    }
}
