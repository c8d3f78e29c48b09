//! Questions to the kernel's routing tables, over netlink.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use netlink_packet_core::{NLM_F_DUMP, NLM_F_DUMP_INTR, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR};
use netlink_sys::{Socket, SocketAddr, protocols::NETLINK_ROUTE};

use super::attributes::{attributes, push, u16_at, u32_at};
use super::link;
use crate::snapshot::{Errno, Link};

const RTM_NEWLINK: u16 = 16;
const RTM_GETLINK: u16 = 18;
const RTM_NEWADDR: u16 = 20;
const RTM_GETADDR: u16 = 22;
const IFLA_IFNAME: u16 = 3;
const IFLA_MASTER: u16 = 10;
const IFLA_LINKINFO: u16 = 18;
const IFLA_EXT_MASK: u16 = 29;
const IFLA_INFO_KIND: u16 = 1;
const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;

/// `RTEXT_FILTER_SKIP_STATS`: the counters are half of each answer, and nobody needs them.
const SKIP_STATS: u32 = 1 << 3;

/// The head of every message.
const HEAD: usize = 16;

/// The kernel never sends more at once.
const LARGEST: usize = 64 << 10;

/// Another dump is asked for where the table changed under the first.
const ATTEMPTS: usize = 3;

/// A connection to the routing tables of this network namespace.
pub(super) struct Routes {
    socket: Socket,
    buffer: Vec<u8>,
    sequence: u32,
}

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
    /// Connects. The kernel filters strictly where it can: older ones list too much, which is sorted out here.
    pub(super) fn open() -> Result<Self, Errno> {
        let mut socket = Socket::new(NETLINK_ROUTE).map_err(errno)?;
        socket.bind_auto().map_err(errno)?;
        socket.connect(&SocketAddr::new(0, 0)).map_err(errno)?;
        let _ = socket.set_netlink_get_strict_chk(true);
        Ok(Self { socket, buffer: vec![0; LARGEST], sequence: 0 })
    }

    /// The interface that the kernel finds under this name, altnames included.
    pub(super) fn link(&mut self, name: &str) -> Result<Option<Link>, Errno> {
        let mut body = interface_head();
        push(&mut body, IFLA_IFNAME, &[name.as_bytes(), b"\0"].concat());
        push(&mut body, IFLA_EXT_MASK, &SKIP_STATS.to_ne_bytes());
        let mut found = None;
        match self.ask(RTM_GETLINK, NLM_F_REQUEST, &body, |kind, body| {
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
        let mut body = interface_head();
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
            let whole = self.ask(RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, &body, |kind, body| {
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
        self.ask(RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, &body, |kind, body| {
            if kind == RTM_NEWADDR && u32_at(body, 4) == Some(index) {
                addresses.extend(address(body));
            }
        })?;
        Ok(addresses)
    }

    /// Sends a request and hands over every message of the answer; false where the table changed meanwhile.
    fn ask(&mut self, kind: u16, flags: u16, body: &[u8], mut each: impl FnMut(u16, &[u8])) -> Result<bool, Errno> {
        self.sequence += 1;
        let length = u32::try_from(HEAD + body.len()).unwrap_or(u32::MAX);
        let mut request = Vec::with_capacity(HEAD + body.len());
        request.extend(length.to_ne_bytes());
        request.extend(kind.to_ne_bytes());
        request.extend(flags.to_ne_bytes());
        request.extend(self.sequence.to_ne_bytes());
        request.extend(0_u32.to_ne_bytes());
        request.extend(body);
        self.socket.send(&request, 0).map_err(errno)?;
        let mut whole = true;
        loop {
            let received = self.socket.recv(&mut self.buffer.as_mut_slice(), 0).map_err(errno)?;
            let mut rest = self.buffer.get(..received).unwrap_or_default();
            while let (Some(length), Some(kind), Some(marks)) = (u32_at(rest, 0), u16_at(rest, 4), u16_at(rest, 6)) {
                let length = length as usize;
                let Some(body) = rest.get(HEAD..length) else { return Err(Errno::EINVAL) };
                whole &= marks & NLM_F_DUMP_INTR == 0;
                match kind {
                    NLMSG_DONE => return Ok(whole),
                    NLMSG_ERROR => {
                        let error = u32_at(body, 0).unwrap_or(0).cast_signed();
                        return if error == 0 { Ok(whole) } else { Err(Errno(-error)) };
                    }
                    kind => each(kind, body),
                }
                rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
            }
            if flags & NLM_F_DUMP != NLM_F_DUMP {
                return Ok(whole);
            }
        }
    }
}

/// The fixed part of a question about interfaces, which names none.
fn interface_head() -> Vec<u8> {
    vec![0; 16]
}

fn address(body: &[u8]) -> Option<String> {
    let prefix = body.get(1)?;
    let of = |wanted: u16| attributes(body.get(8..)?).find(|(kind, _)| *kind == wanted).map(|(_, value)| value);
    let value = of(IFA_LOCAL).or_else(|| of(IFA_ADDRESS))?;
    let address = match value.len() {
        4 => IpAddr::from(Ipv4Addr::from(<[u8; 4]>::try_from(value).ok()?)),
        16 => IpAddr::from(Ipv6Addr::from(<[u8; 16]>::try_from(value).ok()?)),
        _ => return None,
    };
    Some(format!("{address}/{prefix}"))
}

fn errno(error: std::io::Error) -> Errno {
    Errno(error.raw_os_error().unwrap_or(5))
}
