//! `undo` on runs of the library: what it takes back, what it refuses, and what it never follows.

use std::fs;
use std::path::{Path, PathBuf};

use bridge_doctor::fix::apply::{Task, apply, prepare};
use bridge_doctor::fix::journal::Journal;
use bridge_doctor::platform::{Action, Effect, LineEdit, ModeChange};
use libtest_mimic::{Failed, Trial};

use super::host::{self, JOURNAL};
use super::tree::Tree;
use crate::doctor::{self, Answer};
use crate::sandbox::{ALICE, Credentials, Sandbox, files};

/// Where the files of these runs stand.
const BENCH: &str = "/mnt/desk/bench";
/// The file that they write.
const FILE: &str = "/mnt/desk/bench/sub/file";

/// The trials.
pub fn trials() -> Vec<Trial> {
    vec![
        super::super::trial("undo: the last run first, and only what nobody changed since", in_order),
        super::super::trial("undo: a forged or damaged journal is not followed", forged),
        super::super::trial("undo: it needs root and a yes", consent),
    ]
}

fn actions(line: &str) -> Vec<Action> {
    vec![
        Action::MakeDirectory { path: PathBuf::from(FILE).with_file_name(""), mode: 0o755 },
        Action::EditFile { path: FILE.into(), edits: vec![LineEdit::Append(line.into())], mode: 0o644 },
        Action::SetMode { path: FILE.into(), owner: None, mode: Some(ModeChange::Remove(0o044)) },
    ]
}

/// A run that appends a line.
fn append(line: &str) -> Result<String, Failed> {
    let actions = actions(line);
    let tasks: Vec<_> = actions
        .iter()
        .map(|action| Task { id: "1", cause: "acl-denied", summary: "add a line", action, effect: &Effect::Evident })
        .collect();
    let prepared = prepare(&tasks)?;
    let mut run = Journal::open()?.begin(vec!["acl-denied".to_owned()], tasks.len())?;
    apply(&tasks, &prepared, &mut run, &mut |_| {}, &|| true).map_err(|stopped| format!("{stopped:?}"))?;
    run.applied()?;
    Ok(run.id().to_owned())
}

fn undo(sandbox: &Sandbox, further: &[&str]) -> Result<Answer, String> {
    doctor::call(sandbox, Credentials::ROOT, ["undo"].iter().chain(further))
}

fn fresh() -> Result<Tree, Failed> {
    host::clear_journal()?;
    crate::sandbox::place::remove(BENCH)?;
    files::directory(BENCH, 0o755)?;
    Ok(Tree::of(&[BENCH])?)
}

fn expect(answer: &Answer, exit: i32, words: &[&str]) -> Result<(), Failed> {
    let said = format!("{}{}", answer.stdout, answer.stderr);
    match words.iter().find(|word| !said.contains(**word)) {
        None if answer.exit == exit => Ok(()),
        missing => Err(format!("exit {} (expected {exit}), lacks {missing:?}: {said}", answer.exit).into()),
    }
}

fn in_order(sandbox: &Sandbox) -> Result<(), Failed> {
    host::prepare(sandbox)?;
    let nothing = fresh()?;
    expect(&undo(sandbox, &["--yes"])?, 0, &["nothing to take back"])?;
    expect(&undo(sandbox, &["--list"])?, 0, &["has changed nothing"])?;
    let first = append("first")?;
    let between = Tree::of(&[BENCH])?;
    let second = append("second")?;
    let after = Tree::of(&[BENCH])?;

    expect(&undo(sandbox, &["--list"])?, 0, &[&first, &second, "applied", "acl-denied"])?;
    let listed: serde_json::Value = serde_json::from_str(&undo(sandbox, &["--list", "--format=json"])?.stdout)?;
    if listed["runs"][1]["run"] != *second || listed["schema"] != "bridge-doctor/runs/v1" {
        return Err(format!("the list: {listed}").into());
    }
    expect(&undo(sandbox, &["--dry-run"])?, 0, &["-second", FILE, "1 file would be put back"])?;
    after.same(&Tree::of(&[BENCH])?)?;
    // The first run may be what the second builds upon.
    expect(&undo(sandbox, &[&first, "--yes"])?, 2, &[&second, "came later"])?;
    expect(&undo(sandbox, &["77", "--yes"])?, 2, &["no run `77`"])?;
    after.same(&Tree::of(&[BENCH])?)?;

    // Somebody's own line is not lost, and the way by hand is told.
    let ours = fs::read(FILE)?;
    fs::write(FILE, [&ours[..], b"somebody's own\n"].concat())?;
    let changed = Tree::of(&[BENCH])?;
    let words = ["somebody changed it since", FILE, "content", "sudo diff -u", "sudo install", "+somebody's own"];
    expect(&undo(sandbox, &["--dry-run"])?, 1, &words)?;
    changed.same(&Tree::of(&[BENCH])?)?;
    fs::write(FILE, &ours)?;
    files::chmod(FILE, 0o755)?;
    expect(&undo(sandbox, &["--dry-run"])?, 1, &["somebody changed it since", "mode"])?;
    files::chmod(FILE, 0o600)?;
    after.same(&Tree::of(&[BENCH])?)?;

    expect(&undo(sandbox, &["--yes"])?, 0, &[&second, "is taken back"])?;
    between.same(&Tree::of(&[BENCH])?)?;
    expect(&undo(sandbox, &["2", "--yes"])?, 2, &["taken back already"])?;
    files::write(Path::new(FILE).with_file_name("other"), "not ours", 0o644)?;
    expect(&undo(sandbox, &["1", "--yes"])?, 1, &["something else is in it"])?;
    fs::remove_file(Path::new(FILE).with_file_name("other"))?;
    fs::remove_dir(Path::new(FILE).with_file_name(""))?;
    nothing.same(&Tree::of(&[BENCH])?)?;
    expect(&undo(sandbox, &["--list"])?, 0, &["undone"])?;
    Ok(())
}

/// What somebody does to the journal.
type Damage = (&'static str, fn(&Path) -> std::io::Result<()>);

const DAMAGES: &[Damage] = &[
    ("journal of a user", |_| files::own(JOURNAL, ALICE, ALICE, 0o700)),
    ("journal that all may read", |_| files::chmod(JOURNAL, 0o755)),
    ("run of a user", |run| files::own(run, ALICE, ALICE, 0o700)),
    ("run that a group may write", |run| files::chmod(run, 0o770)),
    ("entry of a user", |run| files::own(run.join("000001.json"), ALICE, 0, 0o600)),
    ("entry that all may write", |run| files::chmod(run.join("000001.json"), 0o666)),
    ("entry that is no JSON", |run| fs::write(run.join("000001.json"), "{")),
    ("entry of another schema", |run| {
        let text = fs::read_to_string(run.join("000001.json"))?;
        fs::write(run.join("000001.json"), text.replace("journal/v1", "journal/v9"))
    }),
    ("entry with an unknown word", |run| {
        let text = fs::read_to_string(run.join("000001.json"))?;
        fs::write(run.join("000001.json"), text.replace("\"summary\"", "\"sumary\""))
    }),
    ("entry that is missing", |run| fs::remove_file(run.join("000002.json"))),
    ("entry that is a link", |run| {
        fs::copy(run.join("000001.json"), "/mnt/desk/entry")?;
        fs::remove_file(run.join("000001.json"))?;
        files::link("/mnt/desk/entry", run.join("000001.json"))
    }),
    ("entry that is a pipe", |run| {
        fs::remove_file(run.join("000001.json"))?;
        files::node(run.join("000001.json"), nix::sys::stat::SFlag::S_IFIFO, (0, 0), 0o600)
    }),
    ("entry with a second name", |run| fs::hard_link(run.join("000001.json"), "/var/lib/second-name")),
    ("content with other bytes", |run| fs::write(run.join("001-0.before"), "allow all\n")),
    ("content elsewhere", |run| {
        let text = fs::read_to_string(run.join("000003.json"))?;
        fs::write(run.join("000003.json"), text.replace("001-0.before", "../../../../etc/shadow"))
    }),
    ("path that leads into a user's directory", |run| {
        let text = fs::read_to_string(run.join("000003.json"))?;
        files::directory("/mnt/desk/alice", 0o755)?;
        files::own("/mnt/desk/alice", ALICE, ALICE, 0o755)?;
        fs::write(run.join("000003.json"), text.replace(FILE, "/mnt/desk/alice/file"))
    }),
    ("link in place of the run", |run| {
        fs::rename(run, "/var/lib/moved")?;
        files::link("/var/lib/moved", run)
    }),
    ("link in place of the journal", |_| {
        fs::rename(JOURNAL, "/var/lib/moved")?;
        files::link("/var/lib/moved", JOURNAL)
    }),
    ("file in place of the journal", |_| {
        fs::remove_dir_all(JOURNAL)?;
        files::write(JOURNAL, "", 0o600)
    }),
    ("something else in the journal", |_| files::write(format!("{JOURNAL}/note"), "", 0o600)),
];

fn forged(sandbox: &Sandbox) -> Result<(), Failed> {
    host::prepare(sandbox)?;
    for (name, damage) in DAMAGES {
        fresh()?;
        for leftover in ["/var/lib/moved", "/var/lib/second-name", "/mnt/desk/entry", "/mnt/desk/alice"] {
            crate::sandbox::place::remove(leftover)?;
        }
        files::directory(Path::new(FILE).with_file_name(""), 0o755)?;
        files::write(FILE, "before\n", 0o644)?;
        let run = append("ours")?;
        damage(&Path::new(JOURNAL).join(run))?;
        let before = Tree::now()?;
        let answer = undo(sandbox, &["--yes"])?;
        before.same(&Tree::now()?).map_err(|why| format!("{name}: {why}"))?;
        let said = format!("{}{}", answer.stdout, answer.stderr);
        if answer.exit != 4 || !said.contains("try: ") || said.contains("is taken back") {
            return Err(format!("{name}: exit {}: {said}", answer.exit).into());
        }
    }
    Ok(())
}

fn consent(sandbox: &Sandbox) -> Result<(), Failed> {
    host::prepare(sandbox)?;
    fresh()?;
    append("ours")?;
    let before = Tree::of(&[BENCH, JOURNAL])?;
    expect(&undo(sandbox, &[])?, 2, &["no terminal", "--yes"])?;
    expect(
        &doctor::call(sandbox, Credentials::ALICE, ["undo", "--yes"])?,
        2,
        &["only root", "sudo bridge-doctor undo"],
    )?;
    before.same(&Tree::of(&[BENCH, JOURNAL])?)?;
    Ok(())
}
