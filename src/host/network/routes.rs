//! Interfaces and addresses, asked of the kernel's routing tables.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use netlink_sys::protocols::NETLINK_ROUTE;

use super::super::netlink::attributes::{find, push, u32_at};
use super::super::netlink::{Extent, Netlink};
use super::link::{self, IFLA_IFNAME, IFLA_INFO_KIND, IFLA_LINKINFO, IFLA_MASTER};
use crate::snapshot::{Errno, Link};

// Names and numbers as in the kernel's rtnetlink.h, if_link.h and if_addr.h.
const RTM_NEWLINK: u16 = 16;
const RTM_GETLINK: u16 = 18;
const RTM_NEWADDR: u16 = 20;
const RTM_GETADDR: u16 = 22;
const IFLA_EXT_MASK: u16 = 29;
const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;

/// `RTEXT_FILTER_SKIP_STATS`: the counters are half of each answer, and nobody needs them.
const SKIP_STATS: u32 = 1 << 3;

/// Another dump is asked for where the table changed under the first.
const ATTEMPTS: usize = 3;

/// A connection to the routing tables of this network namespace.
pub(super) struct Routes(Netlink);

/// Which interfaces are listed.
pub(super) enum Dump {
    /// Every one.
    All,
    /// Bridges.
    Bridges,
    /// What belongs to the interface of this number.
    PortsOf(u32),
}

impl Routes {
    /// Connects.
    pub(super) fn open() -> Result<Self, Errno> {
        Netlink::open(NETLINK_ROUTE).map(Self)
    }

    /// The interface that the kernel finds under this name, altnames included.
    pub(super) fn link(&mut self, name: &str) -> Result<Option<Link>, Errno> {
        let mut body = interface_head(0);
        push(&mut body, IFLA_IFNAME, &[name.as_bytes(), b"\0"].concat());
        self.one(body)
    }

    /// The interface of this number.
    pub(super) fn numbered(&mut self, index: u32) -> Result<Option<Link>, Errno> {
        self.one(interface_head(index))
    }

    fn one(&mut self, mut body: Vec<u8>) -> Result<Option<Link>, Errno> {
        push(&mut body, IFLA_EXT_MASK, &SKIP_STATS.to_ne_bytes());
        let mut found = None;
        match self.0.ask(RTM_GETLINK, Extent::One, &body, |kind, body| {
            if kind == RTM_NEWLINK {
                found = link::parse(body);
            }
        }) {
            Ok(_) => Ok(found),
            Err(Errno::ENODEV) => Ok(None),
            Err(errno) => Err(errno),
        }
    }

    /// A list of interfaces.
    pub(super) fn dump(&mut self, dump: &Dump) -> Result<Vec<Link>, Errno> {
        let mut body = interface_head(0);
        push(&mut body, IFLA_EXT_MASK, &SKIP_STATS.to_ne_bytes());
        match dump {
            Dump::All => {}
            Dump::Bridges => {
                let mut kind = Vec::new();
                push(&mut kind, IFLA_INFO_KIND, b"bridge");
                push(&mut body, IFLA_LINKINFO, &kind);
            }
            Dump::PortsOf(master) => push(&mut body, IFLA_MASTER, &master.to_ne_bytes()),
        }
        let mut links = Vec::new();
        for _ in 0..ATTEMPTS {
            links.clear();
            let whole = self.0.ask(RTM_GETLINK, Extent::Dump, &body, |kind, body| {
                if kind == RTM_NEWLINK {
                    links.extend(link::parse(body));
                }
            })?;
            if whole {
                break;
            }
        }
        if let Dump::PortsOf(master) = dump {
            links.retain(|link: &Link| link.master == Some(*master));
        }
        Ok(links)
    }

    /// The IP addresses of the interface of this number, with their prefix lengths.
    pub(super) fn addresses(&mut self, index: u32) -> Result<Vec<String>, Errno> {
        let mut body = vec![0; 4];
        body.extend(index.to_ne_bytes());
        let mut addresses = Vec::new();
        self.0.ask(RTM_GETADDR, Extent::Dump, &body, |kind, body| {
            if kind == RTM_NEWADDR && u32_at(body, 4) == Some(index) {
                addresses.extend(address(body));
            }
        })?;
        Ok(addresses)
    }
}

/// The fixed part of a question about interfaces, with the number of one, or 0.
fn interface_head(index: u32) -> Vec<u8> {
    let mut head = vec![0; 16];
    head[4..8].copy_from_slice(&index.to_ne_bytes());
    head
}

fn address(body: &[u8]) -> Option<String> {
    let prefix = body.get(1)?;
    let attributes = body.get(8..)?;
    let value = find(attributes, IFA_LOCAL).or_else(|| find(attributes, IFA_ADDRESS))?;
    let address = match value.len() {
        4 => IpAddr::from(Ipv4Addr::from(<[u8; 4]>::try_from(value).ok()?)),
        16 => IpAddr::from(Ipv6Addr::from(<[u8; 16]>::try_from(value).ok()?)),
        _ => return None,
    };
    Some(format!("{address}/{prefix}"))
}
