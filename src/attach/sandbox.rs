//! The kernel's half, proved without a helper, a bridge or root: two taps on a bridge in namespaces of our own.

mod forbidden;
mod link;

use std::io::{self, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use nix::sched::{CloneFlags, unshare};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, fork, pipe};
use rustix::process::{Signal, set_parent_process_death_signal};
use serde::{Deserialize, Serialize};

use super::forwarding::{self, Count};
use super::frame::Token;
use crate::helper::run::Patience;
use crate::snapshot::Errno;
use link::Control;

pub use forbidden::forbidden_by;

/// The bridge inside; nothing outside can see it, so that any name would do.
pub const BRIDGE: &str = "br0";

/// How far the sandbox came.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Sandbox {
    /// Frames were sent.
    Sent {
        /// The first tap.
        tap: String,
        /// Frames written.
        sent: u32,
        /// Frames read.
        received: u32,
        /// Whether every one of them arrived.
        whole: bool,
    },
    /// A step failed.
    Failed {
        /// Which step.
        step: Step,
        /// Its error.
        errno: Errno,
    },
}

/// What the sandbox does, in its order.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Step {
    /// A user namespace and a network namespace.
    Namespaces,
    /// `open("/dev/net/tun")`.
    Open,
    /// Making the bridge.
    Bridge,
    /// Making the taps.
    Tap,
    /// Making the taps ports of the bridge.
    Port,
    /// Writing and reading frames.
    Frames,
}

/// Makes the namespaces in a child process, so that this process stays where it is.
///
/// # Errors
///
/// Where no pipe or process can be had.
pub fn run(token: Token, timeout: Duration) -> io::Result<Sandbox> {
    let deadline = Instant::now() + timeout;
    let (reader, writer) = pipe()?;
    #[allow(unsafe_code, reason = "namespaces are entered by a process of their own")]
    // SAFETY: this program has one thread, so that the child may do whatever its parent might.
    let fork = unsafe { fork() }?;
    match fork {
        ForkResult::Child => {
            drop(reader);
            let result = inside(token, deadline).unwrap_or_else(|failed| failed);
            let written = report(writer, &result);
            #[allow(unsafe_code, reason = "the child must not run what its parent registered for its own end")]
            // SAFETY: `_exit` ends the process and touches nothing of it.
            unsafe {
                nix::libc::_exit(i32::from(written.is_err()))
            }
        }
        ForkResult::Parent { child } => {
            drop(writer);
            let mut text = Vec::new();
            std::fs::File::from(reader).read_to_end(&mut text)?;
            waitpid(child, None)?;
            serde_json::from_slice(&text).map_err(io::Error::other)
        }
    }
}

fn report(writer: OwnedFd, result: &Sandbox) -> io::Result<()> {
    let text = serde_json::to_vec(result).map_err(io::Error::other)?;
    std::fs::File::from(writer).write_all(&text)
}

fn inside(token: Token, deadline: Instant) -> Result<Sandbox, Sandbox> {
    let at = |step| {
        move |error: io::Error| Sandbox::Failed { step, errno: Errno(error.raw_os_error().unwrap_or(nix::libc::EIO)) }
    };
    unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNET)
        .map_err(io::Error::from)
        .map_err(at(Step::Namespaces))?;
    // A new user namespace resets this, so that it cannot stand before.
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(io::Error::from).map_err(at(Step::Namespaces))?;
    let devices = [link::open_tun().map_err(at(Step::Open))?, link::open_tun().map_err(at(Step::Open))?];
    let control = Control::open().map_err(at(Step::Bridge))?;
    control.add_bridge(BRIDGE).map_err(at(Step::Bridge))?;
    control.up(BRIDGE).map_err(at(Step::Bridge))?;
    let [first, second] = devices.map(link::make_tap);
    let taps = [first.map_err(at(Step::Tap))?, second.map_err(at(Step::Tap))?];
    for tap in &taps {
        control.add_port(BRIDGE, tap.name()).map_err(at(Step::Port))?;
        control.up(tap.name()).map_err(at(Step::Port))?;
    }
    let [first, second] = &taps;
    let patience = Patience { deadline, interrupt: None };
    let (count, lost) = forwarding::prove([first, second], token, patience).map_err(at(Step::Frames))?;
    let Count { sent, received } = count;
    Ok(Sandbox::Sent { tap: first.name().to_owned(), sent, received, whole: lost.is_none() })
}
