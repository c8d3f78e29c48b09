//! Starting the helper with nothing of ours but its socket.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use nix::libc;
use nix::sys::signal::SigSet;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use nix::unistd::{Gid, Uid, setgroups, setresgid, setresuid};

use super::Identity;
use crate::snapshot::Errno;

/// Where the kernel knows no `close_range` (before 5.11), descriptors up to this number are looked after.
const OLD_KERNEL_DESCRIPTORS: RawFd = 4096;

/// The child and our end of the socket, or the error of becoming the user or of `execve`.
pub(super) fn spawn(helper: &Path, bridge: &str, identity: &Identity) -> io::Result<Result<(Child, OwnedFd), Errno>> {
    let (ours, theirs) = socketpair(AddressFamily::Unix, SockType::Stream, None, SockFlag::SOCK_CLOEXEC)?;
    let image = Image::new(helper, bridge, &theirs)?;
    let mut command = Command::new(helper);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).process_group(0);
    let user = match identity {
        Identity::Own => None,
        Identity::User { uid, gid, groups } => {
            let groups = groups.iter().copied().map(Gid::from_raw).collect();
            Some(User { uid: Uid::from_raw(*uid), gid: Gid::from_raw(*gid), groups })
        }
    };
    let socket = theirs.as_raw_fd();
    let start = move || {
        // What we hold back must end the helper all the same.
        SigSet::empty().thread_set_mask()?;
        if let Some(user) = &user {
            user.become_it()?;
        }
        pass_only(socket)?;
        Err(image.execute())
    };
    #[allow(unsafe_code, reason = "credentials and descriptors are set between fork and execve")]
    // SAFETY: the closure makes system calls only, on data that was made before the fork.
    unsafe {
        command.pre_exec(start);
    }
    match command.spawn() {
        Ok(child) => Ok(Ok((child, ours))),
        Err(error) => match error.raw_os_error() {
            Some(number) => Ok(Err(Errno(number))),
            None => Err(error),
        },
    }
}

/// The program to become.
///
/// The standard library would call `execvp`, which hands a file that is no program to the shell; QEMU does not.
struct Image {
    path: CString,
    arguments: [CString; 4],
}

impl Image {
    fn new(helper: &Path, bridge: &str, socket: &OwnedFd) -> io::Result<Self> {
        let path = CString::new(helper.as_os_str().as_bytes())?;
        let bridge = CString::new(format!("--br={bridge}"))?;
        let socket = CString::new(format!("--fd={}", socket.as_raw_fd()))?;
        Ok(Self { arguments: [path.clone(), c"--use-vnet".to_owned(), bridge, socket], path })
    }

    /// Returns only where `execve` fails.
    fn execute(&self) -> io::Error {
        let [program, vnet, bridge, socket] = &self.arguments;
        let arguments = [program.as_ptr(), vnet.as_ptr(), bridge.as_ptr(), socket.as_ptr(), std::ptr::null()];
        let environment: [*const libc::c_char; 1] = [std::ptr::null()];
        #[allow(unsafe_code, reason = "execve takes arrays of pointers")]
        // SAFETY: every pointer is to a string of `self` or to an array above, and both arrays end with a null.
        unsafe {
            libc::execve(self.path.as_ptr(), arguments.as_ptr(), environment.as_ptr());
        }
        io::Error::last_os_error()
    }
}

/// Another user, with the groups in the form that the kernel takes: between fork and execve nothing may be allocated.
struct User {
    uid: Uid,
    gid: Gid,
    groups: Vec<Gid>,
}

impl User {
    /// Real, effective and saved identity; `setresuid` away from root takes every capability along.
    fn become_it(&self) -> io::Result<()> {
        setgroups(&self.groups)?;
        setresgid(self.gid, self.gid, self.gid)?;
        setresuid(self.uid, self.uid, self.uid)?;
        Ok(())
    }
}

/// Lets nothing but the socket survive `execve`: not even what our own parent left open.
#[allow(unsafe_code, reason = "descriptors that nobody here owns are changed by number")]
fn pass_only(socket: RawFd) -> io::Result<()> {
    const FIRST: RawFd = 3;
    const FLAG: libc::c_uint = libc::CLOSE_RANGE_CLOEXEC;
    // SAFETY: both calls take numbers only, and a number that is not open gives an error and nothing else.
    unsafe {
        if libc::syscall(libc::SYS_close_range, FIRST, libc::c_uint::MAX, FLAG) != 0 {
            for number in FIRST..OLD_KERNEL_DESCRIPTORS {
                libc::fcntl(number, libc::F_SETFD, libc::FD_CLOEXEC);
            }
        }
        if libc::fcntl(socket, libc::F_SETFD, 0) != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}
