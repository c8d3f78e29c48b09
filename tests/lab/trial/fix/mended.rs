//! On states of the lab: what `fix` mends, the real helper then does; a second `fix` changes nothing; `undo` leaves no
//! trace but the journal.

use std::collections::BTreeMap;
use std::io::Write as _;

use libtest_mimic::{Failed, Trial};
use serde_json::Value as Json;

use super::host;
use super::tree::Tree;
use crate::dimension::{Dimension, Health};
use crate::doctor::{self, Answer};
use crate::oracle;
use crate::sandbox::place::{ACL, TREE};
use crate::sandbox::{Credentials, Sandbox, files};
use crate::state::{self, State};
use crate::tally::Tally;

/// The dimensions that a fix can change something in, those of one process left out.
const PAIRS: [(Dimension, Dimension, &str); 6] = [
    (Dimension::Helper, Dimension::Acl, "fix: pairs of helper and acl"),
    (Dimension::Helper, Dimension::Tun, "fix: pairs of helper and tun"),
    (Dimension::Acl, Dimension::Tun, "fix: pairs of acl and tun"),
    (Dimension::Bridge, Dimension::Acl, "fix: pairs of bridge and acl"),
    (Dimension::Bridge, Dimension::Helper, "fix: pairs of bridge and helper"),
    (Dimension::Bridge, Dimension::Tun, "fix: pairs of bridge and tun"),
];

/// Of the pairs an ordinary run takes every so many; `LAB_EVERY=1` takes all of them.
const ORDINARY: usize = 41;

/// Of those pairs, the script of every so many is run.
const SCRIPTS: usize = 3;

/// The trials.
pub fn trials() -> Vec<Trial> {
    let singles = super::super::trial("fix: single faults", |sandbox| {
        host::prepare(sandbox)?;
        every(sandbox, "fix: single faults", single_faults(), 1, 50)
    });
    // No container's host has to be asked there.
    let metal = super::super::trial("fix: single faults of tun, in no container", |sandbox| {
        host::prepare(sandbox)?;
        host::leave_container()?;
        let of_tun = single_faults().filter(|state| state.value(Dimension::Tun).name != "0666");
        every(sandbox, "fix: single faults of tun, in no container", of_tun, 1, 8)
    });
    let kept = super::super::trial("fix: a file that is opened up keeps its other lines", other_lines);
    let pairs = PAIRS.into_iter().map(|(outer, inner, name)| {
        super::super::trial(name, move |sandbox| {
            host::prepare(sandbox)?;
            let states = state::pairs(outer, inner).filter(both_are_faults).step_by(step());
            every(sandbox, name, states, SCRIPTS, 0)
        })
    });
    [singles, metal, kept].into_iter().chain(pairs).collect()
}

/// Two steps that change one file: its mode, then its lines.
fn other_lines(sandbox: &Sandbox) -> Result<(), Failed> {
    const LINES: &str = "# of this office\ndeny br7\n";
    host::prepare(sandbox)?;
    let state = State::parse("acl:0600")?;
    sandbox.realise(&state)?;
    std::fs::write(ACL, LINES)?;
    let before = Tree::now()?;
    let case = Case { sandbox, state: &state, with_script: false };
    let taken = case.fix(&["--yes"])?;
    let now = std::fs::read_to_string(ACL)?;
    if taken.exit != 0 || now != format!("{LINES}allow br0\n") {
        return Err(format!("exit {}, and it reads {now:?}: {}", taken.exit, taken.stdout).into());
    }
    let undone = doctor::call(sandbox, Credentials::ROOT, ["undo", "--yes"])?;
    before.same(&Tree::now()?).map_err(|why| format!("undo: exit {}: {why}", undone.exit).into())
}

fn step() -> usize {
    let asked = std::env::var("LAB_EVERY").ok().and_then(|text| text.parse().ok());
    asked.filter(|&every| every > 0).unwrap_or(ORDINARY)
}

fn single_faults() -> impl Iterator<Item = State> {
    state::singles().filter(|state| {
        let fault = matches!(state.single_health(), Health::Fault(_));
        fault && state.value(Dimension::Process).name == "plain"
    })
}

fn both_are_faults(state: &State) -> bool {
    state.faults().len() == 2
}

/// Every state; of so many one with its script, too. A plan that leaves everything to people would pass all of it: so
/// many have to be mended.
fn every(
    sandbox: &Sandbox,
    name: &'static str,
    states: impl Iterator<Item = State>,
    scripts: usize,
    least: usize,
) -> Result<(), Failed> {
    let mut tally = Tally::new(name);
    let mut mended: BTreeMap<String, usize> = BTreeMap::new();
    for (number, state) in states.enumerate() {
        let outcome = Case { sandbox, state: &state, with_script: number % scripts == 0 }.go();
        let (outcome, kind) = match outcome {
            Ok(kind) => (Ok(()), kind),
            Err(why) => (Err(why), "different".to_owned()),
        };
        *mended.entry(kind).or_default() += 1;
        tally.add(&state, outcome);
        // Whatever went wrong there must not spoil the next state.
        sandbox.forget();
        host::clear_journal()?;
    }
    let _ = writeln!(std::io::stderr(), "{name}: {mended:?}");
    tally.finish()?;
    if mended.get("mended").copied().unwrap_or_default() < least {
        return Err(format!("{name}: too little is mended: {mended:?}").into());
    }
    Ok(())
}

/// One state.
struct Case<'a> {
    sandbox: &'a Sandbox,
    state: &'a State,
    with_script: bool,
}

impl Case<'_> {
    /// What became of it: `mended`, `partly` or `manual`.
    fn go(&self) -> Result<String, String> {
        let lab = |error: std::io::Error| format!("the lab: {error}");
        self.sandbox.realise(self.state).map_err(lab)?;
        let before = self.tree()?;
        let shown = self.fix(&["--dry-run", "--format=json"])?;
        before.same(&self.tree()?).map_err(|why| format!("--dry-run: {why}"))?;
        let plan = json(&shown)?;
        let actions = plan["actions"].as_array().map_or(0, Vec::len);
        let promised = plan["predictions"][0]["outcome"] == "attached";
        let taken = self.fix(&["--yes", "--format=json"])?;
        if actions == 0 {
            before.same(&self.tree()?).map_err(|why| format!("nothing was planned, and yet {why}"))?;
            return match taken.exit {
                1 => Ok("manual".to_owned()),
                exit => Err(format!("a fault without a fix, and exit {exit}: {}{}", taken.stdout, taken.stderr)),
            };
        }
        let done = json(&taken)?;
        let all_applied = done["actions"].as_array().into_iter().flatten().all(|action| action["state"] == "applied");
        if done["verified"] != true || !all_applied || taken.exit != shown.exit {
            return Err(format!(
                "planned with exit {}, taken with {}: {}{}",
                shown.exit, taken.exit, taken.stdout, taken.stderr
            ));
        }
        let helper = oracle::ask(self.sandbox, self.state).map_err(lab)?;
        if promised != (helper.outcome == "attached") {
            return Err(format!("attached is promised: {promised}; the helper: {helper}\n{}", taken.stdout));
        }
        if promised && taken.exit == 0 || shown.exit == 1 {
            self.nothing_more(&shown)?;
        }
        let after = self.tree()?;
        self.undo(&before)?;
        if self.with_script {
            self.script(&after)?;
        }
        Ok(if taken.exit == 0 { "mended" } else { "partly" }.to_owned())
    }

    /// A second `fix` changes nothing.
    fn nothing_more(&self, first: &Answer) -> Result<(), String> {
        let before = self.tree()?;
        let journal = journal_entries()?;
        let second = self.fix(&["--yes", "--format=json"])?;
        before.same(&self.tree()?).map_err(|why| format!("the second fix: {why}"))?;
        let plan = json(&second)?;
        let idle = plan["actions"].as_array().is_some_and(Vec::is_empty);
        if idle && second.exit == first.exit && journal_entries()? == journal {
            Ok(())
        } else {
            Err(format!("the second fix does something, exit {}: {}", second.exit, second.stdout))
        }
    }

    fn undo(&self, before: &Tree) -> Result<(), String> {
        let answer = doctor::call(self.sandbox, Credentials::ROOT, ["undo", "--yes"])?;
        before.same(&self.tree()?).map_err(|why| format!("undo: {why}"))?;
        if answer.exit == 0 {
            Ok(())
        } else {
            Err(format!("undo: exit {}: {}{}", answer.exit, answer.stdout, answer.stderr))
        }
    }

    /// The script, run in a fresh copy of the state, comes to the same end.
    fn script(&self, expected: &Tree) -> Result<(), String> {
        let lab = |error: std::io::Error| format!("the lab: {error}");
        self.sandbox.forget();
        self.sandbox.realise(self.state).map_err(lab)?;
        let script = self.fix(&["--format=sh"])?;
        let path = format!("{TREE}/fix.sh");
        files::write(&path, &script.stdout, 0o755).map_err(lab)?;
        let mut shell = doctor::command("/bin/sh");
        shell.arg(&path);
        Credentials::ROOT.put_on(&mut shell, &self.sandbox.namespaces).map_err(lab)?;
        let ended = crate::sandbox::run(&mut shell, doctor::LIMIT).map_err(lab)?;
        let answer = doctor::answer(&ended)?;
        if answer.exit != 0 {
            return Err(format!(
                "the script: exit {}: {}{}\n{}",
                answer.exit, answer.stdout, answer.stderr, script.stdout
            ));
        }
        expected.same(&self.tree()?).map_err(|why| format!("the script: {why}\n{}", script.stdout))
    }

    fn fix(&self, further: &[&str]) -> Result<Answer, String> {
        let bridge = format!("--bridge={}", self.state.bridge());
        let arguments = ["fix", "--user", "alice", &bridge].into_iter().chain(further.iter().copied());
        doctor::call(self.sandbox, Credentials::ROOT, arguments)
    }

    /// The files, and the interfaces as `ip` shows them.
    fn tree(&self) -> Result<Tree, String> {
        let lab = |error: std::io::Error| format!("the lab: {error}");
        let mut tree = Tree::now().map_err(lab)?;
        let shown =
            std::process::Command::new("ip").args(["-o", "link", "show", "type", "bridge"]).output().map_err(lab)?;
        for line in String::from_utf8_lossy(&shown.stdout).lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let word_after = |key| words.iter().position(|word| *word == key).and_then(|at| words.get(at + 1));
            let up = line.split(['<', '>']).nth(1).is_some_and(|flags| flags.split(',').any(|flag| flag == "UP"));
            tree.note(&format!("interface {}", words[1]), format!("up {up}, mtu {:?}", word_after("mtu")));
        }
        Ok(tree)
    }
}

fn json(answer: &Answer) -> Result<Json, String> {
    serde_json::from_str(&answer.stdout)
        .map_err(|error| format!("exit {}, no JSON ({error}): {}{}", answer.exit, answer.stdout, answer.stderr))
}

/// The runs in the journal.
fn journal_entries() -> Result<Vec<std::ffi::OsString>, String> {
    match std::fs::read_dir(host::JOURNAL) {
        Ok(entries) => {
            let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
            names.sort();
            Ok(names)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error.to_string()),
    }
}
