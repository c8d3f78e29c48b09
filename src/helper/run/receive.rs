//! What comes from a running helper: descriptors over the socket, text over the pipe.

use std::io::{self, ErrorKind, IoSliceMut, Read};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::process::ChildStderr;

use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg};

/// Bytes of standard error that are kept; a helper that prints more is read on and forgotten.
const STDERR_KEPT: usize = 64 * 1024;
/// How many descriptors one message can carry (`SCM_MAX_FD` of the kernel).
const DESCRIPTORS: usize = 253;
/// How many descriptors are kept: one would be right, and more need not be counted on.
const DESCRIPTORS_KEPT: usize = 16;

/// Everything so far.
#[derive(Default)]
pub(super) struct Received {
    pub(super) stderr: Vec<u8>,
    pub(super) descriptors: Vec<OwnedFd>,
}

impl Received {
    /// Takes one message; false at the end of the stream.
    pub(super) fn message(&mut self, socket: &OwnedFd) -> io::Result<bool> {
        let mut byte = [0_u8; 64];
        let mut space = nix::cmsg_space!([RawFd; DESCRIPTORS]);
        let mut slices = [IoSliceMut::new(&mut byte)];
        let flags = MsgFlags::MSG_CMSG_CLOEXEC | MsgFlags::MSG_DONTWAIT;
        let message = match recvmsg::<()>(socket.as_raw_fd(), &mut slices, Some(&mut space), flags) {
            Ok(message) => message,
            Err(nix::errno::Errno::EAGAIN | nix::errno::Errno::EINTR) => return Ok(true),
            Err(nix::errno::Errno::ECONNRESET) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        for control in message.cmsgs()? {
            if let ControlMessageOwned::ScmRights(received) = control {
                #[allow(unsafe_code, reason = "descriptors from SCM_RIGHTS are raw numbers")]
                // SAFETY: the kernel has just installed these descriptors for us, and nobody else knows them.
                self.descriptors.extend(received.into_iter().map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }));
                self.descriptors.truncate(DESCRIPTORS_KEPT);
            }
        }
        Ok(message.bytes > 0)
    }

    /// Reads what is there; false at the end of the pipe.
    pub(super) fn text(&mut self, pipe: &mut ChildStderr) -> io::Result<bool> {
        let mut buffer = [0_u8; 8192];
        let count = match pipe.read(&mut buffer) {
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(true),
            Err(error) => return Err(error),
        };
        self.stderr.extend_from_slice(buffer.get(..count).unwrap_or(&[]));
        if self.stderr.len() > 2 * STDERR_KEPT {
            self.stderr.drain(..self.stderr.len() - STDERR_KEPT);
        }
        Ok(count > 0)
    }
}
