//! A tap by its descriptor: what the helper sent.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::libc;

/// The size of the header before each frame where none was asked for otherwise, in bytes.
const VNET_HEADER: usize = 10;
/// More than the largest frame that a tap takes, in bytes.
const LARGEST_FRAME: usize = 65_600;

/// A tap that is ours as long as this value lives.
#[derive(Debug)]
pub(super) struct Tap {
    descriptor: OwnedFd,
    name: String,
    header: usize,
}

impl Tap {
    /// Asks the kernel what this descriptor is, and makes it non-blocking.
    ///
    /// # Errors
    ///
    /// `ENOTTY` or `EBADFD` where it is no tap, `EINVAL` where it is a tun, which carries no Ethernet frames.
    pub(super) fn from_descriptor(descriptor: OwnedFd) -> io::Result<Self> {
        let request = interface(descriptor.as_fd())?;
        #[allow(unsafe_code, reason = "ifreq is a C union")]
        // SAFETY: TUNGETIFF fills the flags, whatever else the union can hold.
        let flags = i32::from(unsafe { request.ifr_ifru.ifru_flags });
        if flags & libc::IFF_TAP == 0 {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        let name = request.ifr_name.iter().take_while(|byte| **byte != 0).flat_map(|byte| byte.to_ne_bytes()).collect();
        let name = String::from_utf8(name).map_err(|_| io::Error::from_raw_os_error(libc::EINVAL))?;
        let header = if flags & libc::IFF_VNET_HDR == 0 { 0 } else { header_size(descriptor.as_fd())? };
        let status = OFlag::from_bits_retain(fcntl(&descriptor, FcntlArg::F_GETFL)?);
        fcntl(&descriptor, FcntlArg::F_SETFL(status | OFlag::O_NONBLOCK))?;
        Ok(Self { descriptor, name, header })
    }

    /// The interface's name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether each frame has a virtio header before it.
    pub(super) fn has_vnet_header(&self) -> bool {
        self.header > 0
    }

    /// Writes one frame, as the guest's network card would.
    ///
    /// # Errors
    ///
    /// `EIO` where the interface is down; `EAGAIN` where its queue is full.
    pub(super) fn send(&self, frame: &[u8]) -> io::Result<()> {
        let mut bytes = vec![0; self.header];
        bytes.extend_from_slice(frame);
        nix::unistd::write(&self.descriptor, &bytes)?;
        Ok(())
    }

    /// The next frame that waits, if any does.
    ///
    /// # Errors
    ///
    /// Those of read(2) but `EAGAIN`.
    pub(super) fn receive<'a>(&self, buffer: &'a mut Vec<u8>) -> io::Result<Option<&'a [u8]>> {
        buffer.resize(LARGEST_FRAME, 0);
        match nix::unistd::read(&self.descriptor, buffer) {
            Ok(count) => Ok(buffer.get(self.header..count)),
            Err(nix::errno::Errno::EAGAIN | nix::errno::Errno::EINTR) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl AsFd for Tap {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}

#[allow(unsafe_code, reason = "TUNGETIFF has no safe wrapper")]
fn interface(descriptor: BorrowedFd<'_>) -> io::Result<libc::ifreq> {
    // SAFETY: an ifreq is plain bytes, for which all zeroes is a value.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    // SAFETY: the call writes one ifreq to the pointer, which is valid for one.
    let result = unsafe { libc::ioctl(descriptor.as_raw_fd(), libc::TUNGETIFF, &raw mut request) };
    if result == 0 { Ok(request) } else { Err(io::Error::last_os_error()) }
}

#[allow(unsafe_code, reason = "TUNGETVNETHDRSZ has no safe wrapper")]
fn header_size(descriptor: BorrowedFd<'_>) -> io::Result<usize> {
    let mut size: libc::c_int = 0;
    // SAFETY: the call writes one int to the pointer, which is valid for one.
    let result = unsafe { libc::ioctl(descriptor.as_raw_fd(), libc::TUNGETVNETHDRSZ, &raw mut size) };
    if result != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(usize::try_from(size).unwrap_or(VNET_HEADER))
}
