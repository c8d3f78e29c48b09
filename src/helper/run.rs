//! Running the real helper as QEMU and libvirt do, and receiving its descriptor.

mod spawn;

use std::io::{ErrorKind, IoSliceMut, Read};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ChildStderr};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, killpg};
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg};
use nix::unistd::Pid;

use crate::snapshot::Errno;

/// Bytes of standard error that are kept; a helper that prints more is read on and forgotten.
const STDERR_KEPT: usize = 64 * 1024;
/// How many descriptors one message may carry before the rest is cut off by the kernel.
const DESCRIPTORS: usize = 16;

/// Whose identity the helper is started with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Identity {
    /// This process's own.
    Own,
    /// Another user's; only root can take it.
    User {
        /// The user.
        uid: u32,
        /// The primary group.
        gid: u32,
        /// Supplementary groups.
        groups: Vec<u32>,
    },
}

/// How a run ended, and what it left in our hands.
#[derive(Debug)]
pub struct Run {
    /// How it ended.
    pub end: End,
    /// What it printed on standard error: at most the last 64 KiB.
    pub stderr: Vec<u8>,
    /// The descriptors it sent. Each is closed when dropped, and a tap vanishes with its descriptor.
    pub descriptors: Vec<OwnedFd>,
}

/// How a run of the helper ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum End {
    /// `execve` failed, or becoming the user did.
    NotStarted(Errno),
    /// It exited with this status.
    Exited(i32),
    /// A signal ended it.
    Signalled(i32),
    /// It did not end in time, and its process group was killed.
    TimedOut,
}

impl Run {
    /// The last line of standard error that is not empty, lossily as text.
    pub fn last_line(&self) -> Option<String> {
        let line = self.stderr.split(|byte| *byte == b'\n').rfind(|line| !line.is_empty())?;
        Some(String::from_utf8_lossy(line).into_owned())
    }
}

/// Runs `helper` for `bridge` and waits for it, at most until `deadline`.
///
/// # Errors
///
/// Where the machine has no descriptors or processes left; a helper that does not start is not an error, but
/// [`End::NotStarted`].
pub fn run(helper: &Path, bridge: &str, identity: &Identity, deadline: Instant) -> std::io::Result<Run> {
    let (mut child, socket) = match spawn::spawn(helper, bridge, identity)? {
        Ok(started) => started,
        Err(errno) => return Ok(Run { end: End::NotStarted(errno), stderr: Vec::new(), descriptors: Vec::new() }),
    };
    let mut group = Group(Some(child.id()));
    let mut collected = Collected { stderr: Vec::new(), descriptors: Vec::new() };
    let ended_in_time = collected.collect(&mut child, &socket, deadline)?;
    if !ended_in_time {
        group.kill();
    }
    let status = child.wait()?;
    group.0 = None;
    let end = match (ended_in_time, status.code()) {
        (false, _) => End::TimedOut,
        (true, Some(code)) => End::Exited(code),
        (true, None) => End::Signalled(status.signal().unwrap_or(0)),
    };
    Ok(Run { end, stderr: collected.stderr, descriptors: collected.descriptors })
}

/// The helper's process group, killed when it is dropped before the helper was waited for.
struct Group(Option<u32>);

impl Group {
    fn kill(&self) {
        if let Some(id) = self.0.and_then(|id| i32::try_from(id).ok()) {
            // It may have ended by itself: then there is nothing to kill.
            let _ = killpg(Pid::from_raw(id), Signal::SIGKILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

struct Collected {
    stderr: Vec<u8>,
    descriptors: Vec<OwnedFd>,
}

impl Collected {
    /// Reads both channels until the helper has ended; false where the deadline came first.
    fn collect(&mut self, child: &mut Child, socket: &OwnedFd, deadline: Instant) -> std::io::Result<bool> {
        let mut stderr = child.stderr.take();
        let process = rustix::process::pidfd_open(pid_of(child)?, rustix::process::PidfdFlags::empty())?;
        let mut socket_open = true;
        loop {
            let mut polled = vec![PollFd::new(process.as_fd(), PollFlags::POLLIN)];
            if socket_open {
                polled.push(PollFd::new(socket.as_fd(), PollFlags::POLLIN));
            }
            if let Some(pipe) = &stderr {
                polled.push(PollFd::new(pipe.as_fd(), PollFlags::POLLIN));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(false);
            }
            match poll(&mut polled, timeout(left)) {
                Ok(_) | Err(nix::errno::Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
            }
            let ready: Vec<RawFd> = polled
                .iter()
                .filter(|entry| entry.any().unwrap_or(false))
                .map(|entry| entry.as_fd().as_raw_fd())
                .collect();
            if ready.contains(&socket.as_raw_fd()) {
                socket_open = self.receive(socket)?;
            }
            if let Some(pipe) = &mut stderr
                && ready.contains(&pipe.as_raw_fd())
                && !self.read_stderr(pipe)?
            {
                stderr = None;
            }
            if ready == [process.as_raw_fd()] {
                return Ok(true);
            }
        }
    }

    /// Takes one message; false at the end of the stream.
    fn receive(&mut self, socket: &OwnedFd) -> std::io::Result<bool> {
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
            }
        }
        Ok(message.bytes > 0)
    }

    /// Reads what is there; false at the end of the pipe.
    fn read_stderr(&mut self, pipe: &mut ChildStderr) -> std::io::Result<bool> {
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

fn pid_of(child: &Child) -> std::io::Result<rustix::process::Pid> {
    let raw = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    raw.ok_or_else(|| std::io::Error::other("the helper has no process id"))
}

fn timeout(left: Duration) -> PollTimeout {
    let milliseconds = left.as_millis().clamp(1, 60_000);
    PollTimeout::try_from(u32::try_from(milliseconds).unwrap_or(60_000)).unwrap_or(PollTimeout::MAX)
}
