//! Asking for the end-to-end test, and looking at what is left of it.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use serde_json::Value as Json;

use crate::doctor::{self, Answer};
use crate::sandbox::files;
use crate::sandbox::{Credentials, Sandbox};
use crate::state::State;
use crate::untested;

/// Longer than any end-to-end test that these trials ask for.
pub const LIMIT: Duration = Duration::from_secs(40);

/// One end-to-end test in JSON.
#[derive(Debug)]
pub struct Attached {
    /// The exit code.
    pub exit: i32,
    /// The object.
    pub json: Json,
}

impl Attached {
    /// `pass`, `fail` or `skip`.
    pub fn forwarding(&self) -> &str {
        self.json["forwarding"]["status"].as_str().unwrap_or_default()
    }

    /// Why frames did not arrive, or were not sent.
    pub fn reason(&self) -> &str {
        self.json["forwarding"]["reason"].as_str().unwrap_or_default()
    }

    /// Fails with the whole object where `holds` is false.
    pub fn demand(&self, holds: bool, what: &str) -> Result<(), Failed> {
        if holds { Ok(()) } else { Err(format!("{what}: exit {}, {:#}", self.exit, self.json).into()) }
    }
}

/// A healthy host on which every bridge is allowed.
pub fn open_to_all(sandbox: &Sandbox) -> Result<(), Failed> {
    sandbox.realise(&State::healthy())?;
    files::acl("allow all\n")?;
    sandbox.forget();
    Ok(())
}

/// Runs `attach` as Alice.
pub fn attach(sandbox: &Sandbox, arguments: &[&str]) -> Result<Attached, Failed> {
    attach_as(sandbox, Credentials::ALICE, arguments)
}

/// Runs `attach` with these credentials.
pub fn attach_as(sandbox: &Sandbox, credentials: Credentials, arguments: &[&str]) -> Result<Attached, Failed> {
    let arguments = ["attach", "--format=json"].iter().chain(arguments);
    let answer = doctor::call_within(sandbox, credentials, arguments, LIMIT)?;
    Ok(Attached { exit: answer.exit, json: json(&answer)? })
}

/// The object on standard output.
pub fn json(answer: &Answer) -> Result<Json, String> {
    serde_json::from_str(&answer.stdout)
        .map_err(|error| format!("exit {}, no JSON ({error}): {}{}", answer.exit, answer.stdout, answer.stderr))
}

/// Runs a program of the system, which must succeed.
pub fn system(command: &str) -> Result<(), Failed> {
    let ended = Command::new("/bin/sh").args(["-c", command]).output()?;
    if ended.status.success() {
        return Ok(());
    }
    Err(format!("`{command}`: {}", String::from_utf8_lossy(&ended.stderr)).into())
}

/// The names of all interfaces in the network of this thread.
pub fn interfaces() -> io::Result<BTreeSet<String>> {
    std::fs::read_dir("/sys/class/net")?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

/// The numbers of the processes of this sandbox that execute this file.
pub fn processes_of(file: &str) -> io::Result<Vec<i32>> {
    let mounts = |process: &str| std::fs::read_link(format!("/proc/{process}/ns/mnt"));
    let own = mounts("thread-self")?;
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let Ok(pid) = name.parse() else { continue };
        // It may have ended in between.
        let executes = std::fs::read_link(format!("/proc/{name}/exe")).is_ok_and(|exe| exe == Path::new(file));
        if executes && mounts(&name).is_ok_and(|theirs| theirs == own) {
            found.push(pid);
        }
    }
    Ok(found)
}

/// Waits for what the kernel does in its own time: a killed process is a moment in the table.
pub fn eventually(what: &str, holds: impl Fn() -> bool) -> Result<(), Failed> {
    let started = Instant::now();
    while !holds() {
        if started.elapsed() > Duration::from_secs(10) {
            return Err(format!("not even after ten seconds: {what}; interfaces {:?}", interfaces()).into());
        }
        sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// Whether a program is there; where it is not, says loudly that something was not tested, which CI does not accept.
pub fn has(program: &str, package: &str) -> Result<bool, Failed> {
    Ok(untested::has(program, &format!("what takes Debian's {package}"))?)
}

/// Says loudly what this kernel has not, so that it cannot be tested on it.
pub fn kernel_without(what: &str) -> Result<(), Failed> {
    Ok(writeln!(io::stderr(), "\n*** this kernel has no {what}: its silence is left out ***\n")?)
}
