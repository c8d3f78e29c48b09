//! `check --wait` and `check --watch` on hosts that change, in mount and network namespaces of their own.

mod doctor;
mod ends;
mod idle;
mod place;
#[path = "../common/untested.rs"]
mod untested;
mod wait;
mod watch;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if !nix::unistd::geteuid().is_root() {
        let said = untested::say("waiting for changes of a host", "only root can make them");
        return ExitCode::from(u8::from(said.is_err()));
    }
    let tests = [wait::TESTS, watch::TESTS, ends::TESTS, idle::TESTS].concat();
    let trial = |(name, test): (&'static str, fn())| Trial::test(name, move || apart(test));
    libtest_mimic::run(&arguments, tests.into_iter().map(trial).collect()).exit_code()
}

/// Runs a test in a thread that has a host to itself.
fn apart(test: fn()) -> Result<(), Failed> {
    let run = move || {
        place::enter();
        test();
    };
    std::thread::spawn(run).join().map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Failed::from(text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default())
    })
}
