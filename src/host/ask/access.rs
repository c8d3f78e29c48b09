//! The kernel's own check of rights: `faccessat2` with the effective identity.

use std::ffi::CString;
use std::os::fd::{AsRawFd as _, BorrowedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use nix::libc;
use rustix::fs::{Access, AtFlags, CWD, OFlags};

use super::super::root::open_inside;
use crate::snapshot::{Answer, Errno};

/// What is asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in super::super) enum Want {
    /// To execute the file.
    Execute,
    /// To read it.
    Read,
    /// To search the directory.
    Search,
    /// To read and write a device.
    Device,
}

impl Want {
    const ALL: [Self; 4] = [Self::Execute, Self::Read, Self::Search, Self::Device];

    /// A byte for it, for the process that answers.
    pub(super) fn to_byte(self) -> u8 {
        self as u8
    }

    /// The question behind a byte.
    pub(super) fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|want| want.to_byte() == byte)
    }

    /// The bits of `access(2)`: 4 read, 2 write, 1 execute or search.
    pub(super) fn bits(self) -> u32 {
        match self {
            Self::Execute | Self::Search => 1,
            Self::Read => 4,
            Self::Device => 6,
        }
    }
}

/// Asks with the effective identity of this process.
pub(super) fn ask(tree: Option<BorrowedFd<'_>>, path: &Path, want: Want) -> Answer {
    let asked = match tree {
        None => live(path, want),
        Some(tree) => open_inside(tree, path, OFlags::PATH | OFlags::CLOEXEC)
            .and_then(|handle| faccessat2(handle.as_raw_fd(), Path::new(""), want, libc::AT_EMPTY_PATH)),
    };
    asked.map_or_else(Answer::No, |()| Answer::Yes)
}

fn live(path: &Path, want: Want) -> Result<(), Errno> {
    match faccessat2(libc::AT_FDCWD, path, want, 0) {
        // Kernels before 5.8, and sandboxes that refuse what they do not know: the older call knows the real identity
        // only. Where it was a file that was refused, it says so again.
        Err(Errno(libc::ENOSYS | libc::EPERM)) => {
            let flags = if is_undivided() { AtFlags::empty() } else { AtFlags::EACCESS };
            Ok(rustix::fs::accessat(CWD, path, Access::from_bits_truncate(want.bits()), flags)?)
        }
        asked => asked,
    }
}

/// Whether the real identity is the effective one: then the older call, which knows no flags, will do.
fn is_undivided() -> bool {
    use rustix::process::{getegid, geteuid, getgid, getuid};
    getuid() == geteuid() && getgid() == getegid()
}

/// The crates refuse `AT_EMPTY_PATH` here, without which a handle cannot be asked about.
#[allow(unsafe_code, reason = "no crate wraps faccessat2 with AT_EMPTY_PATH")]
fn faccessat2(at: i32, path: &Path, want: Want, flags: i32) -> Result<(), Errno> {
    let path = CString::new(path.as_os_str().as_bytes()).map_err(|_| Errno::ENOENT)?;
    // SAFETY: the call reads the path, which ends with NUL and lives until it returns, and writes nothing.
    let result =
        unsafe { libc::syscall(libc::SYS_faccessat2, at, path.as_ptr(), want.bits(), flags | libc::AT_EACCESS) };
    if result == 0 { Ok(()) } else { Err(std::io::Error::last_os_error().into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_survives_the_byte() {
        for want in Want::ALL {
            assert_eq!(Want::from_byte(want.to_byte()), Some(want));
        }
        assert_eq!(Want::from_byte(200), None);
    }

    #[test]
    fn the_kernel_answers() {
        assert_eq!(ask(None, Path::new("/"), Want::Search), Answer::Yes);
        assert_eq!(ask(None, Path::new("/no such file"), Want::Read), Answer::No(Errno::ENOENT));
    }
}
