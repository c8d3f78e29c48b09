//! A line on the terminal while something takes its time.

use std::io::{self, IsTerminal as _, Write as _};

use crate::attach::Stage;
use crate::report::text::{Charset, clipped};
use crate::snapshot::Rung;

/// Goes to the start of the line and takes away what stands there.
const CLEAR: &str = "\r\x1b[K";

/// Columns of a terminal that does not tell.
const USUAL_WIDTH: usize = 80;

/// A line on standard error; it vanishes with this value, and is not there where standard error is no terminal.
pub(super) struct Progress {
    shown: bool,
    said: bool,
}

impl Progress {
    /// Shows nothing yet.
    pub(super) fn new() -> Self {
        let is_plain = std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
        Self { shown: io::stderr().is_terminal() && !is_plain, said: false }
    }

    /// Whether anybody sees it.
    pub(super) fn is_shown(&self) -> bool {
        self.shown
    }

    /// Says what is waited for. Nothing moves meanwhile: waiting costs nothing.
    pub(super) fn say(&mut self, text: &str) {
        if !self.shown {
            return;
        }
        let width = terminal_size::terminal_size_of(io::stderr()).map_or(USUAL_WIDTH, |(width, _)| width.0.into());
        // A terminal goes on in a new line behind its last column, and that line would stay.
        let text = clipped(text, width.saturating_sub(1), Charset::Unicode);
        // Where nobody can see it, nothing is lost.
        let _ = write!(io::stderr().lock(), "{CLEAR}{text}");
        self.said = true;
    }

    /// Says how much of it is done.
    pub(super) fn count(&mut self, done: usize, all: usize) {
        self.say(&format!("judged {done} of {all} snapshots"));
    }

    /// Says what the end-to-end test is at.
    pub(super) fn show(&mut self, stage: Stage) {
        match stage {
            Stage::Helper(Rung::Acl) => self.say("running the helper: will it read the ACL?"),
            Stage::Helper(Rung::Tun) => self.say("running the helper: may it make a tap?"),
            Stage::Helper(Rung::Bridge) => self.say("running the helper"),
            Stage::Ports { delay } => {
                let seconds = delay.div_ceil(100);
                self.say(&format!("waiting for the ports to forward: the spanning tree takes {seconds} s"));
            }
            Stage::Frames => self.say("sending frames"),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.said {
            let _ = write!(io::stderr().lock(), "{CLEAR}");
        }
    }
}
