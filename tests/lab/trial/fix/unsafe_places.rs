//! Places where no change may be made, or none can be: refused before anything changes, and nothing outside touched.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;

use bridge_doctor::fix::apply::{Task, prepare};
use bridge_doctor::platform::{Action, Effect, LineEdit};
use libtest_mimic::{Failed, Trial};

use super::host;
use super::tree::Tree;
use crate::sandbox::{ALICE, LAB_GROUP, Sandbox, files, mounts, place};

/// Where the places stand.
pub(super) const BENCH: &str = "/mnt/desk/bench";
/// A directory of Alice's.
pub(super) const HERS: &str = "/mnt/desk/bench/alice";
/// A file that a change through a link of hers would hit.
const OUTSIDE: &str = "/etc/outside";

/// A place, the path that is changed, and words of the refusal.
type Unsafe = (&'static str, fn() -> io::Result<()>, &'static str, &'static [&'static str]);

const PLACES: &[Unsafe] = &[
    ("a user's directory", || Ok(()), "/mnt/desk/bench/alice/file", &["/alice", "belongs to user 4001"]),
    (
        "a directory below a user's",
        || files::directory(format!("{HERS}/root"), 0o755),
        "/mnt/desk/bench/alice/root/file",
        &["/alice:"],
    ),
    (
        "a link that a user planted",
        || files::link(OUTSIDE, format!("{HERS}/file")),
        "/mnt/desk/bench/alice/file",
        &["/alice"],
    ),
    (
        "a directory that a user replaced by a link",
        || files::link("/etc", format!("{HERS}/etc")),
        "/mnt/desk/bench/alice/etc/outside",
        &["/alice"],
    ),
    (
        "a link of root's into a user's home",
        || files::link(format!("{HERS}/file"), format!("{BENCH}/file")),
        "/mnt/desk/bench/file",
        &["/alice", "user 4001"],
    ),
    (
        "a linked directory in a user's home",
        || files::link(HERS, format!("{BENCH}/linked")),
        "/mnt/desk/bench/linked/file",
        &["/alice"],
    ),
    (
        "a chain of links through a user's home",
        || {
            files::link(format!("{BENCH}/file"), format!("{HERS}/back"))?;
            files::link(format!("{HERS}/back"), format!("{BENCH}/there"))
        },
        "/mnt/desk/bench/there",
        &["/alice"],
    ),
    (
        "a directory for all",
        || files::directory(format!("{BENCH}/public"), 0o1777),
        "/mnt/desk/bench/public/file",
        &["/public", "every user", "1777"],
    ),
    (
        "a directory of a group",
        || {
            files::directory(format!("{BENCH}/shared"), 0o755)?;
            files::own(format!("{BENCH}/shared"), 0, LAB_GROUP, 0o775)
        },
        "/mnt/desk/bench/shared/file",
        &["/shared", "group 4002"],
    ),
    (
        "a directory that an ACL opens",
        || {
            files::directory(format!("{BENCH}/opened"), 0o755)?;
            files::posix_acl(format!("{BENCH}/opened"), ALICE, 7, 7)
        },
        "/mnt/desk/bench/opened/file",
        &["/opened"],
    ),
    ("a name with a line break", || Ok(()), "/mnt/desk/bench/a\nb", &["line break"]),
    (
        "a link to a name with a line break",
        || files::link("a\nb", format!("{BENCH}/file")),
        "/mnt/desk/bench/file",
        &["control character"],
    ),
    (
        "links in a circle",
        || {
            files::link("b", format!("{BENCH}/a"))?;
            files::link("a", format!("{BENCH}/b"))
        },
        "/mnt/desk/bench/a",
        &["circle"],
    ),
    (
        "a file in place of a directory",
        || files::write(format!("{BENCH}/plain"), "", 0o644),
        "/mnt/desk/bench/plain/file",
        &["no directory"],
    ),
    ("a missing directory", || Ok(()), "/mnt/desk/bench/none/file", &["/none", "missing"]),
    (
        "a read-only file system",
        || {
            files::directory(format!("{BENCH}/fixed"), 0o755)?;
            mounts::bind(format!("{BENCH}/fixed"), format!("{BENCH}/fixed"))?;
            place::remount(&format!("{BENCH}/fixed"), nix::mount::MsFlags::MS_RDONLY)
        },
        "/mnt/desk/bench/fixed/file",
        &["read-only", "remount"],
    ),
    (
        "an immutable file",
        || {
            files::write(format!("{BENCH}/file"), "allow br1\n", 0o644)?;
            chattr("+i", "/mnt/desk/bench/file")
        },
        "/mnt/desk/bench/file",
        &["immutable", "chattr"],
    ),
    (
        "an append-only file",
        || {
            files::write(format!("{BENCH}/file"), "allow br1\n", 0o644)?;
            chattr("+a", "/mnt/desk/bench/file")
        },
        "/mnt/desk/bench/file",
        &["append-only"],
    ),
    (
        "an immutable directory",
        || {
            files::directory(format!("{BENCH}/sub"), 0o755)?;
            chattr("+i", "/mnt/desk/bench/sub")
        },
        "/mnt/desk/bench/sub/file",
        &["immutable"],
    ),
    (
        "a file that is a mount point",
        || {
            files::write(format!("{BENCH}/file"), "", 0o644)?;
            files::write(format!("{BENCH}/other"), "", 0o644)?;
            mounts::bind(format!("{BENCH}/other"), format!("{BENCH}/file"))
        },
        "/mnt/desk/bench/file",
        &["mounted on it"],
    ),
    (
        "a file with two names",
        || {
            files::write(format!("{BENCH}/file"), "allow br1\n", 0o644)?;
            fs::hard_link(format!("{BENCH}/file"), format!("{BENCH}/twin"))
        },
        "/mnt/desk/bench/file",
        &["2 names"],
    ),
    (
        "a directory in place of the file",
        || files::directory(format!("{BENCH}/file"), 0o755),
        "/mnt/desk/bench/file",
        &["a directory"],
    ),
    (
        "a device in place of the file",
        || files::node(format!("{BENCH}/file"), nix::sys::stat::SFlag::S_IFCHR, (1, 3), 0o666),
        "/mnt/desk/bench/file",
        &["a device"],
    ),
];

/// The trials.
pub fn trials() -> Vec<Trial> {
    vec![super::super::trial("fix: unsafe and impossible places are refused before anything changes", refused)]
}

fn chattr(flag: &str, path: &str) -> io::Result<()> {
    let status = Command::new("chattr").args([flag, path]).status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("chattr {flag} {path}: {status}"))) }
}

pub(super) fn fresh() -> Result<(), Failed> {
    for path in ["file", "sub"] {
        let _ = Command::new("chattr")
            .args(["-ia", &format!("{BENCH}/{path}")])
            .stderr(std::process::Stdio::null())
            .status();
    }
    for path in ["fixed", "file"] {
        let _ = mounts::unmount(&format!("{BENCH}/{path}"));
    }
    place::remove(BENCH)?;
    host::clear_journal()?;
    files::directory(BENCH, 0o755)?;
    files::directory(HERS, 0o755)?;
    files::own(HERS, ALICE, ALICE, 0o755)?;
    Ok(files::write(OUTSIDE, "of nobody's business\n", 0o644)?)
}

pub(super) fn actions(path: &str) -> Vec<Action> {
    vec![
        // What is done before the refusal would show in the tree.
        Action::WriteFile { path: format!("{BENCH}/first").into(), content: b"first\n".to_vec(), mode: 0o644 },
        Action::EditFile {
            path: PathBuf::from(path),
            edits: vec![LineEdit::Append(b"allow br0".to_vec())],
            mode: 0o644,
        },
    ]
}

pub(super) fn tasks(actions: &[Action]) -> Vec<Task<'_>> {
    actions
        .iter()
        .map(|action| Task { id: "1", cause: "acl-denied", summary: "allow br0", action, effect: &Effect::Evident })
        .collect()
}

fn refused(sandbox: &Sandbox) -> Result<(), Failed> {
    host::prepare(sandbox)?;
    for (name, make, path, words) in PLACES {
        fresh()?;
        make().map_err(|error| format!("{name}: cannot be made: {error}"))?;
        let before = Tree::now()?;
        let actions = actions(path);
        let Err(trouble) = prepare(&tasks(&actions)) else {
            return Err(format!("{name}: not refused").into());
        };
        let said = trouble.to_string();
        if let Some(missing) = words.iter().find(|word| !said.contains(**word)) {
            return Err(format!("{name}: lacks {missing:?}: {said}").into());
        }
        before.same(&Tree::now()?).map_err(|why| format!("{name}: {why}"))?;
        if host::stands(host::JOURNAL) {
            return Err(format!("{name}: a journal of nothing").into());
        }
    }
    fresh()
}
