//! What the kernel tells over netlink.

use std::io::ErrorKind;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::thread;

use netlink_sys::protocols::{NETLINK_NETFILTER, NETLINK_ROUTE};
use netlink_sys::{Socket, SocketAddr};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use super::super::error::Error;
use super::super::namespaces;
use super::super::proc::Proc;

/// `RTNLGRP_LINK`: interfaces, and the ports and states of bridges.
const LINK: u32 = 1;

/// `RTNLGRP_IPV4_IFADDR`, `RTNLGRP_IPV6_IFADDR`, `RTNLGRP_IPV4_NETCONF` (which tells of `ip_forward`), and
/// `RTNLGRP_BRVLAN`; older kernels lack the last.
const FURTHER: [u32; 4] = [5, 9, 24, 33];

/// `NFNLGRP_NFTABLES`: the rules of nft, and of the iptables that writes them. Only root may listen.
const NFTABLES: u32 = 7;

/// Open subscriptions in one network namespace.
pub(super) struct Events {
    sockets: Vec<Socket>,
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").field("sockets", &self.sockets.len()).finish()
    }
}

impl Events {
    /// Subscribes where this process is, or where the given one is.
    pub(super) fn subscribe(proc: &Proc, pid: Option<u32>) -> anyhow::Result<Self> {
        let elsewhere = match pid {
            None => None,
            Some(pid) => namespaces::other(proc, pid, "net").map_err(|errno| Error::ClosedProcess {
                pid,
                attempt: "look at the network namespace".to_owned(),
                errno,
            })?,
        };
        // Where a sandbox forbids the sockets, one looks often instead.
        let Some(namespace) = elsewhere else { return Ok(Self { sockets: open().unwrap_or_default() }) };
        let sockets = thread::scope(|scope| scope.spawn(|| open_in(&namespace)).join());
        match sockets {
            Ok(sockets) => Ok(Self { sockets: sockets? }),
            Err(_) => anyhow::bail!("the thread that subscribes was lost"),
        }
    }

    /// Whether nothing tells.
    pub(super) fn is_blind(&self) -> bool {
        self.sockets.is_empty()
    }

    pub(super) fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.sockets.iter().map(|socket| socket.as_fd())
    }

    /// Takes what is there; true where there was something.
    pub(super) fn take(&mut self) -> bool {
        let mut any = false;
        let mut buffer = vec![0_u8; 8 << 10];
        for socket in &self.sockets {
            loop {
                match socket.recv(&mut buffer.as_mut_slice(), 0) {
                    Ok(_) => any = true,
                    // More happened than the queue holds.
                    Err(error) if error.raw_os_error() == Some(nix::libc::ENOBUFS) => any = true,
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
        }
        any
    }
}

/// A socket stays in the network namespace in which it was made.
fn open_in(namespace: &OwnedFd) -> anyhow::Result<Vec<Socket>> {
    move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).map_err(std::io::Error::from)?;
    Ok(open()?)
}

fn open() -> std::io::Result<Vec<Socket>> {
    let mut routes = socket(NETLINK_ROUTE)?;
    routes.bind(&SocketAddr::new(0, 0))?;
    routes.add_membership(LINK)?;
    for group in FURTHER {
        let _ = routes.add_membership(group);
    }
    let rules = socket(NETLINK_NETFILTER).and_then(|mut rules| {
        rules.bind(&SocketAddr::new(0, 0))?;
        rules.add_membership(NFTABLES)?;
        Ok(rules)
    });
    Ok(std::iter::once(routes).chain(rules).collect())
}

fn socket(protocol: isize) -> std::io::Result<Socket> {
    let socket = Socket::new(protocol)?;
    socket.set_non_blocking(true)?;
    Ok(socket)
}
