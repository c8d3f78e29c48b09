//! Programs in the helper's place: whatever they do, the test ends in time, says what it saw, and leaves nothing.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};

use super::tools::{Attached, attach, eventually, interfaces, open_to_all, processes_of, system};
use crate::evil::{Part, STAGE};
use crate::sandbox::Sandbox;
use crate::sandbox::place::LAB;
use crate::trial::trial;

/// The trials.
pub fn trials() -> Vec<Trial> {
    Part::ALL
        .into_iter()
        .map(|part| trial(format!("impostor: {part:?}"), move |sandbox| meets(sandbox, part)))
        .collect()
}

/// The path of an impostor; each is a setuid link to this program.
pub fn impostor(part: Part) -> Result<String, Failed> {
    let stage = format!("{LAB}/{STAGE}");
    std::fs::create_dir_all(&stage)?;
    let program = format!("{stage}/program");
    if !std::path::Path::new(&program).exists() {
        // Another process writes it: what this one holds open for writing, a child of another thread may hold, too, and
        // then it could not be executed.
        let status = Command::new("cp").arg(std::env::current_exe()?).arg(&program).status()?;
        if !status.success() {
            return Err(format!("cp: {status}").into());
        }
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o4755))?;
        for part in Part::ALL {
            std::fs::hard_link(&program, format!("{stage}/{part:?}"))?;
        }
    }
    Ok(format!("{stage}/{part:?}"))
}

fn meets(sandbox: &Sandbox, part: Part) -> Result<(), Failed> {
    open_to_all(sandbox)?;
    let path = impostor(part)?;
    let before = interfaces()?;
    let started = Instant::now();
    let attached = attach(sandbox, &["--bridge=br0", "--timeout=1s", &format!("--helper={path}")])?;
    attached.demand(started.elapsed() < Duration::from_secs(15), "it ends in time")?;
    let (outcome, code, words) = expected(part);
    attached.demand(attached.json["outcome"] == outcome, outcome)?;
    attached.demand(attached.json["exit_code"].as_i64() == code, "the exit status is told")?;
    attached.demand(attached.reason().contains(words), words)?;
    attached.demand(attached.exit == 1, "it is a failure")?;
    if let Part::Persistent = part {
        outlives(&attached)?;
    }
    let after = interfaces()?;
    attached.demand(before == after, &format!("no interface is left: {after:?}"))?;
    for played in Part::ALL {
        let file = format!("{LAB}/{STAGE}/{played:?}");
        eventually("no process of an impostor is left", || processes_of(&file).is_ok_and(|all| all.is_empty()))?;
    }
    Ok(())
}

/// Outcome, exit status and some words of the reason.
fn expected(part: Part) -> (&'static str, Option<i64>, &'static str) {
    match part {
        Part::Hangs | Part::Babbles => ("crashed", None, "did not end in time and was killed"),
        Part::Silent => ("refused", Some(0), "exited with 0 without a descriptor"),
        Part::Two => ("refused", Some(0), "sent 2 descriptors"),
        Part::Many => ("refused", Some(0), "descriptors"),
        Part::Null => ("refused", Some(0), "is no tap (Inappropriate ioctl for device)"),
        Part::Unattached => ("refused", Some(0), "is no tap"),
        Part::Stray | Part::Persistent => ("attached", Some(0), "is no port of `br0`"),
        Part::Floods => ("refused", Some(1), "the last word"),
        Part::Leaves => ("refused", Some(1), "exited with 1"),
        Part::Dies => ("crashed", None, "signal 9 ended it"),
    }
}

/// It says so, and the trial puts it away in its place.
fn outlives(attached: &Attached) -> Result<(), Failed> {
    let left = attached.json["left_behind"].as_array().map(Vec::as_slice).unwrap_or_default();
    attached.demand(left.len() == 2, "both taps are told to have been left behind")?;
    left.iter().filter_map(|name| name.as_str()).try_for_each(|name| system(&format!("ip link del {name}")))
}
