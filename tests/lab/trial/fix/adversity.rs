//! No room, somebody who swaps directories meanwhile, and a second `fix`.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use bridge_doctor::fix::Trouble;
use bridge_doctor::fix::apply::{apply, prepare};
use bridge_doctor::fix::journal::{Journal, Why};
use bridge_doctor::fix::undo::take_back;
use bridge_doctor::platform::{Action, LineEdit};
use libtest_mimic::{Failed, Trial};

use super::host;
use super::tree::Tree;
use super::unsafe_places::{BENCH, HERS, actions, fresh, tasks};
use crate::sandbox::{ALICE, LAB_GROUP, Sandbox, files};

/// The trials.
pub fn trials() -> Vec<Trial> {
    vec![
        super::super::trial("fix: a full disk costs nothing", full),
        super::super::trial("fix: a directory that is swapped all the time leads nowhere", swapped),
        super::super::trial("fix: one at a time", one_at_a_time),
    ]
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
