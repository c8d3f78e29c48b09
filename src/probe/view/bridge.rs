//! The bridge in question, and what it is used for.

use crate::probe::{Case, Judgement};
use crate::snapshot::{Bridge, Link, Network};

/// The bridge in question, found.
#[derive(Clone, Copy)]
pub(in crate::probe) struct Found<'a> {
    /// The interfaces around it.
    pub network: &'a Network,
    /// The interface.
    pub link: &'a Link,
    /// Its settings.
    pub bridge: &'a Bridge,
    in_container: bool,
}

/// What a bridge looks like it is for.
pub(in crate::probe) enum Role<'a> {
    /// Some port leads out.
    Bridged(Vec<&'a Link>),
    /// No port leads out, and the host has these addresses on it.
    Routed(Vec<&'a str>),
    /// Neither.
    Isolated,
}

/// The bridge of this case, or why nothing can be said about it.
pub(in crate::probe) fn find<'a>(case: &Case<'a>) -> Result<Found<'a>, Judgement> {
    let network = case.snapshot.network.known().ok_or_else(|| Judgement::missing(&case.snapshot.network))?;
    let link = network
        .resolve(case.bridge)
        .ok_or_else(|| Judgement::unjudged(format!("there is no interface `{}` to look at", case.bridge)))?;
    let bridge = link
        .bridge
        .as_ref()
        .ok_or_else(|| Judgement::unjudged(format!("`{}` is not known to be a bridge", case.bridge)))?;
    Ok(Found { network, link, bridge, in_container: case.snapshot.machine.container.is_some() })
}

impl<'a> Found<'a> {
    /// What it looks like it is for.
    pub(in crate::probe) fn role(&self) -> Role<'a> {
        let addresses = self.addresses();
        let outside: Vec<&Link> =
            self.network.ports(self.link).filter(|port| self.leads_out(port, addresses.is_empty())).collect();
        if !outside.is_empty() {
            Role::Bridged(outside)
        } else if !addresses.is_empty() {
            Role::Routed(addresses)
        } else {
            Role::Isolated
        }
    }

    /// The host's addresses on it; a link-local one comes by itself and routes nothing.
    pub(in crate::probe) fn addresses(&self) -> Vec<&'a str> {
        let link_local = |address: &str| {
            let address = address.to_ascii_lowercase();
            address.starts_with("169.254.")
                || ["fe8", "fe9", "fea", "feb"].iter().any(|start| address.starts_with(start))
        };
        self.link.addresses.iter().map(String::as_str).filter(|address| !link_local(address)).collect()
    }

    /// Taps belong to guests. Outside of a container, a veth or dummy port of a bridge with an address is what
    /// container managers and libvirt put on the networks that they route.
    fn leads_out(&self, port: &Link, without_address: bool) -> bool {
        match port.kind.as_deref() {
            Some("tun" | "macvtap") => false,
            Some("veth") => without_address || self.in_container,
            Some("dummy") => without_address,
            _ => true,
        }
    }
}
