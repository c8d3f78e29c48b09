//! The ports of a bridge, as the bridge itself counts them: the kernel finds them in a list of interfaces only by walking
//! through every one of the host.

use std::os::fd::AsRawFd as _;

use netlink_sys::Socket;
use netlink_sys::protocols::NETLINK_ROUTE;
use nix::libc::{self, c_char, c_int, c_ulong};
use rustix::net::{self, AddressFamily, SocketType, netdevice};

/// `BRCTL_GET_PORT_LIST`, and the most ports of a bridge, as in the kernel's if_bridge.h and br_private.h.
const GET_PORT_LIST: c_ulong = 7;
const MOST_PORTS: usize = 1024;

/// `SIOCDEVPRIVATE`, which every kind of interface understands in its own way.
const PRIVATE: u32 = 0x89f0;

/// The numbers of the interfaces that are ports of this bridge, in order; nothing where the kernel has no such call.
#[allow(unsafe_code, reason = "no crate wraps the bridge's own ioctl")]
pub(super) fn of(bridge: &str) -> Option<Vec<u32>> {
    if bridge.len() >= libc::IFNAMSIZ {
        return None;
    }
    let mut ports: [c_int; MOST_PORTS] = [0; MOST_PORTS];
    let list = ports.as_mut_ptr().expose_provenance() as c_ulong;
    let mut question: [c_ulong; 4] = [GET_PORT_LIST, list, MOST_PORTS as c_ulong, 0];
    // SAFETY: zeros are a valid ifreq.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, byte) in request.ifr_name.iter_mut().zip(bridge.bytes()) {
        *to = c_char::from_ne_bytes([byte]);
    }
    request.ifr_ifru.ifru_data = question.as_mut_ptr().cast();
    let socket = Socket::new(NETLINK_ROUTE).ok()?;
    // SAFETY: the kernel reads the name and the four words, and writes at most as many numbers as the third of them says
    // into the list that the second points to; all of them live until it returns.
    let answered = unsafe { libc::ioctl(socket.as_raw_fd(), PRIVATE as libc::Ioctl, &raw mut request) };
    if answered < 0 {
        return None;
    }
    let mut numbers: Vec<u32> =
        ports.iter().filter_map(|&port| u32::try_from(port).ok().filter(|&port| port > 0)).collect();
    numbers.sort_unstable();
    Some(numbers)
}

/// The names of interfaces, by their numbers; what is gone meanwhile has none.
pub(super) fn names(numbers: &[u32]) -> Vec<String> {
    let Ok(socket) = net::socket(AddressFamily::NETLINK, SocketType::RAW, None) else { return Vec::new() };
    numbers.iter().filter_map(|&number| netdevice::index_to_name(&socket, number).ok()).collect()
}
