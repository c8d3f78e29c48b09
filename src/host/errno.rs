//! The errors of the crates that ask the kernel, by their numbers.

use std::io;

use nix::libc;

use crate::snapshot::Errno;

impl From<rustix::io::Errno> for Errno {
    fn from(error: rustix::io::Errno) -> Self {
        Self(error.raw_os_error())
    }
}

impl From<nix::errno::Errno> for Errno {
    fn from(error: nix::errno::Errno) -> Self {
        Self(error as i32)
    }
}

/// Where the standard library itself gave up, and not the kernel, it is an error of input or output.
impl From<io::Error> for Errno {
    fn from(error: io::Error) -> Self {
        Self(error.raw_os_error().unwrap_or(libc::EIO))
    }
}
