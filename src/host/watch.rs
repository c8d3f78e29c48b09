//! Waiting for a change of anything that the answer depends on, without looking again and again.
//!
//! Links, addresses, forwarding and, for root, nftables tell of themselves over netlink, mounts over `mountinfo`, files
//! over inotify, the end of a process over its descriptor. Other sysctls, the rules of the old iptables, and what this
//! process may not watch tell of nothing: after [`SLOW`] one looks again in any case.

mod events;
mod files;
mod paths;
mod way;

use std::fs::File;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use self::events::Events;
use self::files::Files;
use super::Request;
use super::error::Error;
use super::proc::Proc;
use crate::snapshot::Snapshot;

/// After this long one looks again, for the sake of what tells of nothing.
const SLOW: Duration = Duration::from_secs(30);

/// The same where no file can be watched at all, or the network tells of nothing.
const BLIND: Duration = Duration::from_secs(1);

/// Between two looks lie this many times the length of a look, so that a storm of changes costs little.
const REST: u32 = 4;
const SHORTEST_REST: Duration = Duration::from_millis(10);
const LONGEST_REST: Duration = Duration::from_millis(50);

/// After a look that met something new to watch, another one is needed; something moves without end after so many.
const MOST_LOOKS: usize = 5;

/// Why a wait ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Wake {
    /// Something changed, or it is time to look in any case.
    Look,
    /// The time is over.
    Over,
    /// A signal asks for the end.
    Interrupted,
    /// The process in question has ended.
    ProcessEnded,
    /// Nobody reads any more.
    ReaderGone,
}

/// A subscription to every change of this host, or of what a process sees of it.
#[derive(Debug)]
pub struct Watch {
    events: Events,
    files: Files,
    mounts: Option<File>,
    process: Option<OwnedFd>,
    /// When the last look ended, and how long it took.
    looked: Option<(Instant, Duration)>,
}

impl Watch {
    /// Subscribes; whatever changes from here on is not missed.
    ///
    /// # Errors
    ///
    /// An [`Error`] where the process is not there or may not be watched; else that of the kernel.
    pub fn begin(pid: Option<u32>) -> anyhow::Result<Self> {
        let proc = Proc::open();
        let process = pid.map(descriptor).transpose()?.flatten();
        let place = pid.map_or_else(|| "self".to_owned(), |pid| pid.to_string());
        let root = pid.map_or_else(PathBuf::new, |pid| PathBuf::from(format!("/proc/{pid}/root")));
        Ok(Self {
            events: Events::subscribe(&proc, pid).context("the kernel does not tell of changes of the network")?,
            files: Files::new(root),
            mounts: proc.handle(&format!("{place}/mountinfo"), rustix::fs::OFlags::RDONLY).ok().map(File::from),
            process,
            looked: None,
        })
    }

    /// Collects, and watches every file that the answer depends on.
    ///
    /// What is watched from now on may have changed between the look and the watch, so one looks again.
    ///
    /// # Errors
    ///
    /// Those of [`super::collect`].
    pub fn look(&mut self, request: &Request) -> anyhow::Result<Snapshot> {
        let begun = Instant::now();
        let mut snapshot = match super::collect(request) {
            // The databases of users are watched in any case, so that one may wait for a user.
            Err(_) if self.files.follow(&paths::everywhere()) => super::collect(request)?,
            looked => looked?,
        };
        for _ in 1..MOST_LOOKS {
            if !self.files.follow(&paths::of(&snapshot)) {
                break;
            }
            snapshot = super::collect(request)?;
        }
        self.looked = Some((Instant::now(), begun.elapsed()));
        Ok(snapshot)
    }

    /// Sleeps until something changes; several changes at once are one.
    ///
    /// `interrupt` is readable when the program should end, `reader` is what the answers are written to.
    ///
    /// # Errors
    ///
    /// That of the kernel.
    pub fn wait(
        &mut self,
        interrupt: BorrowedFd<'_>,
        reader: Option<BorrowedFd<'_>>,
        until: Option<Instant>,
    ) -> anyhow::Result<Wake> {
        let slow = Instant::now() + if self.files.is_blind() || self.events.is_blind() { BLIND } else { SLOW };
        let woken = loop {
            let next = until.map_or(slow, |until| until.min(slow));
            let slept = self.sleep(interrupt, reader, next, true)?;
            if let Some(wake) = slept.end {
                return Ok(wake);
            }
            let now = Instant::now();
            if self.take() || slept.mounts {
                break now;
            }
            if until.is_some_and(|until| now >= until) {
                return Ok(Wake::Over);
            }
            if now >= slow {
                return Ok(Wake::Look);
            }
            // Else something happened that the answer does not depend on.
        };
        let Some((ended, took)) = self.looked else { return Ok(Wake::Look) };
        let rested = ended + (took * REST).clamp(SHORTEST_REST, LONGEST_REST);
        if rested > woken {
            let rested = until.map_or(rested, |until| until.min(rested));
            if let Some(wake) = self.sleep(interrupt, reader, rested, false)?.end {
                return Ok(wake);
            }
            self.take();
        }
        Ok(Wake::Look)
    }

    /// Sleeps until the given instant, a change, or a reason to end.
    fn sleep(
        &self,
        interrupt: BorrowedFd<'_>,
        reader: Option<BorrowedFd<'_>>,
        until: Instant,
        changes: bool,
    ) -> anyhow::Result<Slept> {
        let mut awaited = vec![PollFd::new(interrupt, PollFlags::POLLIN)];
        let mut wakes = vec![Wake::Interrupted];
        if let Some(process) = &self.process {
            awaited.push(PollFd::new(process.as_fd(), PollFlags::POLLIN));
            wakes.push(Wake::ProcessEnded);
        }
        if let Some(reader) = reader {
            awaited.push(PollFd::new(reader, PollFlags::empty()));
            wakes.push(Wake::ReaderGone);
        }
        if changes {
            let readable = |descriptor| PollFd::new(descriptor, PollFlags::POLLIN);
            awaited.extend(self.events.descriptors().map(readable));
            awaited.extend(self.files.descriptor().map(readable));
            awaited.extend(self.mounts.as_ref().map(|mounts| PollFd::new(mounts.as_fd(), PollFlags::POLLPRI)));
        }
        loop {
            // Rounded up: a timeout that is too short would be a busy loop until the instant.
            let left = until.saturating_duration_since(Instant::now()) + Duration::from_micros(999);
            match poll(&mut awaited, PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX)) {
                Err(Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
                Ok(0) if Instant::now() < until => {}
                Ok(_) => break,
            }
        }
        let happened = |awaited: &PollFd<'_>| awaited.revents().is_some_and(|events| !events.is_empty());
        let end = awaited.iter().zip(&wakes).find(|(awaited, _)| happened(awaited)).map(|(_, wake)| *wake);
        // Asking is taking: the kernel says once that the mounts changed.
        let mounts = changes && self.mounts.is_some() && awaited.last().is_some_and(happened);
        Ok(Slept { end, mounts })
    }

    /// Takes every event that is there; true where the answer may depend on one of them.
    fn take(&mut self) -> bool {
        let network = self.events.take();
        self.files.take() || network
    }
}

/// What a sleep ended by, beside the queues that now have something to take.
struct Slept {
    /// A reason to end.
    end: Option<Wake>,
    /// The mounts changed.
    mounts: bool,
}

/// A descriptor that tells of the process's end; none on a kernel before 5.3, where the next look finds it gone.
fn descriptor(pid: u32) -> Result<Option<OwnedFd>, Error> {
    let number =
        i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw).ok_or(Error::NoSuchProcess { pid })?;
    match rustix::process::pidfd_open(number, rustix::process::PidfdFlags::empty()) {
        Ok(descriptor) => Ok(Some(descriptor)),
        Err(rustix::io::Errno::NOSYS) => Ok(None),
        Err(rustix::io::Errno::SRCH) => Err(Error::NoSuchProcess { pid }),
        Err(other) => Err(Error::ClosedProcess { pid, attempt: "wait for the end".to_owned(), errno: other.into() }),
    }
}
