//! A process that became another identity and answers questions about files.

use std::io::{IoSlice, IoSliceMut};
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use nix::libc;
use nix::sys::socket::{self, AddressFamily, MsgFlags, SockFlag, SockType};
use nix::unistd::{ForkResult, Pid};
use rustix::thread::{CapabilitySet, CapabilitySets, LinkNameSpaceType};

use super::access::{self, Want};
use crate::host::identity::Identity;
use crate::host::root::Root;
use crate::snapshot::{Answer, Errno};

/// The longest question: a path of `PATH_MAX` and a byte for what is wanted of it.
const LONGEST: usize = 4097;

/// The other process. It ends when this value is dropped.
pub(in super::super) struct Eyes {
    line: Option<OwnedFd>,
    process: Pid,
}

impl Eyes {
    /// Forks a process and lets it become the identity. It executes nothing and opens nothing.
    #[allow(unsafe_code, reason = "fork")]
    pub(super) fn open(root: &Root, identity: &Identity, user_namespace: Option<&OwnedFd>) -> Result<Self, Errno> {
        let (ours, theirs) =
            socket::socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC)?;
        // SAFETY: the child calls the kernel and glibc's allocator, which works after fork, takes no lock of this
        // program, and leaves by _exit.
        match unsafe { nix::unistd::fork() }? {
            ForkResult::Child => {
                drop(ours);
                let ready = become_identity(identity, user_namespace);
                let went = match ready {
                    Ok(()) => reply(&theirs, 0),
                    Err(errno) => reply(&theirs, errno.0).and(Err(errno)),
                };
                if went.is_ok() {
                    serve(&theirs, root);
                }
                // SAFETY: it never returns; nothing of this copy of the program must run to its end.
                unsafe { libc::_exit(0) }
            }
            ForkResult::Parent { child } => {
                drop(theirs);
                let eyes = Self { line: Some(ours), process: child };
                match eyes.hear()? {
                    0 => Ok(eyes),
                    errno => Err(Errno(errno)),
                }
            }
        }
    }

    /// Puts one question.
    pub(super) fn ask(&self, path: &Path, want: Want) -> Result<Answer, Errno> {
        let path = path.as_os_str().as_bytes();
        if path.len() >= LONGEST {
            return Ok(Answer::No(Errno::ENAMETOOLONG));
        }
        let line = self.line.as_ref().ok_or(Errno(libc::EBADF))?;
        let byte = [want.to_byte()];
        let question = [IoSlice::new(&byte), IoSlice::new(path)];
        socket::sendmsg::<()>(line.as_raw_fd(), &question, &[], MsgFlags::MSG_NOSIGNAL, None)?;
        Ok(match self.hear()? {
            0 => Answer::Yes,
            errno => Answer::No(Errno(errno)),
        })
    }

    fn hear(&self) -> Result<i32, Errno> {
        let line = self.line.as_ref().ok_or(Errno(libc::EBADF))?;
        let mut answer = [0; 4];
        let length = socket::recv(line.as_raw_fd(), &mut answer, MsgFlags::empty())?;
        if length == answer.len() { Ok(i32::from_le_bytes(answer)) } else { Err(Errno(libc::EBADF)) }
    }
}

impl Drop for Eyes {
    fn drop(&mut self) {
        // The other process ends when its line does; a copy of our end that a later fork inherited must not keep it.
        if let Some(line) = self.line.take() {
            let _ = socket::shutdown(line.as_raw_fd(), socket::Shutdown::Both);
        }
        let _ = nix::sys::wait::waitpid(self.process, None);
    }
}

fn serve(line: &OwnedFd, root: &Root) {
    let mut question = [0; LONGEST];
    loop {
        let mut parts = [IoSliceMut::new(&mut question)];
        let Ok(got) = socket::recvmsg::<()>(line.as_raw_fd(), &mut parts, None, MsgFlags::empty()) else { return };
        let length = got.bytes;
        let Some((byte, path)) = question.get(..length).and_then(<[u8]>::split_first) else { return };
        let Some(want) = Want::from_byte(*byte) else { return };
        let path = Path::new(std::ffi::OsStr::from_bytes(path));
        let errno = access::ask(root.tree(), path, want).errno().map_or(0, |errno| errno.0);
        if reply(line, errno).is_err() {
            return;
        }
    }
}

fn reply(line: &OwnedFd, errno: i32) -> Result<(), Errno> {
    socket::send(line.as_raw_fd(), &errno.to_le_bytes(), MsgFlags::MSG_NOSIGNAL)?;
    Ok(())
}

/// Takes the identity for good. The order matters: each step needs a right that a later one gives up.
fn become_identity(identity: &Identity, user_namespace: Option<&OwnedFd>) -> Result<(), Errno> {
    rustix::thread::set_keep_capabilities(true)?;
    let held = rustix::thread::capabilities(None)?.permitted;
    let groups: Vec<_> = identity.groups.iter().map(|&group| nix::unistd::Gid::from_raw(group)).collect();
    nix::unistd::setgroups(&groups)?;
    let gid = nix::unistd::Gid::from_raw(identity.gid);
    nix::unistd::setresgid(gid, gid, gid)?;
    let uid = nix::unistd::Uid::from_raw(identity.uid);
    nix::unistd::setresuid(uid, uid, uid)?;
    let mut keep = held;
    if let Some(namespace) = user_namespace {
        set_capabilities(held, held)?;
        rustix::thread::move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::User))?;
        keep = rustix::thread::capabilities(None)?.permitted;
    }
    let wanted = CapabilitySet::from_bits_retain(identity.capabilities) & keep;
    set_capabilities(wanted, wanted)?;
    // Only now: a change of identity clears it.
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    Ok(())
}

fn set_capabilities(effective: CapabilitySet, permitted: CapabilitySet) -> Result<(), Errno> {
    let sets = CapabilitySets { effective, permitted, inheritable: CapabilitySet::empty() };
    Ok(rustix::thread::set_capabilities(None, sets)?)
}
