//! The ports of a bridge, as the bridge itself counts them: the kernel finds them in a list of interfaces only by walking
//! through every one of the host, and describes each at length.

#![allow(unsafe_code, reason = "no crate wraps the bridge's own ioctl, nor ethtool's")]

use std::ffi::CStr;
use std::os::fd::AsRawFd as _;

use netlink_sys::Socket;
use netlink_sys::protocols::NETLINK_ROUTE;
use nix::libc::{self, c_char, c_int, c_ulong};
use rustix::net::{self, AddressFamily, SocketType, netdevice};

/// `BRCTL_GET_PORT_LIST`, and the most ports of a bridge, as in the kernel's if_bridge.h and br_private.h.
const GET_PORT_LIST: c_ulong = 7;
const MOST_PORTS: usize = 1024;

/// `SIOCDEVPRIVATE`, which every kind of interface understands in its own way.
const PRIVATE: libc::Ioctl = 0x89f0;

/// `SIOCETHTOOL`, whose data begins with a command.
const ETHTOOL: libc::Ioctl = 0x8946;

/// `ETHTOOL_GDRVINFO`, and the answer, as in the kernel's ethtool.h: the command, then names of 32 bytes, the driver's first.
const GET_DRIVER: u32 = 3;
const DRIVER_INFO: usize = 196;
const DRIVER: std::ops::Range<usize> = 4..36;

/// The numbers of the interfaces that are ports of this bridge, in order; nothing where the kernel has no such call.
pub(super) fn of(bridge: &str) -> Option<Vec<u32>> {
    let mut ports: [c_int; MOST_PORTS] = [0; MOST_PORTS];
    let list = ports.as_mut_ptr().expose_provenance() as c_ulong;
    let mut command: [c_ulong; 4] = [GET_PORT_LIST, list, MOST_PORTS as c_ulong, 0];
    let mut question = question(bridge)?;
    question.ifr_ifru.ifru_data = command.as_mut_ptr().cast();
    let socket = Socket::new(NETLINK_ROUTE).ok()?;
    // SAFETY: the kernel reads the four words, and writes at most as many numbers as the third of them says into the list
    // that the second points to; both live until it returns.
    unsafe { ask(&socket, PRIVATE, &mut question) }?;
    let mut numbers: Vec<u32> =
        ports.iter().filter_map(|&port| u32::try_from(port).ok().filter(|&port| port > 0)).collect();
    numbers.sort_unstable();
    Some(numbers)
}

/// What the drivers of interfaces call themselves, by numbers, in a fifth of the time that whole descriptions take. Those
/// that are made by software (`tun`, `veth`, `dummy`) are named like the kind.
pub(super) fn drivers(numbers: &[u32]) -> impl Iterator<Item = (u32, Option<String>)> {
    let socket = Socket::new(NETLINK_ROUTE).ok();
    numbers.iter().map(move |&number| (number, driver(socket.as_ref(), number)))
}

fn driver(socket: Option<&Socket>, number: u32) -> Option<String> {
    let mut question = question("")?;
    question.ifr_ifru.ifru_ifindex = c_int::try_from(number).ok()?;
    // SAFETY: the kernel reads the number, and writes the name beside it.
    unsafe { ask(socket?, libc::SIOCGIFNAME as libc::Ioctl, &mut question) }?;
    let mut info = [0_u8; DRIVER_INFO];
    info[..4].copy_from_slice(&GET_DRIVER.to_ne_bytes());
    question.ifr_ifru.ifru_data = info.as_mut_ptr().cast();
    // SAFETY: the kernel reads the command, and writes at most as many bytes as the array has; it lives until then.
    unsafe { ask(socket?, ETHTOOL, &mut question) }?;
    CStr::from_bytes_until_nul(&info[DRIVER]).ok()?.to_str().ok().map(str::to_owned)
}

/// A question about the interface of this name; nothing where it is too long for one.
fn question(name: &str) -> Option<libc::ifreq> {
    if name.len() >= libc::IFNAMSIZ {
        return None;
    }
    // SAFETY: zeros are a valid ifreq.
    let mut question: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, byte) in question.ifr_name.iter_mut().zip(name.bytes()) {
        *to = c_char::from_ne_bytes([byte]);
    }
    Some(question)
}

/// Asks; nothing where there is no answer.
///
/// # Safety
///
/// What the question points to is what the kernel reads and writes for this request.
unsafe fn ask(socket: &Socket, request: libc::Ioctl, question: &mut libc::ifreq) -> Option<()> {
    // SAFETY: the kernel reads and writes the question, and what it points to, for which the caller answers.
    let answered = unsafe { libc::ioctl(socket.as_raw_fd(), request, &raw mut *question) };
    (answered >= 0).then_some(())
}

/// The names of interfaces, by their numbers; what is gone meanwhile has none.
pub(super) fn names(numbers: &[u32]) -> Vec<String> {
    let Ok(socket) = net::socket(AddressFamily::NETLINK, SocketType::RAW, None) else { return Vec::new() };
    numbers.iter().filter_map(|&number| netdevice::index_to_name(&socket, number).ok()).collect()
}
