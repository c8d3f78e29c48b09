//! The same state judged live, through a snapshot, and through `--root` on the same tree.

use std::fs;

use libtest_mimic::Trial;

use crate::dimension::Dimension;
use crate::doctor::{self, Report};
use crate::sandbox::place::{DESK, LAB, TREE, TUN_DIRECTORY};
use crate::sandbox::{Credentials, Sandbox, files, mounts};
use crate::state::{State, singles};

/// Checks about the running machine, which a file tree cannot answer.
const LIVE_ONLY: [&str; 8] = [
    "privilege-gain",
    "bridge-exists",
    "bridge-capacity",
    "bridge-up",
    "bridge-uplink",
    "bridge-forwarding",
    "ip-forward",
    "bridge-netfilter",
];

/// Checks about files alone, which a file tree answers as the machine does.
const FILES_ONLY: [&str; 9] = [
    "helper-path",
    "helper-symlink",
    "helper-setuid",
    "helper-tamper",
    "acl-file",
    "acl-syntax",
    "acl-include",
    "acl-allows",
    "acl-exposure",
];

/// ACLs that include by a relative name: which file that is depends on the directory of a running process.
const RELATIVE: [&str; 3] = ["include-relative", "include-relative-not-here", "include-quoted"];

/// The trials.
pub fn trials() -> Vec<Trial> {
    vec![
        super::over_states("a snapshot gives the same report", singles, |sandbox, state, _| {
            same_report(sandbox, state)
        }),
        super::over_states("a tree gives the same findings about files", singles, |sandbox, state, _| {
            same_findings(sandbox, state)
        }),
    ]
}

fn same_report(sandbox: &Sandbox, state: &State) -> Result<(), String> {
    let live = doctor::asked_by_user(sandbox, state)?;
    let collected =
        doctor::call(sandbox, state.credentials(), ["collect".to_owned(), format!("--bridge={}", state.bridge())])?;
    if collected.exit != 0 {
        return Err(format!("collect: exit {}: {}", collected.exit, collected.stderr));
    }
    let file = format!("{DESK}/snapshot.json");
    files::write(&file, &collected.stdout, 0o644).map_err(|error| error.to_string())?;
    let arguments = doctor::check(state).into_iter().chain(["--from".to_owned(), file]);
    let judged = doctor::call(sandbox, Credentials::ALICE, arguments)?.report()?;
    let differing: Vec<_> = ["subject", "target", "status", "checks", "predictions", "root_causes", "summary"]
        .into_iter()
        .filter(|key| live.json[key] != judged.json[key])
        .map(|key| format!("{key}: live {} but offline {}", live.json[key], judged.json[key]))
        .collect();
    if differing.is_empty() && live.exit == judged.exit { Ok(()) } else { Err(differing.join("\n")) }
}

fn same_findings(sandbox: &Sandbox, state: &State) -> Result<(), String> {
    let live = doctor::asked_by_root(sandbox, state, &["--user", "alice"])?;
    mount_tree().map_err(|error| format!("the tree: {error}"))?;
    let judged = doctor::asked_by_root(sandbox, state, &["--root", TREE, "--user", "alice"]);
    mounts::unmount(TREE).map_err(|error| format!("the tree: {error}"))?;
    let judged = judged?;
    let (live, judged) = (checks(&live), checks(&judged));
    let differing: Vec<_> = judged
        .iter()
        .filter_map(|in_tree| {
            let on_host = live.iter().find(|check| check.id == in_tree.id)?;
            wrong(state, on_host, in_tree).then(|| format!("live {on_host:?}\nbut  {in_tree:?}"))
        })
        .collect();
    let lost = live.len() != judged.len();
    if differing.is_empty() && !lost { Ok(()) } else { Err(differing.join("\n")) }
}

/// Whether a tree may not say this where the running host said that.
fn wrong(state: &State, on_host: &Finding<'_>, in_tree: &Finding<'_>) -> bool {
    let name = |dimension| state.value(dimension).name;
    let unanswered = ["unknown", "not-applicable", "blocked"].contains(&in_tree.status);
    let mount_decides = name(Dimension::Helper) == "noexec-mount";
    let directory_decides = RELATIVE.contains(&name(Dimension::Acl));
    match in_tree.id {
        id if LIVE_ONLY.contains(&id) => !unanswered && (in_tree != on_host || in_tree.status == "pass"),
        "helper-executable" if unanswered => in_tree != on_host && on_host.status != "pass" && !mount_decides,
        id if id.starts_with("helper-") && mount_decides => in_tree.status == "fail",
        id if id.starts_with("acl-") && unanswered && directory_decides => false,
        id if FILES_ONLY.contains(&id) => in_tree != on_host,
        _ => !unanswered && in_tree != on_host,
    }
}

#[derive(Debug, PartialEq)]
struct Finding<'a> {
    id: &'a str,
    status: &'a str,
    cause: &'a str,
}

fn checks(report: &Report) -> Vec<Finding<'_>> {
    let all = report.json["checks"].as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter()
        .map(|check| {
            let field = |name: &str| check[name].as_str().unwrap_or_default();
            Finding { id: field("id"), status: field("status"), cause: field("cause") }
        })
        .collect()
}

/// The tree of this sandbox without what only a running kernel has.
fn mount_tree() -> std::io::Result<()> {
    mounts::bind("/", TREE)?;
    for part in ["/etc", "/usr/lib/qemu", "/dev", TUN_DIRECTORY, LAB] {
        if fs::symlink_metadata(part).is_ok() {
            mounts::bind(part, format!("{TREE}{part}"))?;
        }
    }
    Ok(())
}
