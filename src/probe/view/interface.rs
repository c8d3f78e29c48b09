//! What kind of interface something is, in words.

use crate::snapshot::{Link, Network};

/// What the interface is, with its article.
pub(in crate::probe) fn describe(link: &Link) -> String {
    let known = match link.kind.as_deref() {
        None if link.name == "lo" => "the loopback interface",
        None if link.wireless => "a Wi-Fi interface",
        None => "a physical network interface",
        Some("bridge") => "a bridge",
        Some("openvswitch") => "an Open vSwitch bridge",
        Some("bond") => "a bond",
        Some("team") => "a team",
        Some("veth") => "one end of a veth pair",
        Some("tun") => "a tap or tun device",
        Some("macvlan") => "a macvlan interface",
        Some("macvtap") => "a macvtap interface",
        Some("ipvlan") => "an ipvlan interface",
        Some("vlan") => "a VLAN interface",
        Some("dummy") => "a dummy interface",
        Some("vxlan") => "a VXLAN interface",
        Some("wireguard") => "a WireGuard interface",
        Some(other) => return format!("an interface of kind `{other}`"),
    };
    known.to_owned()
}

/// The names of the bridges that were seen.
pub(in crate::probe) fn bridges(network: &Network) -> impl Iterator<Item = &str> + Clone {
    network.links.iter().filter(|link| link.bridge.is_some()).map(|link| link.name.as_str())
}

/// The one wired interface that could be a bridge's uplink, where there is no doubt which.
pub(in crate::probe) fn only_wired(network: &Network) -> Option<&str> {
    let mut wired = network.links.iter().filter(|link| {
        link.kind.is_none() && !link.wireless && link.name != "lo" && link.master.is_none() && link.has_signal()
    });
    match (wired.next(), wired.next()) {
        (Some(link), None) => Some(&link.name),
        _ => None,
    }
}
