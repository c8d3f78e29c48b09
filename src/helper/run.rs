//! Running the real helper as QEMU and libvirt do, and receiving its descriptor.

mod receive;
mod spawn;

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::snapshot::End;
use receive::Received;

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

/// How long to wait, and what ends the wait before that.
#[derive(Clone, Copy, Debug)]
pub struct Patience<'a> {
    /// The end of the wait.
    pub deadline: Instant,
    /// Readable once the user wants no more.
    pub interrupt: Option<BorrowedFd<'a>>,
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

impl Run {
    /// The last line of standard error that is not empty, lossily as text.
    pub fn last_line(&self) -> Option<String> {
        let line = self.stderr.split(|byte| *byte == b'\n').rfind(|line| !line.is_empty())?;
        Some(String::from_utf8_lossy(line).into_owned())
    }
}

/// Runs `helper` for `bridge` and waits for it as long as the patience lasts.
///
/// # Errors
///
/// [`io::ErrorKind::Interrupted`] where the user wants no more; others where the machine has no descriptors or processes
/// left. A helper that does not start is not an error, but [`End::NotStarted`].
pub fn run(helper: &Path, bridge: &str, identity: &Identity, patience: Patience<'_>) -> io::Result<Run> {
    let (child, socket) = match spawn::spawn(helper, bridge, identity)? {
        Ok(started) => started,
        Err(errno) => return Ok(Run { end: End::NotStarted(errno), stderr: Vec::new(), descriptors: Vec::new() }),
    };
    let mut group = Group { leader: child };
    let mut received = Received::default();
    let ended_in_time = collect(&mut received, &mut group.leader, &socket, patience)?;
    // Until the leader is waited for, its number belongs to this group; what it left running ends here.
    group.kill();
    let status = group.leader.wait()?;
    let end = match (ended_in_time, status.code()) {
        (false, _) => End::TimedOut,
        (true, Some(code)) => End::Exited(code),
        (true, None) => End::Signalled(status.signal().unwrap_or(0)),
    };
    Ok(Run { end, stderr: received.stderr, descriptors: received.descriptors })
}

/// Waits until this descriptor is readable, at most as long as the patience lasts; false where it is not.
///
/// # Errors
///
/// [`io::ErrorKind::Interrupted`] where the user wants no more.
pub fn wait_for(descriptor: BorrowedFd<'_>, patience: Patience<'_>) -> io::Result<bool> {
    ready(&[descriptor], patience).map(|ready| !ready.is_empty())
}

/// The helper's process group: it ends with this value, whatever happens in between.
struct Group {
    leader: Child,
}

impl Group {
    fn kill(&self) {
        if let Ok(id) = i32::try_from(self.leader.id()) {
            // It may have ended by itself: then there is nothing to kill.
            let _ = killpg(Pid::from_raw(id), Signal::SIGKILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Ok(None) = self.leader.try_wait() {
            self.kill();
            // The signal cannot be refused, and without this the process would stay in the table.
            let _ = self.leader.wait();
        }
    }
}

/// Reads both channels until the helper has ended; false where the patience ended first.
fn collect(received: &mut Received, child: &mut Child, socket: &OwnedFd, patience: Patience<'_>) -> io::Result<bool> {
    let mut stderr = child.stderr.take();
    let process = rustix::process::pidfd_open(pid_of(child)?, rustix::process::PidfdFlags::empty())?;
    let mut socket_open = true;
    loop {
        let mut waited_for = vec![process.as_fd()];
        waited_for.extend(socket_open.then(|| socket.as_fd()));
        waited_for.extend(stderr.as_ref().map(AsFd::as_fd));
        let ready = ready(&waited_for, patience)?;
        // Without the clock a helper that never stops to write would never be out of time.
        if ready.is_empty() || Instant::now() >= patience.deadline {
            return Ok(false);
        }
        if ready.contains(&socket.as_raw_fd()) {
            socket_open = received.message(socket)?;
        }
        if let Some(pipe) = &mut stderr
            && ready.contains(&pipe.as_raw_fd())
            && !received.text(pipe)?
        {
            stderr = None;
        }
        // What it wrote before its end has been read by now.
        if ready == [process.as_raw_fd()] {
            return Ok(true);
        }
    }
}

/// Those of the descriptors that are readable or at their end; none where the patience is at its own.
fn ready(descriptors: &[BorrowedFd<'_>], patience: Patience<'_>) -> io::Result<Vec<RawFd>> {
    loop {
        let left = patience.deadline.saturating_duration_since(Instant::now());
        let waited_for = descriptors.iter().chain(&patience.interrupt);
        let mut polled: Vec<PollFd<'_>> = waited_for.map(|fd| PollFd::new(*fd, PollFlags::POLLIN)).collect();
        match poll(&mut polled, timeout(left)) {
            Ok(_) | Err(nix::errno::Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        let is_ready = |entry: &&PollFd<'_>| entry.any().unwrap_or(false);
        let ready: Vec<RawFd> = polled.iter().filter(is_ready).map(|entry| entry.as_fd().as_raw_fd()).collect();
        if patience.interrupt.is_some_and(|interrupt| ready.contains(&interrupt.as_raw_fd())) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        if !ready.is_empty() || left.is_zero() {
            return Ok(ready);
        }
    }
}

fn pid_of(child: &Child) -> io::Result<rustix::process::Pid> {
    let raw = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    raw.ok_or_else(|| io::Error::other("the helper has no process id"))
}

/// In whole milliseconds, rounded up: a last look that comes too early would only be repeated.
fn timeout(left: Duration) -> PollTimeout {
    let milliseconds = left.as_micros().div_ceil(1000).min(60_000);
    u16::try_from(milliseconds).map_or(PollTimeout::MAX, PollTimeout::from)
}
