//! What an interface is that is no bridge.

use crate::helper::TAP_MTU;
use crate::platform;
use crate::probe::view::{interface, near};
use crate::probe::{Case, Finding, Remedy};
use crate::snapshot::{Errno, Link, Network};

/// Why nothing on the host is changed.
const OTHER_NAME: &str = "what stands there is no bridge and cannot become one: QEMU needs the name of another";

/// An interface of that name is there, and a tap cannot be put on it.
pub(super) fn finding(case: &Case<'_>, network: &Network, link: &Link) -> Finding {
    let name = case.bridge;
    let kind = interface::describe(link);
    let tap = &network.next_tap;
    let consequence = if TAP_MTU.contains(&link.mtu) {
        let errno = Errno::EOPNOTSUPP.text();
        format!("it would stop with \"failed to add interface `{tap}' to bridge `{name}': {errno}\"")
    } else {
        let errno = Errno::EINVAL.text();
        format!("it would stop with \"failed to set mtu of device `{tap}' to {}: {errno}\"", link.mtu)
    };
    Finding::fail("not-a-bridge", format!("`{name}` is {kind}, not a Linux bridge"))
        .so(consequence)
        .seen("kind", kind)
        .seen("bridges", near::list(interface::bridges(network)))
        .mend(remedy(case, network, link))
}

/// The bridge it belongs to; else what goes with its kind; else the bridges that are there.
fn remedy(case: &Case<'_>, network: &Network, link: &Link) -> Remedy {
    let machine = &case.snapshot.machine;
    let master = link.master.and_then(|index| network.links.iter().find(|other| other.index == index));
    if let Some(bridge) = master.filter(|master| master.bridge.is_some()) {
        return Remedy::advice(
            OTHER_NAME,
            format!("It is a port of `{0}`: name `{0}` to QEMU, and in the ACL.", bridge.name),
        );
    }
    let remedy = match link.kind.as_deref() {
        Some("openvswitch") => Remedy::advice(
            OTHER_NAME,
            "The helper knows the kernel's own bridges only. For Open vSwitch make a tap and add it with `ovs-vsctl \
             add-port`, or let libvirt do it: `<virtualport type='openvswitch'/>`.",
        ),
        None if link.wireless => Remedy::advice(
            OTHER_NAME,
            "Wi-Fi interfaces cannot be ports of a bridge: give guests a routed or NATed one, such as libvirt's virbr0.",
        ),
        None | Some("bond" | "team" | "vlan") if link.name != "lo" => {
            let manager = machine.network_managers.first().copied();
            let name = if network.resolve("br0").is_none() { "br0" } else { "br1" };
            platform::of(machine).make_bridge(manager, name, Some(&link.name))
        }
        _ => Remedy { why: Some(OTHER_NAME.to_owned()), ..Remedy::default() },
    };
    match near::list(interface::bridges(network)) {
        none if none == "none" => remedy.with_note("There is no bridge on this host."),
        bridges => remedy.with_note(format!("The bridges on this host: {bridges}.")),
    }
}
