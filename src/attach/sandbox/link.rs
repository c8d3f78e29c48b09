//! Making a bridge and two taps in a network namespace of our own, by the ioctls that the helper itself uses.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use nix::fcntl::{OFlag, open};
use nix::libc;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};
use nix::sys::stat::Mode;

use crate::attach::tap::Tap;

/// `ioctl(2)` requests, as the kernel's sockios.h numbers them.
const SIOCBRADDBR: libc::Ioctl = 0x89a0;
const SIOCBRADDIF: libc::Ioctl = 0x89a2;
/// The libc crate types it alike on every C library but musl.
const SIOCSIFFLAGS: libc::Ioctl = 0x8914;

/// The socket that interface ioctls go through.
pub(super) struct Control(OwnedFd);

impl Control {
    pub(super) fn open() -> io::Result<Self> {
        Ok(Self(socket(AddressFamily::Inet, SockType::Datagram, SockFlag::SOCK_CLOEXEC, None)?))
    }

    /// Makes a bridge.
    pub(super) fn add_bridge(&self, name: &str) -> io::Result<()> {
        let request = request(name);
        ioctl(self.0.as_fd(), SIOCBRADDBR, request.ifr_name.as_ptr().cast())
    }

    /// Makes an interface a port of a bridge.
    pub(super) fn add_port(&self, bridge: &str, port: &str) -> io::Result<()> {
        let mut request = request(bridge);
        let index = nix::net::if_::if_nametoindex(port)?;
        request.ifr_ifru.ifru_ifindex = index.cast_signed();
        ioctl(self.0.as_fd(), SIOCBRADDIF, (&raw const request).cast())
    }

    /// Sets an interface up.
    pub(super) fn up(&self, name: &str) -> io::Result<()> {
        let mut request = request(name);
        request.ifr_ifru.ifru_flags = i16::try_from(libc::IFF_UP).unwrap_or(1);
        ioctl(self.0.as_fd(), SIOCSIFFLAGS, (&raw const request).cast())
    }
}

/// Opens `/dev/net/tun`.
pub(super) fn open_tun() -> io::Result<OwnedFd> {
    Ok(open("/dev/net/tun", OFlag::O_RDWR | OFlag::O_CLOEXEC, Mode::empty())?)
}

/// Makes a tap from an open `/dev/net/tun`, as the helper asks for it.
pub(super) fn make_tap(device: OwnedFd) -> io::Result<Tap> {
    let mut request = request("tap%d");
    let flags = libc::IFF_TAP | libc::IFF_NO_PI | libc::IFF_VNET_HDR;
    request.ifr_ifru.ifru_flags = i16::try_from(flags).map_err(io::Error::other)?;
    ioctl(device.as_fd(), libc::TUNSETIFF, (&raw const request).cast())?;
    Tap::from_descriptor(device)
}

#[allow(unsafe_code, reason = "ifreq is a C structure")]
fn request(name: &str) -> libc::ifreq {
    // SAFETY: an ifreq is plain bytes, for which all zeroes is a value.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    // One byte stays zero: it ends the name.
    let room = request.ifr_name.len() - 1;
    for (slot, byte) in request.ifr_name.iter_mut().take(room).zip(name.bytes()) {
        // C's char has a sign on some processors only.
        *slot = libc::c_char::from_ne_bytes([byte]);
    }
    request
}

#[allow(unsafe_code, reason = "interface ioctls have no safe wrapper")]
fn ioctl(descriptor: BorrowedFd<'_>, call: libc::Ioctl, argument: *const libc::c_void) -> io::Result<()> {
    // SAFETY: each call here takes a whole ifreq, or a name of the same start, which `argument` points to.
    let result = unsafe { libc::ioctl(descriptor.as_raw_fd(), call, argument) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
