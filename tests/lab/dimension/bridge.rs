//! The name that is asked for, and what stands behind it in the prepared networks (`sandbox/network.rs`).

use super::{Realise, Value};
use crate::sandbox::{Net, knows_vlans};

const MISSING: (&str, &str) = ("bridge-exists", "bridge-missing");
const OTHER: (&str, &str) = ("bridge-exists", "not-a-bridge");
const LONG: (&str, &str) = ("bridge-exists", "bridge-name-too-long");
const MTU: (&str, &str) = ("bridge-capacity", "bridge-mtu");

/// Every value.
pub(super) fn values() -> Vec<Value> {
    let vlans = if knows_vlans() { sorting_by_vlan() } else { Vec::new() };
    [everywhere(), vlans].concat()
}

fn sorting_by_vlan() -> Vec<Value> {
    vec![
        good("vlan-filtering", "brvlan"),
        fault("no-vlan-for-new-ports", ("bridge-forwarding", "vlan-filtered"), "brnovlan"),
    ]
}

fn everywhere() -> Vec<Value> {
    vec![
        good("up", "br0"),
        good("label", "br0:1"),
        good("spanning-tree", "brstp"),
        good("mtu-9000", "br9000"),
        good("mtu-68", "br68"),
        good("mtu-65521", "br65521"),
        good("altname", "guests"),
        good("fifteen-characters", "fifteen-chars-x"),
        good("dotted", "br.0"),
        good("empty-label", "br0:"),
        good("label-of-an-altname", "guests:1"),
        fault("down", ("bridge-up", "bridge-down"), "brdown"),
        fault("mtu-65522", MTU, "br65522"),
        fault("mtu-65535", MTU, "br65535"),
        fault("missing", MISSING, "br9"),
        fault("upper-case", MISSING, "BR0"),
        fault("called-all", MISSING, "all"),
        fault("alias", MISSING, "office"),
        fault("with-slash", MISSING, "br/0"),
        fault("with-blank", MISSING, "br 0"),
        fault("empty-name", MISSING, ""),
        fault("leading-dash", MISSING, "-br0"),
        fault("pattern", MISSING, "tap%d"),
        fault("only-a-label", MISSING, ":1"),
        fault("sixteen-characters", LONG, "sixteen-chars-xy"),
        fault("long-label", LONG, "br0:a-long-label"),
        fault("forty-characters", LONG, "a-name-that-is-forty-characters-long-xyz"),
        fault("veth", OTHER, "wire0"),
        fault("port-of-a-bridge", OTHER, "wire1"),
        fault("tap", OTHER, "tap0"),
        fault("tun-without-ethernet", OTHER, "tun0"),
        fault("macvlan", OTHER, "vlan-ish"),
        fault("vxlan", OTHER, "tunnel0"),
        fault("ifb", OTHER, "ifb9"),
        fault("loopback", OTHER, "lo"),
        Value::fault("full", Realise::Bridge("br0", Net::Crowded), "bridge-capacity", "bridge-full"),
        Value::fault("another-namespace", Realise::Bridge("br0", Net::Empty), MISSING.0, MISSING.1),
    ]
}

fn good(name: &'static str, asked: &'static str) -> Value {
    Value::good(name, Realise::Bridge(asked, Net::Quiet))
}

fn fault(name: &'static str, (check, cause): (&'static str, &'static str), asked: &'static str) -> Value {
    Value::fault(name, Realise::Bridge(asked, Net::Quiet), check, cause)
}
