//! Interfaces that are made or set.

use crate::snapshot::{Bridge, Fact, Link, Network, Snapshot};

/// The kernel's MTU for a new bridge.
const USUAL_MTU: u32 = 1500;
/// The kernel's forward delay for a new bridge, in hundredths of a second.
const USUAL_DELAY: u32 = 1500;

fn network(after: &mut Snapshot) -> Option<&mut Network> {
    match &mut after.network {
        Fact::Known(network) => Some(network),
        Fact::Unknown(_) | Fact::NeedsLiveHost => None,
    }
}

fn link<'a>(after: &'a mut Snapshot, name: &str) -> Option<&'a mut Link> {
    let index = after.network.known()?.resolve(name)?.index;
    network(after)?.links.iter_mut().find(|link| link.index == index)
}

/// Whether a signal comes with it only the running host can tell; a plan hopes for it.
pub(super) fn up(after: &mut Snapshot, name: &str) {
    if let Some(link) = link(after, name) {
        link.up = true;
        link.carrier |= link.bridge.is_none();
    }
}

pub(super) fn mtu(after: &mut Snapshot, name: &str, mtu: u32) {
    if let Some(link) = link(after, name) {
        link.mtu = mtu;
    }
}

pub(super) fn forward(after: &mut Snapshot) {
    if let Some(network) = network(after) {
        network.ip_forward = Fact::Known(true);
    }
}

/// A new bridge without ports; libvirt gives its own an address.
pub(super) fn bridge(after: &mut Snapshot, name: &str, addressed: bool) {
    if let Fact::Known(networks) = &mut after.libvirt.networks {
        for network in networks.iter_mut().filter(|network| network.bridge.as_deref() == Some(name)) {
            network.active = true;
        }
    }
    let Some(network) = network(after) else { return };
    if network.resolve(name).is_some() {
        return;
    }
    let index = network.links.iter().map(|link| link.index).max().unwrap_or(0).saturating_add(1);
    network.links.push(Link {
        index,
        name: name.to_owned(),
        kind: Some("bridge".to_owned()),
        mtu: USUAL_MTU,
        up: true,
        addresses: if addressed { vec!["0.0.0.0/0".to_owned()] } else { Vec::new() },
        bridge: Some(Bridge { forward_delay: USUAL_DELAY, default_pvid: 1, ..Bridge::default() }),
        ..Link::default()
    });
}
