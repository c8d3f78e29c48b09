//! Starting the helper with nothing of ours but its socket.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use nix::libc;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use nix::unistd::{Gid, Uid, setgroups, setresgid, setresuid};

use super::Identity;
use crate::snapshot::Errno;

/// Where the kernel knows no `close_range` (before 5.11), descriptors up to this number are looked after.
const OLD_KERNEL_DESCRIPTORS: RawFd = 4096;

/// The child and our end of the socket, or the error of becoming the user or of `execve`.
pub(super) fn spawn(helper: &Path, bridge: &str, identity: &Identity) -> io::Result<Result<(Child, OwnedFd), Errno>> {
    let (ours, theirs) = socketpair(AddressFamily::Unix, SockType::Stream, None, SockFlag::SOCK_CLOEXEC)?;
    let socket = theirs.as_raw_fd();
    let mut command = Command::new(helper);
    command
        .args(["--use-vnet".to_owned(), format!("--br={bridge}"), format!("--fd={socket}")])
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .process_group(0);
    let identity = identity.clone();
    #[allow(unsafe_code, reason = "credentials and descriptors are set between fork and execve")]
    // SAFETY: the closure makes system calls only, and allocates nothing: its data was made before the fork.
    unsafe {
        command.pre_exec(move || prepare(&identity, socket));
    }
    match command.spawn() {
        Ok(child) => Ok(Ok((child, ours))),
        Err(error) => match error.raw_os_error() {
            Some(number) => Ok(Err(Errno(number))),
            None => Err(error),
        },
    }
}

fn prepare(identity: &Identity, socket: RawFd) -> io::Result<()> {
    if let Identity::User { uid, gid, groups } = identity {
        become_user(*uid, *gid, groups)?;
    }
    pass_only(socket)
}

/// Real, effective and saved identity; `setresuid` away from root takes every capability along.
fn become_user(uid: u32, gid: u32, groups: &[u32]) -> io::Result<()> {
    let mut list = [Gid::from_raw(0); 64];
    if let Some(filled) = list.get_mut(..groups.len()) {
        for (slot, group) in filled.iter_mut().zip(groups) {
            *slot = Gid::from_raw(*group);
        }
        setgroups(filled)?;
    } else {
        // More groups than fit on the stack: an allocation after fork is safe here, as this process has one thread.
        let all: Vec<Gid> = groups.iter().map(|group| Gid::from_raw(*group)).collect();
        setgroups(&all)?;
    }
    let (user, group) = (Uid::from_raw(uid), Gid::from_raw(gid));
    setresgid(group, group, group)?;
    setresuid(user, user, user)?;
    Ok(())
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
