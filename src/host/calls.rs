//! Which of the helper's system calls a seccomp filter forbids to this process.
//!
//! Nobody can read a filter, but it has its say before the kernel looks at the arguments: a call with a descriptor that is
//! none, or without its data, fails in another way where it is not forbidden. A child makes the calls, for some filters
//! kill whoever makes one.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::ptr::null;

use nix::libc::{self, c_long};
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::ForkResult;

use crate::snapshot::{Call, Errno, RefusedCall};

/// A step of the helper, the call that it takes, and the error that the call has when nothing forbids it.
type Trial = (Call, fn() -> c_long, i32);

/// In the helper's own order.
const TRIALS: [Trial; 14] = [
    (Call::DropPrivileges, || call(libc::SYS_capget, [0; 3]), libc::EFAULT),
    (Call::DropPrivileges, || call(libc::SYS_capset, [0; 3]), libc::EFAULT),
    (Call::DropPrivileges, || call(libc::SYS_setresgid, [-1; 3]), 0),
    (Call::DropPrivileges, || call(libc::SYS_setresuid, [-1; 3]), 0),
    (Call::MakeSocket, || call(libc::SYS_socket, [libc::AF_INET.into(), libc::SOCK_STREAM.into(), 0]), 0),
    (Call::CreateTap, || control(TUNSETIFF), libc::EBADF),
    (Call::GetMtu, || control(libc::SIOCGIFMTU as c_long), libc::EBADF),
    (Call::SetMtu, || control(libc::SIOCSIFMTU as c_long), libc::EBADF),
    (Call::GetAddress, || control(libc::SIOCGIFHWADDR as c_long), libc::EBADF),
    (Call::SetAddress, || control(libc::SIOCSIFHWADDR as c_long), libc::EBADF),
    (Call::AddPort, || control(SIOCBRADDIF), libc::EBADF),
    (Call::GetFlags, || control(libc::SIOCGIFFLAGS as c_long), libc::EBADF),
    (Call::SetFlags, || control(libc::SIOCSIFFLAGS as c_long), libc::EBADF),
    (Call::SendDescriptor, || call(libc::SYS_sendmsg, [-1, 0, 0]), libc::EBADF),
];

const TUNSETIFF: c_long = libc::TUNSETIFF as c_long;
const SIOCBRADDIF: c_long = 0x89a2;

/// The calls that are refused, each once, in the helper's order.
pub(super) fn refused() -> Vec<RefusedCall> {
    let mut refused: Vec<RefusedCall> = Vec::new();
    let mut left = &TRIALS[..];
    while let Some((errors, killed)) = make(left) {
        let tried = left.iter().zip(errors.iter().map(|errno| Some(Errno(*errno))).chain([None]));
        let count = errors.len() + usize::from(killed);
        for ((call, _, usual), errno) in tried.take(count) {
            if errno != Some(Errno(*usual)) && refused.iter().all(|known| known.call != *call) {
                refused.push(RefusedCall { call: *call, errno });
            }
        }
        left = left.get(count..).unwrap_or_default();
        if left.is_empty() || !killed {
            break;
        }
    }
    refused
}

/// The errors of these calls as far as one was not deadly, and whether the next one was; none where nobody can try.
#[allow(unsafe_code, reason = "fork")]
fn make(trials: &[Trial]) -> Option<(Vec<i32>, bool)> {
    let (read, write) = nix::unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).ok()?;
    // SAFETY: the child makes system calls only, takes no lock of this program, and leaves by _exit.
    match unsafe { nix::unistd::fork() }.ok()? {
        ForkResult::Child => {
            drop(read);
            report(trials, write);
            // SAFETY: it never returns; nothing of this copy of the program must run to its end.
            unsafe { libc::_exit(0) }
        }
        ForkResult::Parent { child } => {
            drop(write);
            let mut answers = Vec::new();
            let heard = File::from(read).read_to_end(&mut answers);
            let ended = waitpid(child, None).ok()?;
            heard.ok()?;
            let numbers = answers.chunks_exact(4).filter_map(|bytes| Some(i32::from_ne_bytes(bytes.try_into().ok()?)));
            Some((numbers.collect(), matches!(ended, WaitStatus::Signaled(_, Signal::SIGSYS, _))))
        }
    }
}

fn report(trials: &[Trial], write: OwnedFd) {
    // Whoever is killed for a call leaves no memory behind.
    let _ = setrlimit(Resource::RLIMIT_CORE, 0, 0);
    let mut write = File::from(write);
    for (_, make, _) in trials {
        let errno = if make() < 0 { nix::errno::Errno::last_raw() } else { 0 };
        if write.write_all(&errno.to_ne_bytes()).is_err() {
            return;
        }
    }
}

fn control(request: c_long) -> c_long {
    call(libc::SYS_ioctl, [-1, request, 0])
}

#[allow(unsafe_code, reason = "the crates make no calls that are meant to fail")]
fn call(number: c_long, [first, second, third]: [c_long; 3]) -> c_long {
    // SAFETY: every call above has no memory to read or write: its descriptor is none, its pointer is null, or it takes
    // numbers only. A socket that is made ends with the child.
    unsafe { libc::syscall(number, first, second, third, null::<u8>()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_refused_where_there_is_no_filter() {
        if matches!(rustix::thread::secure_computing_mode(), Ok(rustix::thread::SecureComputingMode::Disabled)) {
            assert_eq!(refused(), []);
        }
    }
}
