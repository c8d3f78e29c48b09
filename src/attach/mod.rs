//! The end-to-end test: the real helper is run as QEMU would run it, and frames go through the taps it hands over.
//!
//! Nothing stays behind: a tap vanishes with its descriptor, and a helper is ended with its whole process group.

mod forwarding;
mod frame;
mod ladder;
mod pair;
pub mod sandbox;
mod silent;
mod tap;

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::Path;
use std::time::{Duration, Instant};

pub use frame::{Token, token};
pub use ladder::{Ladder, ladder};

use crate::helper::run::{self, Identity, Patience, Run};
use crate::snapshot::{Chain, End, Errno, Fact, Firewall, Frames, Link, Rung, Sent, Trial};
use tap::Tap;

/// What the test asks of the machine besides the helper and its taps: `host/` answers.
pub trait Eyes {
    /// The interface of this name, as the kernel has it now.
    ///
    /// # Errors
    ///
    /// That of the kernel, where it does not answer.
    fn link(&self, name: &str) -> Result<Option<Link>, Errno>;

    /// The chains of the bridge family that drop frames.
    fn bridge_chains(&self) -> Fact<Vec<Chain>>;
}

/// What is to be tried.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// The helper.
    pub helper: &'a Path,
    /// The bridge.
    pub bridge: &'a str,
    /// Whose virtual machine it would be.
    pub identity: &'a Identity,
    /// What marks the frames.
    pub token: Token,
    /// How long one run of the helper, and the wait for the ports, may take.
    pub timeout: Duration,
    /// Readable once the user wants no more.
    pub interrupt: Option<BorrowedFd<'a>>,
    /// What is known of the IP filters.
    pub firewall: &'a Firewall,
}

/// What the test is at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// The helper runs.
    Helper(Rung),
    /// The ports do not forward yet: the spanning tree takes this long with a new port, in hundredths of a second.
    Ports {
        /// Twice the forward delay.
        delay: u32,
    },
    /// Frames are on their way.
    Frames,
}

/// Climbs the ladder, and at its top attaches two taps and sends frames between them.
///
/// # Errors
///
/// [`io::ErrorKind::Interrupted`] where the user wants no more; others where the machine lacks descriptors or
/// processes, or a tap fails in a way that no frame explains.
pub fn run(attempt: &Attempt<'_>, ladder: &Ladder, eyes: &dyn Eyes, watch: &mut dyn FnMut(Stage)) -> io::Result<Trial> {
    let started = Instant::now();
    let mut trial = climb(attempt, ladder, eyes, watch)?;
    trial.seconds = started.elapsed().as_secs_f64();
    Ok(trial)
}

fn climb(attempt: &Attempt<'_>, ladder: &Ladder, eyes: &dyn Eyes, watch: &mut dyn FnMut(Stage)) -> io::Result<Trial> {
    for (rung, name) in ladder.rungs() {
        watch(Stage::Helper(rung));
        let run = attempt.run(name)?;
        if !ladder::passes(rung, name, &run) {
            return Ok(attempt.trial(rung, &run));
        }
    }
    watch(Stage::Helper(Rung::Bridge));
    let mut run = attempt.run(attempt.bridge)?;
    let mut trial = attempt.trial(Rung::Bridge, &run);
    match only_tap(std::mem::take(&mut run.descriptors)) {
        Ok(tap) if run.end == End::Exited(0) => pair::test(attempt, tap, eyes, watch, &mut trial)?,
        Ok(tap) => trial.sent = Sent::Tap(Box::new(pair::describe(&tap, attempt.bridge, eyes))),
        Err(sent) => trial.sent = sent,
    }
    Ok(trial)
}

impl Attempt<'_> {
    fn run(&self, bridge: &str) -> io::Result<Run> {
        run::run(self.helper, bridge, self.identity, self.patience())
    }

    /// From now on, as long as one step may take.
    fn patience(&self) -> Patience<'_> {
        Patience { deadline: Instant::now() + self.timeout, interrupt: self.interrupt }
    }

    /// A trial that ends with this run, before anything is known of what it sent.
    fn trial(&self, reached: Rung, run: &Run) -> Trial {
        Trial {
            bridge: self.bridge.to_owned(),
            reached,
            end: run.end,
            stderr: run.last_line(),
            sent: Sent::Nothing,
            frames: Frames::NotSent,
            left_behind: Vec::new(),
            seconds: 0.0,
        }
    }
}

/// The tap, where one descriptor came and it is one.
fn only_tap(descriptors: Vec<OwnedFd>) -> Result<Tap, Sent> {
    let count = descriptors.len();
    let mut descriptors = descriptors.into_iter();
    match (descriptors.next(), count) {
        (None, _) => Err(Sent::Nothing),
        (Some(descriptor), 1) => Tap::from_descriptor(descriptor)
            .map_err(|error| Sent::NoTap(Errno(error.raw_os_error().unwrap_or(nix::libc::EINVAL)))),
        (Some(_), many) => Err(Sent::Several(u32::try_from(many).unwrap_or(u32::MAX))),
    }
}
