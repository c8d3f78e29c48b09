//! Two users on one host and a thousand runs, many at a time: each gets the answer that it gets alone, and nothing is left.

use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::process::{Child, Stdio};

use libtest_mimic::{Failed, Trial};
use serde_json::{Value as Json, json};

use super::tools::{eventually, interfaces, open_to_all, processes_of};
use crate::doctor;
use crate::sandbox::place::{DOCTOR, HELPER, HOME};
use crate::sandbox::{Credentials, STRANGER, Sandbox};

const RUNS: usize = 1_000;
const AT_ONCE: usize = 16;
/// One run in so many puts a tap on the bridge.
const ATTACHES: usize = 5;

/// The trials.
pub fn trials() -> Vec<Trial> {
    vec![crate::trial::trial("two users and a thousand runs do not disturb each other", crowd)]
}

fn crowd(sandbox: &Sandbox) -> Result<(), Failed> {
    open_to_all(sandbox)?;
    let users = [Credentials::ALICE, Credentials { uid: STRANGER, groups: &[], ..Credentials::ALICE }];
    let before = (interfaces()?, names(HOME)?, names("/tmp")?);
    let alone = [verdict(start(sandbox, users[0], false)?)?, verdict(start(sandbox, users[1], false)?)?];
    if alone[0] == alone[1] {
        return Err("the two users get one report".into());
    }
    let mut running = VecDeque::new();
    for number in 0..RUNS {
        running.push_back((number, start(sandbox, users[number % 2], attaches(number))?));
        if running.len() == AT_ONCE || number + 1 == RUNS {
            let end = if number + 1 == RUNS { running.len() } else { 1 };
            for (number, child) in running.drain(..end) {
                same(number, child, &alone[number % 2])?;
            }
        }
    }
    for program in [DOCTOR, HELPER] {
        eventually("no process is left", || processes_of(program).is_ok_and(|all| all.is_empty()))?;
    }
    eventually("no interface and no file is left", || {
        let after = interfaces().and_then(|links| Ok((links, names(HOME)?, names("/tmp")?)));
        after.is_ok_and(|after| after.0 == before.0 && after.1 == before.1 && after.2.is_subset(&before.2))
    })
}

/// Whether this run puts a tap on the bridge; each user's turn comes.
fn attaches(number: usize) -> bool {
    (number / 2).is_multiple_of(ATTACHES)
}

fn start(sandbox: &Sandbox, user: Credentials, attaches: bool) -> Result<Child, Failed> {
    let mut doctor = doctor::command(DOCTOR);
    doctor.args([if attaches { "attach" } else { "check" }, "--bridge=br0", "--format=json"]);
    doctor.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    user.put_on(&mut doctor, &sandbox.namespaces)?;
    Ok(doctor.spawn()?)
}

/// For whom, and what was found; the ports that the other runs add are counted in the evidence.
fn verdict(child: Child) -> Result<Json, Failed> {
    let ended = child.wait_with_output()?;
    if !ended.status.success() {
        return Err(format!("{ended:?}").into());
    }
    let report: Json = serde_json::from_slice(&ended.stdout)?;
    let all = report["checks"].as_array().map(Vec::as_slice).unwrap_or_default();
    let checks: Vec<Json> = all.iter().map(|check| json!([check["id"], check["status"], check["cause"]])).collect();
    Ok(json!([report["subject"], report["predictions"], checks]))
}

fn same(number: usize, child: Child, alone: &Json) -> Result<(), Failed> {
    let found = verdict(child).map_err(|failed| format!("run {number}: {failed:?}"))?;
    if attaches(number) || found == *alone { Ok(()) } else { Err(format!("run {number} says\n{found:#}").into()) }
}

/// What bridge-doctor might have made in a directory: everything by its name.
fn names(directory: &str) -> Result<BTreeSet<String>, std::io::Error> {
    let all = fs::read_dir(directory)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let named: Result<BTreeSet<String>, std::io::Error> = all.collect();
    Ok(named?.into_iter().filter(|name| name.contains("bridge-doctor")).collect())
}
