//! Before and while it changes something: the question on a terminal, what happens meanwhile, a signal, and a result
//! that is not the one that was planned.

use std::io::{Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};

use super::host;
use super::tree::Tree;
use crate::doctor::{self, Answer};
use crate::sandbox::place::{ACL, DESK, DOCTOR, HELPER};
use crate::sandbox::{ALICE, Credentials, Sandbox, files, run};
use crate::state::State;

const FAULTS: &str = "helper:0755,acl:comma";
const FIX: [&str; 4] = ["fix", "--user", "alice", "--bridge=br0"];

/// No answer takes longer.
const LIMIT: Duration = Duration::from_secs(30);

/// The trials.
pub fn trials() -> Vec<Trial> {
    vec![
        super::super::trial("fix and undo: they ask, and take no for an answer", asks),
        super::super::trial("fix: what changes while it asks is not overwritten", meanwhile),
        super::super::trial("fix: it needs root and a yes", consent),
        super::super::trial("fix: a signal takes everything back", signalled),
        super::super::trial("fix: what does not come out as planned is taken back", contradicted),
    ]
}

pub(super) fn fresh(sandbox: &Sandbox, named: &str) -> Result<Tree, Failed> {
    host::clear_journal()?;
    host::clear_statoverride()?;
    sandbox.forget();
    sandbox.realise(&State::parse(named)?)?;
    Ok(Tree::now()?)
}

/// A run on a terminal of its own.
struct Terminal {
    child: Child,
    said: String,
}

impl Terminal {
    fn start(sandbox: &Sandbox, arguments: &[&str]) -> Result<Self, Failed> {
        let line = [&[DOCTOR], arguments].concat().join(" ");
        let mut script = doctor::command("/usr/bin/script");
        script.args(["-q", "-e", "-c", &line, "/dev/null"]).env("TERM", "dumb");
        script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Credentials::ROOT.put_on(&mut script, &sandbox.namespaces)?;
        Ok(Self { child: script.spawn()?, said: String::new() })
    }

    /// Reads until the question stands there.
    fn question(&mut self) -> Result<(), Failed> {
        let started = Instant::now();
        let mut byte = [0];
        while !self.said.ends_with("[y/N] ") {
            let out = self.child.stdout.as_mut().ok_or("no output")?;
            if out.read(&mut byte)? == 0 || started.elapsed() > LIMIT {
                return Err(format!("no question: {}", self.said).into());
            }
            self.said.push(char::from(byte[0]));
        }
        Ok(())
    }

    fn answer(mut self, answer: &str) -> Result<Answer, Failed> {
        if let Some(mut input) = self.child.stdin.take() {
            input.write_all(answer.as_bytes())?;
            input.flush()?;
            // Closed only after the end, which a terminal would take for a hang-up.
            let mut rest = String::new();
            self.child.stdout.as_mut().ok_or("no output")?.read_to_string(&mut rest)?;
            self.said += &rest;
            drop(input);
        }
        let status = self.child.wait()?;
        Ok(Answer { exit: status.code().unwrap_or(-1), stdout: self.said, stderr: String::new() })
    }
}

fn expect(answer: &Answer, exit: i32, words: &[&str]) -> Result<(), Failed> {
    let said = format!("{}{}", answer.stdout, answer.stderr);
    match words.iter().find(|word| !said.contains(**word)) {
        None if answer.exit == exit => Ok(()),
        missing => Err(format!("exit {} (expected {exit}), lacks {missing:?}: {said}", answer.exit).into()),
    }
}

fn asks(sandbox: &Sandbox) -> Result<(), Failed> {
    host::prepare(sandbox)?;
    for answer in ["n\n", "\n", "yess\n", "\u{4}"] {
        let before = fresh(sandbox, FAULTS)?;
        let mut terminal = Terminal::start(sandbox, &FIX)?;
        terminal.question()?;
        before.same(&Tree::now()?)?;
        // The plan is shown before the question.
        let ended = terminal.answer(answer)?;
        expect(&ended, 1, &["dpkg-statoverride", "bridge.conf", "nothing was changed"])?;
        before.same(&Tree::now()?)?;
        if host::stands(host::JOURNAL) {
            return Err("a journal of nothing".into());
        }
    }
    fresh(sandbox, FAULTS)?;
    let mut terminal = Terminal::start(sandbox, &FIX)?;
    terminal.question()?;
    expect(&terminal.answer("yes\n")?, 0, &["[1/", "made and verified", "sudo bridge-doctor undo"])?;
    let mended = Tree::now()?;
    let mut terminal = Terminal::start(sandbox, &["undo"])?;
    terminal.question()?;
    expect(&terminal.answer("n\n")?, 1, &["bridge.conf", "nothing was changed"])?;
    Ok(mended.same(&Tree::now()?)?)
}

/// What somebody does while the question stands there.
type Meanwhile = (&'static str, fn() -> std::io::Result<()>, &'static [&'static str]);

const MEANWHILE: &[Meanwhile] = &[
    ("a line is added to the ACL", || std::fs::write(ACL, "allow br0,br1\n# mine\n"), &[ACL, "content"]),
    ("the ACL's mode", || files::chmod(ACL, 0o600), &[ACL, "mode"]),
    ("the ACL goes", || std::fs::remove_file(ACL), &[ACL, "gone"]),
    (
        "the ACL becomes a link into a home",
        || {
            std::fs::remove_file(ACL)?;
            files::directory(format!("{DESK}/alice"), 0o755)?;
            files::own(format!("{DESK}/alice"), ALICE, ALICE, 0o755)?;
            files::write(format!("{DESK}/alice/acl"), "allow br0,br1\n", 0o644)?;
            files::link(format!("{DESK}/alice/acl"), ACL)
        },
        &["/alice", "belongs to user 4001"],
    ),
    ("the helper's mode", || files::chmod(HELPER, 0o700), &[HELPER, "mode"]),
    ("the helper's owner", || files::own(HELPER, ALICE, ALICE, 0o755), &[HELPER, "owner"]),
    (
        "an override",
        || {
            let database = std::fs::read_to_string("/var/lib/dpkg/statoverride").unwrap_or_default();
            std::fs::write("/var/lib/dpkg/statoverride", database + "root root 4711 /usr/bin/other\n")
        },
        &["/var/lib/dpkg/statoverride"],
    ),
];

fn meanwhile(sandbox: &Sandbox) -> Result<(), Failed> {
    host::prepare(sandbox)?;
    for (name, change, words) in MEANWHILE {
        fresh(sandbox, FAULTS)?;
        crate::sandbox::place::remove(format!("{DESK}/alice"))?;
        let mut terminal = Terminal::start(sandbox, &FIX)?;
        terminal.question()?;
        change()?;
        let before = Tree::now()?;
        let ended = terminal.answer("y\n")?;
        expect(&ended, 4, words).map_err(|failed| format!("{name}: {}", failed.message().unwrap_or_default()))?;
        before.same(&Tree::now()?).map_err(|why| format!("{name}: {why}"))?;
    }
    // Another fix, while the first one asks: one of the two is told.
    fresh(sandbox, FAULTS)?;
    doctor::call(sandbox, Credentials::ROOT, FIX.iter().chain(&["--yes"]))?;
    files::chmod(HELPER, 0o755)?;
    let mut first = Terminal::start(sandbox, &FIX)?;
    first.question()?;
    let before = Tree::now()?;
    for second in [&["fix", "--yes", "--user", "alice", "--bridge=br0"][..], &["undo", "--yes"]] {
        expect(&doctor::call(sandbox, Credentials::ROOT, second)?, 4, &["another fix or undo is at work: process"])?;
        before.same(&Tree::now()?)?;
    }
    expect(&first.answer("y\n")?, 0, &["made and verified"])
}

fn consent(sandbox: &Sandbox) -> Result<(), Failed> {
    host::prepare(sandbox)?;
    let before = fresh(sandbox, FAULTS)?;
    expect(&doctor::call(sandbox, Credentials::ROOT, FIX)?, 2, &["no terminal", "--yes", "--dry-run"])?;
    let hers = ["fix", "--bridge=br0", "--yes"];
    expect(&doctor::call(sandbox, Credentials::ALICE, hers)?, 2, &["only root", "sudo bridge-doctor fix"])?;
    before.same(&Tree::now()?)?;
    // Without a fault nothing is asked, and nobody has to be root.
    let before = fresh(sandbox, "helper:4755")?;
    expect(&doctor::call(sandbox, Credentials::ALICE, ["fix", "--bridge=br0"])?, 0, &["Nothing has to be done"])?;
    before.same(&Tree::now()?)?;
    Ok(())
}

/// The doctor under `strace` with something injected.
fn traced(sandbox: &Sandbox, inject: &str) -> Result<Command, Failed> {
    let mut strace = doctor::command("/usr/bin/strace");
    strace.args(["-qq", "-f", "-o", "/dev/null", "-e", inject, "-e", "signal=none", DOCTOR]).args(FIX).arg("--yes");
    Credentials::ROOT.put_on(&mut strace, &sandbox.namespaces)?;
    Ok(strace)
}

fn signalled(sandbox: &Sandbox) -> Result<(), Failed> {
    host::prepare(sandbox)?;
    // The same signal at different steps: with the n-th fsync, and while the program runs.
    for (inject, done) in [
        ("inject=fsync:signal=SIGINT:when=2", true),
        ("inject=fsync:signal=SIGTERM:when=9", true),
        ("inject=fsync:signal=SIGHUP:when=14", true),
        ("inject=renameat2:signal=SIGINT:when=1", true),
    ] {
        let before = fresh(sandbox, FAULTS)?;
        let ended = run(&mut traced(sandbox, inject)?, LIMIT)?;
        let said = format!("{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
        let status = ended.status.ok_or("it hangs")?;
        before.same(&Tree::now()?).map_err(|why| format!("{inject}: {why}\n{said}"))?;
        if done && (status.signal().is_none() || !said.contains("interrupted") || !said.contains("taken back")) {
            return Err(format!("{inject}: {status}: {said}").into());
        }
        expect(&doctor::call(sandbox, Credentials::ROOT, ["undo", "--list"])?, 0, &["undone"])?;
    }
    Ok(())
}

fn contradicted(sandbox: &Sandbox) -> Result<(), Failed> {
    host::prepare(sandbox)?;
    let before = fresh(sandbox, FAULTS)?;
    // Alice may have no second process, of which nothing that was looked at tells.
    let mut first = doctor::command("/bin/sleep");
    first.arg("60").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Credentials::ALICE.put_on(&mut first, &sandbox.namespaces)?;
    let mut first = first.spawn()?;
    let outcome = rolled_back(sandbox, &before);
    first.kill()?;
    first.wait()?;
    outcome
}

fn rolled_back(sandbox: &Sandbox, before: &Tree) -> Result<(), Failed> {
    let limited = |further: &[&str]| -> Result<Answer, Failed> {
        let mut prlimit = doctor::command("/usr/bin/prlimit");
        prlimit.args(["--nproc=0:0", DOCTOR]).args(FIX).arg("--yes").args(further);
        Credentials::ROOT.put_on(&mut prlimit, &sandbox.namespaces)?;
        Ok(doctor::answer(&run(&mut prlimit, LIMIT)?)?)
    };
    let words =
        ["did not come out as planned", "everything was taken back", "the real helper does not put a tap on br0"];
    expect(&limited(&[])?, 5, &words)?;
    before.same(&Tree::now()?)?;
    let answer = limited(&["--format=json"])?;
    let plan: serde_json::Value = serde_json::from_str(&answer.stdout)?;
    let back =
        plan["actions"].as_array().is_some_and(|actions| actions.iter().all(|action| action["state"] == "rolled-back"));
    if answer.exit == 5 && plan["verified"] == false && back && plan["run"].is_string() {
        Ok(())
    } else {
        Err(format!("exit {}: {plan}", answer.exit).into())
    }
}
