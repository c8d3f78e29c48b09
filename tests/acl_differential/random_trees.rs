//! Random trees: same end, same output.

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use bridge_doctor::acl::{self, DiagnosticLevel, Limits, Outcome, Reading, Verdict};
use libtest_mimic::Failed;

use crate::disk::Disk;
use crate::generate::{self, INCLUDED, Tree};
use crate::oracle::{Oracle, limit_open_files};
use crate::random::Random;

const STACK: u64 = 8 << 20;

#[derive(Debug, Default)]
struct Tally {
    allowed: usize,
    denied: usize,
    refused: usize,
    endless: usize,
    printed_and_went_on: usize,
}

pub(crate) fn agree(oracle: &Oracle) -> Result<(), Failed> {
    let cases: u64 = number("ACL_CASES", 3_000)?;
    let first: u64 = number("ACL_SEED", 1)?;
    let mut tally = Tally::default();
    for seed in first..first + cases {
        case(oracle, seed, &mut tally).map_err(|why| format!("seed {seed}: {why}"))?;
    }
    writeln!(std::io::stderr(), "{cases} random trees from seed {first}: {tally:?}")?;
    let reached = [tally.allowed, tally.denied, tally.refused, tally.printed_and_went_on];
    if cases >= 1_000 && reached.iter().any(|&count| count < 10) {
        return Err(format!("the trees do not reach every end: {tally:?}").into());
    }
    Ok(())
}

fn number(variable: &str, default: u64) -> Result<u64, Failed> {
    match std::env::var(variable) {
        Ok(text) => text.parse().map_err(|_| format!("{variable}={text} is not a number").into()),
        Err(_) => Ok(default),
    }
}

fn case(oracle: &Oracle, seed: u64, tally: &mut Tally) -> Result<(), String> {
    let directory = oracle.directory();
    let tree = generate::tree(&mut Random::new(seed), directory.as_os_str().as_bytes());
    lay_out(&tree, directory).map_err(|error| format!("cannot lay out the tree: {error}"))?;
    limit_open_files(tree.open_files);
    let disk = Disk::default();
    let reading = acl::read(&oracle.acl, &disk, Limits { open_files: tree.open_files, stack: STACK });
    lint_agrees(&reading, &disk)?;
    if reading.outcome == Outcome::Endless {
        // Shown by tests of their own; here it would take too long.
        tally.endless += 1;
        return Ok(());
    }
    let answer = oracle.ask(&tree.bridge).map_err(|error| format!("cannot run the helper: {error}"))?;
    let decision = reading.decide(&tree.bridge);
    let mut expected: Vec<u8> = reading.stderr.iter().flat_map(|line| [line.as_slice(), b"\n"].concat()).collect();
    let reached = match decision.verdict {
        // What comes after the ACL is not ours: without privilege it fails at the device.
        Verdict::Allow => answer
            .stderr
            .strip_prefix(expected.as_slice())
            .is_some_and(|rest| rest.starts_with(b"failed to ") && !rest.starts_with(b"failed to parse")),
        Verdict::Deny => {
            expected.extend_from_slice(b"access denied by acl file\n");
            answer.stderr == expected
        }
        Verdict::ParseError => {
            expected
                .extend_from_slice(format!("failed to parse default acl file `{}'\n", oracle.acl.display()).as_bytes());
            answer.stderr == expected
        }
        Verdict::Unknown => false,
    };
    tally.count(decision.verdict, &reading);
    if reached && answer.signal.is_none() {
        return Ok(());
    }
    Err(format!(
        "bridge \"{}\", {} open files: {:?}, expected \"{}\", the helper printed \"{}\" (signal {:?})\n{}",
        tree.bridge.escape_ascii(),
        tree.open_files,
        decision.verdict,
        expected.escape_ascii(),
        answer.stderr.escape_ascii(),
        answer.signal,
        listing(&tree),
    ))
}

/// The remarks name an error exactly where the helper refuses the file.
fn lint_agrees(reading: &Reading, disk: &Disk) -> Result<(), String> {
    let refused = matches!(reading.outcome, Outcome::Broken | Outcome::Endless);
    let remarked = acl::lint(reading, disk).iter().any(|diagnostic| diagnostic.level == DiagnosticLevel::Error);
    if refused == remarked {
        Ok(())
    } else {
        Err(format!("{:?}, and an error is remarked: {remarked}", reading.outcome))
    }
}

impl Tally {
    fn count(&mut self, verdict: Verdict, reading: &Reading) {
        match verdict {
            Verdict::Allow => self.allowed += 1,
            Verdict::Deny => self.denied += 1,
            Verdict::ParseError | Verdict::Unknown => self.refused += 1,
        }
        if reading.outcome == Outcome::Parsed && !reading.stderr.is_empty() {
            self.printed_and_went_on += 1;
        }
    }
}

fn lay_out(tree: &Tree, directory: &Path) -> std::io::Result<()> {
    for name in INCLUDED {
        let path = directory.join(name);
        if path.exists() {
            fs::remove_file(path)?;
        }
    }
    for (name, content) in &tree.files {
        let path = directory.join(name);
        fs::write(&path, content)?;
        if tree.closed == Some(name) {
            fs::set_permissions(&path, Permissions::from_mode(0o000))?;
        }
    }
    Ok(())
}

fn listing(tree: &Tree) -> String {
    let file = |(name, content): &(&str, Vec<u8>)| format!("  {name}: \"{}\"\n", content.escape_ascii());
    tree.files.iter().map(file).collect()
}
