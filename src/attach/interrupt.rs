//! Ctrl-C, SIGTERM and their kin, held back until everything is put away.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

/// The signals that ask a program to end, and the one that ends it where a file may grow no more (`ulimit -f`).
const ENDING: [Signal; 4] = [Signal::SIGHUP, Signal::SIGINT, Signal::SIGTERM, Signal::SIGXFSZ];

/// Holds the ending signals back for its lifetime, and is readable once one of them waits.
///
/// Unless it is taken, the signal stays in the queue: it ends the process when this value is dropped, as it would have
/// before.
#[derive(Debug)]
pub struct Interrupt {
    descriptor: SignalFd,
    before: SigSet,
}

impl Interrupt {
    /// Begins to hold back.
    ///
    /// # Errors
    ///
    /// Where the process has no descriptor left.
    pub fn hold() -> io::Result<Self> {
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
    pub fn take(&self) {
        while let Ok(Some(_)) = self.descriptor.read_signal() {}
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
