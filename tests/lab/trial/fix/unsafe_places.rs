//! Places where no change may be made, or none can be: refused before anything changes, and nothing outside touched.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use bridge_doctor::fix::Trouble;
use bridge_doctor::fix::apply::{Task, apply, prepare};
use bridge_doctor::fix::journal::{Journal, Why};
use bridge_doctor::fix::undo::take_back;
use bridge_doctor::platform::{Action, LineEdit};
use libtest_mimic::{Failed, Trial};

use super::host;
use super::tree::Tree;
use crate::sandbox::{ALICE, LAB_GROUP, Sandbox, files, mounts, place};

/// Where the places stand.
const BENCH: &str = "/mnt/desk/bench";
/// A directory of Alice's.
const HERS: &str = "/mnt/desk/bench/alice";
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
    vec![
        super::super::trial("fix: unsafe and impossible places are refused before anything changes", refused),
        super::super::trial("fix: a full disk costs nothing", full),
        super::super::trial("fix: a directory that is swapped all the time leads nowhere", swapped),
        super::super::trial("fix: one at a time", one_at_a_time),
    ]
}

fn chattr(flag: &str, path: &str) -> io::Result<()> {
    let status = Command::new("chattr").args([flag, path]).status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("chattr {flag} {path}: {status}"))) }
}

fn fresh() -> Result<(), Failed> {
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

fn actions(path: &str) -> Vec<Action> {
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

fn tasks(actions: &[Action]) -> Vec<Task<'_>> {
    actions.iter().map(|action| Task { id: "1", cause: "acl-denied", summary: "allow br0", action }).collect()
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

/// The whole way of `fix`, as far as it comes.
fn whole(actions: &[Action]) -> Result<(), Trouble> {
    let tasks = tasks(actions);
    let prepared = prepare(&tasks)?;
    let mut run = Journal::open()?.begin(vec!["acl-denied".to_owned()], tasks.len())?;
    let stopped = apply(&tasks, &prepared, &mut run, &mut |_| {}, &|| true);
    let Err(stopped) = stopped else {
        return Ok(());
    };
    match take_back(&mut run, Why::Failed, &mut |_| {}) {
        Ok(_) => Err(stopped.trouble.expect("a failing step says why")),
        Err(troubles) => panic!("not taken back: {troubles:?}"),
    }
}

/// File systems with room for less and less.
fn full(sandbox: &Sandbox) -> Result<(), Failed> {
    host::prepare(sandbox)?;
    let (mut failed, mut fitted) = (0, 0);
    for (place, path) in [("/mnt/desk/small", "/mnt/desk/small/file"), (host::JOURNAL, "/mnt/desk/bench/file")] {
        for room in (0..=80).step_by(4) {
            fresh()?;
            files::directory(place, 0o700)?;
            host::small_disk(place, 128)?;
            files::chmod(place, 0o700)?;
            if place != host::JOURNAL {
                files::chmod(place, 0o755)?;
            }
            fs::write(path, "x".repeat(9_000))?;
            files::own(path, ALICE, LAB_GROUP, 0o640)?;
            fill(place, room << 10)?;
            let before = Tree::now()?;
            let outcome = whole(&actions(path));
            match &outcome {
                Ok(()) => fitted += 1,
                Err(trouble) => {
                    failed += 1;
                    let said = trouble.to_string();
                    if !said.contains("No space left") || !said.contains("df -h") {
                        return Err(format!("{room} KiB in {place}: {said}").into());
                    }
                    before.same(&Tree::now()?).map_err(|why| format!("{room} KiB in {place}: {why}"))?;
                }
            }
            host::unmount(place)?;
        }
    }
    if failed > 4 && fitted > 4 { Ok(()) } else { Err(format!("{failed} failed, {fitted} fitted").into()) }
}

/// Leaves so many bytes free.
fn fill(place: &str, room: u64) -> io::Result<()> {
    let free = nix::sys::statvfs::statvfs(place)?;
    let free = free.blocks_available() * free.fragment_size();
    fs::write(format!("{place}/tmp-filler"), vec![0; usize::try_from(free.saturating_sub(room)).unwrap_or(0)])
}

fn swapped(sandbox: &Sandbox) -> Result<(), Failed> {
    host::prepare(sandbox)?;
    fresh()?;
    files::directory(format!("{HERS}/real"), 0o755)?;
    files::own(format!("{HERS}/real"), 0, 0, 0o755)?;
    files::link("/etc", format!("{HERS}/evil"))?;
    files::directory(format!("{BENCH}/good"), 0o755)?;
    files::write(format!("{BENCH}/good/outside"), "good\n", 0o644)?;
    files::link(format!("{HERS}/real"), format!("{BENCH}/now"))?;
    let stop = AtomicBool::new(false);
    let before = Tree::of(&["/etc"])?;
    let (mut through, mut refused) = (0, 0);
    thread::scope(|scope| -> Result<(), Failed> {
        scope.spawn(|| {
            let targets = [format!("{HERS}/real"), "/etc".to_owned(), HERS.to_owned(), format!("{BENCH}/good")];
            let mut turn = 0;
            while !stop.load(Ordering::Relaxed) {
                // What Alice can do in her directory, and a link of root's that leads there now and elsewhere then.
                let target = &targets[turn % targets.len()];
                let _ = fs::remove_file(format!("{HERS}/swap"));
                let _ = files::link(target, format!("{HERS}/swap"));
                let _ = files::link(target, format!("{BENCH}/next"));
                let _ = fs::rename(format!("{BENCH}/next"), format!("{BENCH}/now"));
                turn += 1;
            }
        });
        let started = Instant::now();
        let outcome = (0..50_000).try_for_each(|turn| {
            let seen_both = through > 0 && refused > 0;
            if started.elapsed() > Duration::from_secs(10) || (turn > 1_000 && seen_both) {
                return Ok(());
            }
            let hers = vec![Action::EditFile {
                path: format!("{HERS}/swap/outside").into(),
                edits: vec![LineEdit::Append(b"hers".to_vec())],
                mode: 0o644,
            }];
            if whole(&hers).is_ok() {
                return Err(Failed::from("a change went through Alice's directory"));
            }
            let path = PathBuf::from(format!("{BENCH}/now/outside"));
            let ours = vec![Action::EditFile { path, edits: vec![LineEdit::Append(b"ours".to_vec())], mode: 0o644 }];
            // Where the link of root's leads into a directory of root's all along, the change is one of that file.
            if prepare(&tasks(&ours))
                .is_ok_and(|prepared| prepared.paths().all(|path| path.starts_with(format!("{BENCH}/good"))))
            {
                through += 1;
            } else {
                refused += 1;
            }
            Ok(())
        });
        stop.store(true, Ordering::Relaxed);
        outcome
    })?;
    before.same(&Tree::of(&["/etc"])?)?;
    if through > 0 && refused > 0 {
        Ok(())
    } else {
        Err(format!("no race: {through} through, {refused} refused").into())
    }
}

fn one_at_a_time(sandbox: &Sandbox) -> Result<(), Failed> {
    host::prepare(sandbox)?;
    fresh()?;
    let journal = Journal::open()?;
    let held = journal.lock()?;
    let Err(trouble) = journal.lock() else {
        return Err("two hold the lock".into());
    };
    let said = trouble.to_string();
    if !said.contains(&format!("process {}", std::process::id())) || !said.contains("wait") {
        return Err(said.into());
    }
    drop(held);
    journal.lock()?;
    Ok(())
}
