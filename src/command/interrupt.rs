//! Ctrl-C, SIGTERM and their kin, held back until everything is put away.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

use super::failure::{Failure, reason};

/// The signals that ask a program to end, and the one that ends it where a file may grow no more (`ulimit -f`).
const ENDING: [Signal; 4] = [Signal::SIGHUP, Signal::SIGINT, Signal::SIGTERM, Signal::SIGXFSZ];

/// Holds the ending signals back for its lifetime, and is readable once one of them waits.
///
/// Unless it is taken, the signal stays in the queue: it ends the process when this value is dropped, as it would have
/// before.
#[derive(Debug)]
pub(super) struct Interrupt {
    descriptor: SignalFd,
    before: SigSet,
}

impl Interrupt {
    /// Begins to hold back, for this subcommand; it fails where the process has no descriptor left.
    pub(super) fn hold(command: &str) -> Result<Self, Failure> {
        Self::begin().map_err(|error| {
            let what = format!("signals cannot be held back: {}", reason(&error));
            Failure::internal(what, command, "free descriptors (`ulimit -n`)")
        })
    }

    /// The same for one who tells of errors of input and output.
    pub(super) fn begin() -> io::Result<Self> {
        let ending: SigSet = ENDING.into_iter().collect();
        let before = SigSet::thread_get_mask()?;
        ending.thread_block()?;
        match SignalFd::with_flags(&ending, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK) {
            Ok(descriptor) => Ok(Self { descriptor, before }),
            Err(error) => {
                before.thread_set_mask()?;
                Err(error.into())
            }
        }
    }

    /// Takes what waits from the queue: the caller ends by itself, and has something left to say.
    pub(super) fn take(&self) {
        while let Ok(Some(_)) = self.descriptor.read_signal() {}
    }

    /// Whether a signal waits.
    pub(super) fn is_waiting(&self) -> bool {
        let mut waiting = [PollFd::new(self.as_fd(), PollFlags::POLLIN)];
        poll(&mut waiting, PollTimeout::ZERO).is_ok_and(|ready| ready > 0)
    }
}

impl AsFd for Interrupt {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        // It fails for no mask that was once in force.
        let _ = self.before.thread_set_mask();
    }
}
