//! However it ends, nothing is left of it: no tap, no process, no descriptor.

use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::os::unix::process::ExitStatusExt as _;

use super::impostors::impostor;
use super::tools::{attach, eventually, interfaces, json, open_to_all, processes_of, system};
use crate::doctor;
use crate::evil::Part;
use crate::sandbox::place::{DOCTOR, HELPER};
use crate::sandbox::{Credentials, Sandbox};
use crate::trial::trial;

const CYCLES: usize = 1_000;
const KILLS: u64 = 200;

/// The trials.
pub fn trials() -> Vec<Trial> {
    vec![
        trial("nothing is left of a thousand cycles", a_thousand_cycles),
        trial("nothing is left where it is killed at any moment", killed_at_any_moment),
        trial("nothing is left of a helper that hangs, after Ctrl-C and SIGTERM", interrupted),
        trial("two runs at once do not disturb each other", two_at_once),
    ]
}

fn a_thousand_cycles(sandbox: &Sandbox) -> Result<(), Failed> {
    open_to_all(sandbox)?;
    let before = interfaces()?;
    for _ in 0..CYCLES {
        let attached = attach(sandbox, &["--bridge=br0"])?;
        attached.demand(attached.exit == 0, "each cycle succeeds")?;
    }
    nothing_left(&before)
}

fn killed_at_any_moment(sandbox: &Sandbox) -> Result<(), Failed> {
    open_to_all(sandbox)?;
    let before = interfaces()?;
    // The quickest of some runs: on a busy machine the others only take longer, and are killed all the same.
    let mut whole = Duration::MAX;
    for _ in 0..5 {
        let started = Instant::now();
        attach(sandbox, &["--bridge=br0"])?;
        whole = whole.min(started.elapsed());
    }
    let mut killed = 0;
    for number in 0..KILLS {
        let mut doctor = start(sandbox, &["attach", "--bridge=br0"])?;
        // Steps that have no common measure with the run's own, over all of its length.
        sleep(whole.mul_f64((number * 61 % KILLS) as f64 / KILLS as f64));
        doctor.kill()?;
        killed += u32::from(doctor.wait()?.signal().is_some());
    }
    if killed < 100 {
        return Err(format!("only {killed} of {KILLS} were killed before they ended").into());
    }
    nothing_left(&before)
}

fn interrupted(sandbox: &Sandbox) -> Result<(), Failed> {
    open_to_all(sandbox)?;
    let before = interfaces()?;
    let helper = impostor(Part::Hangs)?;
    system("ip link add brslow up type bridge stp_state 1 forward_delay 500")?;
    let waits_for_helper = ["attach", "--bridge=br0", "--timeout=60s", &format!("--helper={helper}")];
    let waits_for_ports = ["attach", "--bridge=brslow", "--timeout=60s"];
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        for arguments in [&waits_for_helper[..], &waits_for_ports] {
            let mut doctor = start(sandbox, arguments)?;
            let reached = || {
                let taps = interfaces().is_ok_and(|all| all.iter().filter(|name| !before.contains(*name)).count() >= 3);
                taps || processes_of(&helper).is_ok_and(|all| !all.is_empty())
            };
            eventually("it waits", reached)?;
            kill(Pid::from_raw(i32::try_from(doctor.id())?), signal)?;
            let status = doctor.wait()?;
            if status.signal() != Some(signal as i32) {
                return Err(format!("after {signal} it ends with {status}, not by the signal").into());
            }
            eventually("the hanging helper is ended", || processes_of(&helper).is_ok_and(|all| all.is_empty()))?;
        }
    }
    system("ip link del brslow")?;
    nothing_left(&before)
}

fn two_at_once(sandbox: &Sandbox) -> Result<(), Failed> {
    open_to_all(sandbox)?;
    let before = interfaces()?;
    system("ip link add brslow up type bridge stp_state 1 forward_delay 200")?;
    let arguments = ["attach", "--bridge=brslow", "--timeout=20s", "--format=json"];
    let both = [start(sandbox, &arguments)?, start(sandbox, &arguments)?];
    let mut taps = Vec::new();
    for doctor in both {
        let ended = doctor.wait_with_output()?;
        let attached: serde_json::Value = serde_json::from_slice(&ended.stdout)?;
        if !ended.status.success() {
            return Err(format!("{}: {attached:#}", ended.status).into());
        }
        taps.push(attached["tap"].clone());
    }
    if taps[0] == taps[1] {
        return Err(format!("they were not there at once: {taps:?}").into());
    }
    system("ip link del brslow")?;
    nothing_left(&before)?;
    // Asked by root the answer is the same, and Alice's helper is Alice's.
    let asked = ["attach", "--user=alice", "--bridge=br0", "--format=json"];
    let answer = doctor::call(sandbox, Credentials::ROOT, asked)?;
    if answer.exit != 0 || json(&answer)?["user"] != "alice" {
        return Err(format!("root for alice: exit {}, {}", answer.exit, answer.stdout).into());
    }
    let answer = doctor::call(sandbox, Credentials::ALICE, ["attach", "--user=stranger"])?;
    if answer.exit != 3 || !answer.stderr.contains("only root can run the helper as `stranger`") {
        return Err(format!("alice for a stranger: exit {}, {}{}", answer.exit, answer.stdout, answer.stderr).into());
    }
    Ok(())
}

fn start(sandbox: &Sandbox, arguments: &[&str]) -> Result<Child, Failed> {
    let mut doctor = doctor::command(DOCTOR);
    doctor.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    Credentials::ALICE.put_on(&mut doctor, &sandbox.namespaces)?;
    Ok(doctor.spawn()?)
}

/// A helper that was started before its caller was killed ends by itself: it finds nobody to send its tap to.
fn nothing_left(before: &std::collections::BTreeSet<String>) -> Result<(), Failed> {
    eventually("no process is left", || processes_of(HELPER).is_ok_and(|all| all.is_empty()))?;
    eventually("no interface is left", || interfaces().is_ok_and(|after| after == *before))
}
