//! Whole answers: a bare container, two faults at once.

use libtest_mimic::{Failed, Trial};
use rustix::thread::CapabilitySet;

use crate::doctor;
use crate::oracle;
use crate::sandbox::{Credentials, Sandbox, files, run};
use crate::state::State;
use crate::tally::agrees;

/// The trials.
pub fn trials() -> Vec<Trial> {
    vec![
        super::trial("a bare container is told what to install", bare),
        super::trial("two faults are both named the first time", two_faults),
        super::trial("a capability that the helper loses opens nothing", lost_on_the_way),
        super::trial("alice cannot answer for a stranger", for_a_stranger),
    ]
}

fn bare(sandbox: &Sandbox) -> Result<(), Failed> {
    sandbox.realise(&State::parse("helper:missing,acl:no-directory,tun:missing,bridge:another-namespace")?)?;
    std::fs::remove_file("/etc/os-release")?;
    files::write("/etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n", 0o644)?;
    let mut doctor = doctor::command(crate::sandbox::place::DOCTOR);
    doctor.env_clear().env("PATH", "").arg("check");
    Credentials::ALICE.put_on(&mut doctor, &sandbox.namespaces)?;
    let answer = doctor::answer(&run(&mut doctor, doctor::LIMIT)?)?;
    let useful = answer.stdout.contains("qemu-system-common") && answer.stdout.contains("helper-path");
    if answer.exit == 1 && useful && answer.stderr.is_empty() {
        Ok(())
    } else {
        Err(Failed::from(format!("exit {}\n{}{}", answer.exit, answer.stdout, answer.stderr)))
    }
}

fn two_faults(sandbox: &Sandbox) -> Result<(), Failed> {
    let state = State::parse("helper:0755,acl:missing")?;
    sandbox.realise(&state)?;
    let report = doctor::asked_by_user(sandbox, &state)?;
    let mut named = report.root_causes();
    named.sort_unstable();
    if named == ["acl-missing", "helper-not-setuid"] { Ok(()) } else { Err(Failed::from(format!("{named:?}"))) }
}

/// A privileged file takes the ambient capabilities away, by which the process itself could open the device.
fn lost_on_the_way(sandbox: &Sandbox) -> Result<(), Failed> {
    let state = State::parse("tun:0600")?;
    sandbox.realise(&state)?;
    let ambient = CapabilitySet::NET_ADMIN | CapabilitySet::DAC_OVERRIDE;
    let credentials = Credentials { ambient, ..Credentials::ALICE };
    let helper = oracle::ask_as(sandbox, credentials, state.bridge())?;
    let report = doctor::call(sandbox, credentials, doctor::check(&state))?.report()?;
    agrees(&report, &helper)?;
    match report.root_causes().as_slice() {
        ["tun-device-permission"] => Ok(()),
        other => Err(Failed::from(format!("{other:?}"))),
    }
}

/// What only root can see is unknown to Alice, and she is told who can.
fn for_a_stranger(sandbox: &Sandbox) -> Result<(), Failed> {
    let state = State::healthy();
    sandbox.realise(&state)?;
    let arguments = doctor::check(&state).into_iter().chain(["--user", "stranger"].map(str::to_owned));
    let answer = doctor::call(sandbox, Credentials::ALICE, arguments)?;
    let report = answer.report()?;
    let unknown = report.checks("unknown");
    if report.exit == 3 && !unknown.is_empty() && answer.stdout.contains("sudo") {
        Ok(())
    } else {
        Err(Failed::from(format!("exit {}, unknown {unknown:?}", report.exit)))
    }
}
