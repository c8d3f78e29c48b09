//! Nothing is done while nothing changes.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::doctor::{Doctor, LONG};
use crate::place::run;

pub(crate) const TESTS: &[(&str, fn())] =
    &[("an idle wait uses no processor", no_cpu), ("an idle wait makes no system call", no_calls)];

/// Time in user and kernel mode, in ticks, and how often it gave the processor away.
fn used(pid: u32) -> (u64, u64) {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("it is there");
    let ticks = stat.rsplit(')').next().expect("fields").split_whitespace().skip(11).take(2);
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("it is there");
    let switches = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")).expect("a count");
    (ticks.map(|ticks| ticks.parse::<u64>().expect("a number")).sum(), switches.trim().parse().expect("a number"))
}

fn no_cpu() {
    let doctor = Doctor::check(&["--wait", LONG, "--bridge", "br0"]);
    doctor.until_it_waits();
    // Pauses between looks are polls, too: let the first looks be over.
    std::thread::sleep(Duration::from_millis(500));
    let before = used(doctor.pid());
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(used(doctor.pid()), before, "it woke while nothing changed");
    doctor.signal(nix::sys::signal::Signal::SIGTERM);
    assert_eq!(doctor.end().0, Some(1));
}

fn no_calls() {
    let log = "/mnt/calls";
    let mut traced = Command::new("strace")
        .args(["-f", "-o", log, env!("CARGO_BIN_EXE_bridge-doctor"), "check", "--user", "nobody", "--wait", LONG])
        .args(["--bridge", "br0", "--only", "bridge-exists"])
        .stdout(Stdio::null())
        .spawn()
        .expect("strace is installed");
    let settled = || {
        let mut last = String::new();
        for _ in 0..200 {
            std::thread::sleep(Duration::from_millis(100));
            let text = fs::read_to_string(log).unwrap_or_default();
            let waits = text.lines().last().is_some_and(|line| line.contains("poll(") && !line.contains(" = "));
            if waits && text == last {
                return text;
            }
            last = text;
        }
        panic!("it does not come to rest: {last}");
    };
    let before = settled();
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(fs::read_to_string(log).expect("the log"), before, "calls while nothing changed");
    run("ip link add br0 type bridge");
    assert!(traced.wait().expect("it ends").success());
}
