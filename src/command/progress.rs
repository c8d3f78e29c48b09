//! A line on the terminal while something takes its time.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::attach::Stage;
use crate::snapshot::Rung;

/// A line on standard error; it vanishes with this value, and is not there where standard error is no terminal.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// Shows nothing yet.
    pub(super) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        Self(bar.with_style(ProgressStyle::default_spinner()))
    }

    /// Says what is waited for. Nothing moves meanwhile: waiting costs nothing.
    pub(super) fn say(&self, text: &str) {
        if self.0.is_hidden() {
            return;
        }
        if let Ok(still) = ProgressStyle::with_template("{wide_msg}") {
            self.0.set_style(still);
        }
        self.0.set_message(text.to_owned());
        self.0.tick();
    }

    /// Whether anybody sees it.
    pub(super) fn is_shown(&self) -> bool {
        !self.0.is_hidden()
    }

    /// Says how much of it is done.
    pub(super) fn count(&self, done: usize, all: usize) {
        self.say(&format!("judged {done} of {all} snapshots"));
    }

    /// Says what the end-to-end test is at.
    pub(super) fn show(&self, stage: Stage) {
        if self.0.is_hidden() {
            return;
        }
        self.0.enable_steady_tick(Duration::from_millis(100));
        self.0.set_message(match stage {
            Stage::Helper(Rung::Acl) => "running the helper: will it read the ACL?".to_owned(),
            Stage::Helper(Rung::Tun) => "running the helper: may it make a tap?".to_owned(),
            Stage::Helper(Rung::Bridge) => "running the helper".to_owned(),
            Stage::Ports { delay } => {
                format!("waiting for the ports to forward: the spanning tree takes {} s", delay.div_ceil(100))
            }
            Stage::Frames => "sending frames".to_owned(),
        });
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
