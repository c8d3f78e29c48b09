//! The executor by itself: every kind of change on every kind of object, applied, cut short and taken back.

use std::path::PathBuf;

use bridge_doctor::fix::apply::{Task, apply, prepare};
use bridge_doctor::fix::journal::{Journal, RunState, Why};
use bridge_doctor::fix::undo::take_back;
use bridge_doctor::platform::{Action, Effect, LineEdit, ModeChange};
use libtest_mimic::{Failed, Trial};
use nix::sys::stat::SFlag;

use super::host;
use super::tree::Tree;
use crate::sandbox::files::{self, NET_ADMIN};
use crate::sandbox::{ALICE, LAB_GROUP, Sandbox};

/// Where the objects stand.
const BENCH: &str = "/mnt/desk/bench";

/// An object, by name.
type Made = (&'static str, fn(&str) -> std::io::Result<()>);

/// What a change can find.
const OBJECTS: &[Made] = &[
    ("absent", |_| Ok(())),
    ("plain", |path| files::write(path, "allow br1\n# a comment\n", 0o644)),
    ("unfinished line", |path| files::write(path, "allow br1", 0o644)),
    ("empty", |path| files::write(path, "", 0o600)),
    ("binary", |path| files::write(path, b"\0\xff\xfe\n\n\0", 0o640)),
    ("of a user", |path| {
        files::write(path, "mine\n", 0o644)?;
        files::own(path, ALICE, LAB_GROUP, 0o4750)
    }),
    ("privileged", |path| {
        files::write(path, "#!\n", 0o755)?;
        files::own(path, 0, LAB_GROUP, 0o6755)
    }),
    ("with capability", |path| {
        files::write(path, "#!\n", 0o755)?;
        files::capabilities(path, NET_ADMIN, true, None)
    }),
    ("with capability, of a user", |path| {
        files::write(path, "#!\n", 0o755)?;
        files::own(path, ALICE, ALICE, 0o755)?;
        files::capabilities(path, NET_ADMIN, false, None)
    }),
    ("with ACL", |path| {
        files::write(path, "x\n", 0o600)?;
        files::posix_acl(path, ALICE, 4, 6)
    }),
    ("with two names", |path| {
        files::write(path, "x\n", 0o644)?;
        files::own(path, ALICE, ALICE, 0o4644)?;
        std::fs::hard_link(path, format!("{path}.other"))
    }),
    ("directory", |path| files::directory(path, 0o700)),
    ("full directory", |path| {
        files::directory(path, 0o755)?;
        files::write(format!("{path}/inside"), "kept", 0o644)
    }),
    ("link", |path| {
        files::write(format!("{path}.real"), "behind the link\n", 0o600)?;
        files::link(format!("{path}.real"), path)
    }),
    ("dangling link", |path| files::link("nowhere", path)),
    ("device", |path| files::node(path, SFlag::S_IFCHR, (10, 200), 0o600)),
    ("pipe", |path| files::node(path, SFlag::S_IFIFO, (0, 0), 0o644)),
];

fn actions(path: &str) -> Vec<Vec<Action>> {
    let path = PathBuf::from(path);
    let at = || path.clone();
    let root = || Some(("root".to_owned(), "root".to_owned()));
    let append = || vec![LineEdit::Append(b"allow br0".to_vec())];
    let run = |argv: &[&str]| Action::Run {
        argv: argv.iter().map(|word| (*word).to_owned()).collect(),
        undo: None,
        writes: vec![at()],
    };
    let name = path.to_string_lossy().into_owned();
    vec![
        vec![Action::WriteFile { path: at(), content: b"allow br0\n".to_vec(), mode: 0o644 }],
        vec![Action::EditFile { path: at(), edits: append(), mode: 0o644 }],
        vec![Action::SetMode { path: at(), owner: None, mode: Some(ModeChange::Add(0o4055)) }],
        vec![Action::SetMode { path: at(), owner: None, mode: Some(ModeChange::Remove(0o7077)) }],
        vec![Action::SetMode { path: at(), owner: root(), mode: Some(ModeChange::Set(0o4755)) }],
        vec![Action::SetMode { path: at(), owner: root(), mode: None }],
        vec![Action::SetMode { path: at(), owner: Some(("4001".to_owned(), "4002".to_owned())), mode: None }],
        vec![Action::SetCapabilities { path: at(), net_admin: true }],
        vec![Action::SetCapabilities { path: at(), net_admin: false }],
        vec![Action::MakeLink { path: at(), target: PathBuf::from("/nowhere/else") }],
        vec![Action::MakeDirectory { path: at(), mode: 0o755 }],
        vec![
            Action::MakeDirectory { path: path.join("a/b"), mode: 0o755 },
            Action::WriteFile { path: path.join("a/b/file"), content: b"new\n".to_vec(), mode: 0o600 },
            Action::EditFile { path: path.join("a/b/file"), edits: append(), mode: 0o600 },
            Action::SetMode { path: path.join("a/b/file"), owner: None, mode: Some(ModeChange::Set(0o640)) },
            Action::MakeLink { path: path.join("a/link"), target: PathBuf::from("b/file") },
        ],
        vec![run(&["rm", "-f", &name])],
        vec![run(&["chown", "4001:4002", &name]), run(&["chmod", "7777", &name])],
        // What a program leaves is changed further.
        vec![
            run(&["chmod", "700", &name]),
            Action::SetMode { path: at(), owner: None, mode: Some(ModeChange::Add(0o4011)) },
            run(&["chown", "4001:4002", &name]),
            Action::SetCapabilities { path: at(), net_admin: true },
        ],
        vec![
            run(&["cp", "--remove-destination", "-T", "/etc/hostname", &name]),
            Action::EditFile { path: at(), edits: append(), mode: 0o644 },
        ],
        vec![run(&["cp", "--remove-destination", "-T", "/etc/hostname", &name])],
    ]
}

/// The trials.
pub fn trials() -> Vec<Trial> {
    vec![
        super::super::trial("fix: every change of every object is taken back", every_change),
        super::super::trial("fix: a failing step takes back those before it", failing),
        super::super::trial("fix: a program runs with its name and nothing of the caller's", program),
    ]
}

fn tasks(actions: &[Action]) -> Vec<Task<'_>> {
    actions
        .iter()
        .map(|action| Task { id: "1", cause: "a-cause", summary: "a change", action, effect: &Effect::Evident })
        .collect()
}

fn fresh(object: &Made) -> std::io::Result<String> {
    crate::sandbox::place::remove(BENCH)?;
    files::directory(BENCH, 0o755)?;
    let path = format!("{BENCH}/object");
    object.1(&path)?;
    Ok(path)
}

fn every_change(sandbox: &Sandbox) -> Result<(), Failed> {
    host::prepare(sandbox)?;
    let (mut applied, mut refused) = (0, 0);
    for object in OBJECTS {
        let path = fresh(object)?;
        for actions in actions(&path) {
            fresh(object)?;
            host::clear_journal()?;
            let before = Tree::of(&[BENCH])?;
            let outcome = one(&actions, &before).map_err(|why| format!("{} and {actions:?}: {why}", object.0))?;
            if outcome {
                applied += 1;
            } else {
                refused += 1;
            }
            before.same(&Tree::of(&[BENCH])?).map_err(|why| format!("{} and {actions:?}: {why}", object.0))?;
        }
    }
    // Most changes suit most objects; a refusal of all of them would pass everything above.
    if applied > 150 && refused > 20 { Ok(()) } else { Err(format!("{applied} applied, {refused} refused").into()) }
}

/// Applies and takes back; whether it was applied at all.
fn one(actions: &[Action], before: &Tree) -> Result<bool, String> {
    let say = |trouble: bridge_doctor::fix::Trouble| trouble.to_string();
    let says = |troubles: Vec<bridge_doctor::fix::Trouble>| format!("{troubles:?}");
    let tasks = tasks(actions);
    let Ok(prepared) = prepare(&tasks) else {
        return Ok(false);
    };
    let journal = Journal::open().map_err(say)?;
    let mut run = journal.begin(vec!["a-cause".to_owned()], tasks.len()).map_err(say)?;
    match apply(&tasks, &prepared, &mut run, &mut |_| {}, &|| true) {
        Err(stopped) => {
            take_back(&mut run, Why::Failed, &mut |_| {}).map_err(says)?;
            // Only what a program does is not known beforehand.
            let so_far = actions.iter().take(stopped.step + 1);
            let by_program = so_far.into_iter().any(|action| matches!(action, Action::Run { .. }));
            if by_program { Ok(false) } else { Err(format!("not foreseen: {:?}", stopped.trouble)) }
        }
        Ok(()) => {
            run.applied().map_err(say)?;
            let after = Tree::of(&[BENCH]).map_err(|error| error.to_string())?;
            for path in before.unlike(&after) {
                let planned = prepared.paths().any(|planned| planned == path);
                // A change of a file with two names is one of both.
                let other = path.extension().is_some_and(|end| end == "other");
                if !planned && !other {
                    return Err(format!("{} was changed as well", path.display()));
                }
            }
            // From the disk, as another process would.
            let mut runs = journal.runs().map_err(say)?;
            let read = runs.whole.last_mut().ok_or("no run in the journal")?;
            if read.state() != RunState::Applied {
                return Err(format!("the journal says {:?}", read.state()));
            }
            let back = take_back(read, Why::Undo, &mut |_| {}).map_err(says)?;
            let state = journal.runs().map_err(say)?.whole.last().map(|run| run.state());
            if back.left.is_empty() && state == Some(RunState::Undone) {
                Ok(true)
            } else {
                Err(format!("{back:?} and {state:?}"))
            }
        }
    }
}

fn failing(sandbox: &Sandbox) -> Result<(), Failed> {
    host::prepare(sandbox)?;
    // What a program writes into a file with two names is put back under one of them.
    for object in OBJECTS.iter().filter(|object| object.0 != "with two names") {
        let path = fresh(object)?;
        for mut actions in actions(&path) {
            fresh(object)?;
            host::clear_journal()?;
            actions.push(Action::Run {
                argv: vec!["sh".to_owned(), "-c".to_owned(), format!("echo spoilt 1<>{path}; echo why >&2; exit 7")],
                undo: None,
                writes: vec![PathBuf::from(&path)],
            });
            let before = Tree::of(&[BENCH])?;
            let tasks = tasks(&actions);
            let Ok(prepared) = prepare(&tasks) else {
                continue;
            };
            let mut run = Journal::open()?.begin(Vec::new(), tasks.len())?;
            let stopped = apply(&tasks, &prepared, &mut run, &mut |_| {}, &|| true);
            let Err(stopped) = stopped else {
                return Err(format!("{} and {actions:?}: the failing program counts as a success", object.0).into());
            };
            let said = stopped.trouble.map(|trouble| trouble.what).unwrap_or_default();
            if stopped.step + 1 == tasks.len() && !(said.contains("why") && said.contains('7')) {
                return Err(format!("the program's words are lost: {said}").into());
            }
            take_back(&mut run, Why::Failed, &mut |_| {})
                .map_err(|why| format!("{} and {actions:?}: {why:?}", object.0))?;
            before.same(&Tree::of(&[BENCH])?).map_err(|why| format!("{} and {actions:?}: {why}", object.0))?;
        }
    }
    Ok(())
}

fn program(sandbox: &Sandbox) -> Result<(), Failed> {
    host::prepare(sandbox)?;
    fresh(&OBJECTS[0])?;
    let link = format!("{BENCH}/applet");
    files::link("/bin/sh", &link)?;
    let environment =
        r#"test "$(tr '\0' '\n' < /proc/$$/environ | cut -d= -f1 | sort | tr '\n' ' ')" = 'LC_ALL PATH '"#;
    let runs = [
        ("its own name", link.as_str(), format!("test \"$0\" = {link}"), true),
        ("the name asked for", "sh", "test \"$0\" = sh".to_owned(), true),
        ("a clean environment", "sh", environment.to_owned(), true),
        ("no input", "sh", "! read -r line".to_owned(), true),
        ("no descriptor of ours", "sh", "test \"$(ls /proc/self/fd | wc -l)\" = 4".to_owned(), true),
        ("no terminal's group", "sh", "test \"$(cut -d' ' -f5 /proc/$$/stat)\" = $$".to_owned(), true),
        ("a program that is missing", "no-such-program", String::new(), false),
    ];
    for (name, program, script, works) in runs {
        host::clear_journal()?;
        let argv = vec![program.to_owned(), "-c".to_owned(), script];
        let actions = [Action::Run { argv, undo: None, writes: Vec::new() }];
        let tasks = tasks(&actions);
        let done = prepare(&tasks).map_err(|trouble| trouble.to_string()).and_then(|prepared| {
            let mut run =
                Journal::open().and_then(|journal| journal.begin(Vec::new(), 1)).map_err(|t| t.to_string())?;
            apply(&tasks, &prepared, &mut run, &mut |_| {}, &|| true).map_err(|stopped| format!("{stopped:?}"))
        });
        if done.is_ok() != works {
            return Err(format!("{name}: {done:?}").into());
        }
    }
    // Whoever can write a program must not get root to run it.
    files::write(format!("{BENCH}/loose"), "#!/bin/sh\n", 0o777)?;
    let loose = [Action::Run { argv: vec![format!("{BENCH}/loose")], undo: None, writes: Vec::new() }];
    match prepare(&tasks(&loose)) {
        Err(trouble) if trouble.to_string().contains("others than root may write it") => Ok(()),
        other => Err(format!("a program for all to write: {other:?}").into()),
    }
}
