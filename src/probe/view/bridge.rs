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
        let ports = self.network.ports(self.link);
        let outside: Vec<&Link> = ports.filter(|port| port.leads_out_of(self.link, self.in_container)).collect();
        if !outside.is_empty() {
            Role::Bridged(outside)
        } else if !addresses.is_empty() {
            Role::Routed(addresses)
        } else {
            Role::Isolated
        }
    }

    /// The host's addresses on it.
    pub(in crate::probe) fn addresses(&self) -> Vec<&'a str> {
        self.link.routable_addresses().collect()
    }
}
