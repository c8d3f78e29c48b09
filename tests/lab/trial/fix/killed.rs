//! Killed before every system call that changes something: each file is the old one or the new one, and both `undo` and
//! a second `fix` finish the job.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::time::Duration;

use libtest_mimic::{Failed, Trial};

use super::host;
use super::tree::Tree;
use crate::doctor;
use crate::oracle;
use crate::sandbox::place::{DOCTOR, HELPER, TREE};
use crate::sandbox::{Credentials, Sandbox, run};
use crate::state::State;

/// System calls that change something on disk, or start a program that does.
const CALLS: &str = "write,pwrite64,rename,renameat,renameat2,fsync,fdatasync,chmod,fchmod,fchmodat,?fchmodat2,chown,fchown,\
    lchown,fchownat,setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,link,linkat,symlink,symlinkat,\
    unlink,unlinkat,rmdir,mkdir,mkdirat,mknod,mknodat,ftruncate,utimensat,execve,flock";

/// Tracing is slow.
const LIMIT: Duration = Duration::from_secs(60);

/// Of the kills an ordinary run takes every so many; `LAB_EVERY=1` takes all of them.
const ORDINARY: usize = 7;

/// Hosts whose plan has every kind of step between them.
const HOSTS: [&str; 3] =
    ["helper:0755,acl:no-directory", "helper:capability-p,acl:closed-directory", "acl:comma,tun:dangling-link"];

/// The trials.
pub fn trials() -> Vec<Trial> {
    let one = |named: &'static str| {
        let trial =
            move |sandbox: &Sandbox| every_kill(sandbox, named, &["fix", "--yes", "--user", "alice", "--bridge=br0"]);
        super::super::trial(format!("fix: killed at every step: {named}"), trial)
    };
    let undo =
        super::super::trial("undo: killed at every step", |sandbox| every_kill(sandbox, HOSTS[0], &["undo", "--yes"]));
    HOSTS.into_iter().map(one).chain([undo]).collect()
}

/// How the files were before a fix, and how they are after it.
struct Ends {
    old: Tree,
    new: Tree,
    /// Whether two steps change the helper.
    changed_twice: bool,
}

fn every_kill(sandbox: &Sandbox, named: &str, arguments: &[&str]) -> Result<(), Failed> {
    host::prepare(sandbox)?;
    // Inside of one, no device is made.
    host::leave_container()?;
    let state = State::parse(named)?;
    let is_undo = arguments[0] == "undo";
    let ends = ends(sandbox, &state)?;
    let calls = count(sandbox, &state, arguments, is_undo)?;
    let all: Vec<(String, usize)> =
        calls.iter().flat_map(|(call, times)| (1..=*times).map(move |time| (call.clone(), time))).collect();
    let every = std::env::var("LAB_EVERY").ok().and_then(|text| text.parse().ok()).unwrap_or(ORDINARY).max(1);
    let (mut killed, mut spared, mut halfway) = (0, 0, 0);
    for (turn, (call, time)) in all.iter().enumerate().filter(|(turn, _)| turn % every == 0) {
        let place = format!("killed before {call} number {time}");
        for ending in if turn % 2 == 0 { ["undo", "fix"] } else { ["fix", "undo"] }.into_iter().take(if every == 1 {
            2
        } else {
            1
        }) {
            fresh(sandbox, &state, is_undo)?;
            if !kill(sandbox, arguments, call, *time)? {
                spared += 1;
                continue;
            }
            killed += 1;
            let now = Tree::now()?;
            old_or_new(&ends, &now).map_err(|why| format!("{place}: {why}"))?;
            halfway += usize::from(ends.old.same(&now).is_err() && ends.new.same(&now).is_err());
            finish(sandbox, &state, &ends, ending).map_err(|why| format!("{place}, then {ending}: {why}"))?;
        }
    }
    let _ = writeln!(
        std::io::stderr(),
        "{named}, {}: {} calls, {killed} kills, {halfway} of them in the middle, {spared} spared",
        arguments[0],
        all.len()
    );
    if killed > 5 && killed > spared { Ok(()) } else { Err(format!("{killed} kills, {spared} spared").into()) }
}

fn fresh(sandbox: &Sandbox, state: &State, fixed: bool) -> Result<(), Failed> {
    host::clear_journal()?;
    host::clear_statoverride()?;
    sandbox.forget();
    sandbox.realise(state)?;
    if fixed {
        fix(sandbox)?;
    }
    Ok(())
}

fn fix(sandbox: &Sandbox) -> Result<(), Failed> {
    let answer = doctor::call(sandbox, Credentials::ROOT, ["fix", "--yes", "--user", "alice", "--bridge=br0"])?;
    if answer.exit == 0 {
        Ok(())
    } else {
        Err(format!("fix: exit {}: {}{}", answer.exit, answer.stdout, answer.stderr).into())
    }
}

fn ends(sandbox: &Sandbox, state: &State) -> Result<Ends, Failed> {
    fresh(sandbox, state, false)?;
    let old = Tree::now()?;
    fix(sandbox)?;
    let new = Tree::now()?;
    if old.unlike(&new).is_empty() {
        Err("the fix changes nothing".into())
    } else {
        Ok(Ends { old, new, changed_twice: state.to_string().contains("capability") })
    }
}

/// How often each changing call is made in a whole run.
fn count(
    sandbox: &Sandbox,
    state: &State,
    arguments: &[&str],
    is_undo: bool,
) -> Result<BTreeMap<String, usize>, Failed> {
    fresh(sandbox, state, is_undo)?;
    let log = format!("{TREE}/trace");
    let mut strace = doctor::command("/usr/bin/strace");
    strace
        .args(["-qq", "-f", "-o", &log, "-e", &format!("trace={CALLS}"), "-e", "signal=none", DOCTOR])
        .args(arguments);
    Credentials::ROOT.put_on(&mut strace, &sandbox.namespaces)?;
    let answer = doctor::answer(&run(&mut strace, LIMIT)?)?;
    if answer.exit != 0 {
        return Err(format!("the traced run: exit {}: {}{}", answer.exit, answer.stdout, answer.stderr).into());
    }
    let mut calls: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for line in fs::read_to_string(&log)?.lines() {
        let Some((who, call)) = line.split_once(' ') else { continue };
        if let Some((name, _)) = call.trim_start().split_once('(') {
            *calls.entry(name.to_owned()).or_default().entry(who.to_owned()).or_default() += 1;
        }
    }
    fs::remove_file(&log)?;
    // Each process counts for itself.
    Ok(calls.into_iter().map(|(call, by_process)| (call, by_process.into_values().max().unwrap_or(0))).collect())
}

/// Whether the run was killed before that call.
fn kill(sandbox: &Sandbox, arguments: &[&str], call: &str, time: usize) -> Result<bool, Failed> {
    let mut strace = doctor::command("/usr/bin/strace");
    let inject = format!("inject={call}:signal=SIGKILL:when={time}");
    strace.args(["-qq", "-f", "-o", "/dev/null", "-e", &inject, "-e", "signal=none", DOCTOR]).args(arguments);
    Credentials::ROOT.put_on(&mut strace, &sandbox.namespaces)?;
    let ended = run(&mut strace, LIMIT)?;
    let status = ended.status.ok_or("the killed run hangs")?;
    // Strace ends as its tracee did. Where only a program that the fix runs was killed, the fix takes all back by itself.
    Ok(status.signal() == Some(9) || status.code() == Some(5))
}

fn old_or_new(ends: &Ends, now: &Tree) -> Result<(), String> {
    // Two steps of one plan change it: between them it is the new one of the first, and the old one of the second.
    let twice = |path: &std::path::Path| ends.changed_twice && path == std::path::Path::new(HELPER);
    let strange = |path: &&std::path::Path| {
        let temporary =
            path.to_string_lossy().contains("/.bridge-doctor-") || path.to_string_lossy().contains(".dpkg-");
        let by_program = path.ends_with("statoverride-new") || path.ends_with("statoverride-old");
        !temporary
            && !by_program
            && !twice(path)
            && now.at(path) != ends.old.at(path)
            && now.at(path) != ends.new.at(path)
    };
    let changed: Vec<_> = ends.old.unlike(now).into_iter().chain(ends.new.unlike(now)).filter(strange).collect();
    match changed.first() {
        None => Ok(()),
        Some(path) => Err(format!("{} is neither old nor new: {:?}", path.display(), now.at(path))),
    }
}

fn finish(sandbox: &Sandbox, state: &State, ends: &Ends, ending: &str) -> Result<(), String> {
    let lab = |error: std::io::Error| format!("the lab: {error}");
    if ending == "undo" {
        let answer = doctor::call(sandbox, Credentials::ROOT, ["undo", "--yes"])?;
        if answer.exit != 0 {
            return Err(format!("exit {}: {}{}", answer.exit, answer.stdout, answer.stderr));
        }
        return ends.old.same(&Tree::now().map_err(lab)?);
    }
    fix(sandbox).map_err(|failed| failed.message().unwrap_or_default().to_owned())?;
    ends.new.same(&Tree::now().map_err(lab)?)?;
    let helper = oracle::ask(sandbox, state).map_err(lab)?;
    if helper.outcome == "attached" { Ok(()) } else { Err(format!("the helper: {helper}")) }
}
