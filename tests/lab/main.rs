//! The lab: host states in private mount and network namespaces, in which the real setuid helper is run as QEMU runs it
//! and compared with what bridge-doctor predicts. Nothing outside of the namespaces changes.
//!
//! A state is one value in each dimension (`dimension/`). To see one of them with everything that both sides say:
//!
//! ```text
//! LAB_ONLY=helper:0755,acl:missing cargo test --test lab
//! ```
//!
//! and `LAB_EVERY=7` looks at every seventh pair only. Values that are not named are the healthy ones. The lab needs root,
//! the helper where Debian has it, `ip` and `strace`; where one is missing it says so, and fails if `CI` or
//! `BRIDGE_DOCTOR_REQUIRE_LAB` is set.

#![allow(unreachable_pub, reason = "in a test program everything is private; `pub` marks what a module offers")]

mod dimension;
mod doctor;
mod evil;
mod independence;
mod oracle;
mod requirement;
mod sandbox;
mod state;
mod tally;
mod trial;
#[path = "../common/untested.rs"]
mod untested;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    if let Some(exit) = evil::play() {
        return exit;
    }
    heed_signals().expect("signals can be heeded");
    let arguments = Arguments::from_args();
    if let Some(reason) = requirement::missing()
        && requirement::complain(reason).unwrap_or(true)
    {
        return ExitCode::FAILURE;
    }
    libtest_mimic::run(&arguments, trials()).exit_code()
}

/// Under nohup, or behind a shell's `&`, every program that the lab starts would ignore them.
#[allow(unsafe_code, reason = "setting a signal's disposition is unsafe where the old one was a handler")]
fn heed_signals() -> nix::Result<()> {
    use nix::sys::signal::{SigHandler, Signal, signal};
    for heeded in [Signal::SIGHUP, Signal::SIGINT, Signal::SIGTERM] {
        // SAFETY: no handler was set before the first trial.
        unsafe { signal(heeded, SigHandler::SigDfl) }?;
    }
    Ok(())
}

fn trials() -> Vec<Trial> {
    if let Some(state) = std::env::var_os("LAB_ONLY") {
        return vec![trial::only::trial(state.to_string_lossy().into_owned())];
    }
    [
        trial::recorded::trials(),
        trial::single::trials(),
        trial::pairs::trials(),
        trial::asked_by_root::trials(),
        trial::offline::trials(),
        trial::readonly::trials(),
        trial::stale_view::trials(),
        trial::hostile_root::trials(),
        trial::bare::trials(),
        trial::attach::trials(),
        trial::explained::trials(),
        trial::fix::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
