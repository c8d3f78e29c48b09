//! Includes that go round or down: where the helper ends, and how.

use std::fs;
use std::path::Path;
use std::time::Duration;

use bridge_doctor::acl::{self, Limits, Outcome, Reading, Verdict};
use libtest_mimic::Failed;

use crate::disk::Disk;
use crate::oracle::{Oracle, limit_open_files, limit_stack};

const STACK: u64 = 8 << 20;
/// Longer than the helper takes for anything that ends.
const LONG: Duration = Duration::from_secs(3);

pub(crate) fn self_include(oracle: &Oracle) -> Result<(), Failed> {
    for (open_files, broken) in [(20, false), (200, false), (20, true)] {
        let include = format!("include {}\nallow br0\n{}", oracle.acl.display(), if broken { "oops\n" } else { "" });
        fs::write(&oracle.acl, include)?;
        let reading = read_with(oracle, open_files, STACK);
        limit_open_files(open_files);
        let answer = oracle.ask(b"br0")?;
        let lines = answer.stderr.iter().filter(|&&byte| byte == b'\n').count();
        let verdict = reading.decide(b"br0").verdict;
        let expected = if broken { Verdict::ParseError } else { Verdict::Allow };
        let refused = String::from_utf8_lossy(&answer.stderr).contains("failed to parse");
        if verdict != expected || refused != broken || answer.signal.is_some() || lines != reading.stderr.len() + 1 {
            return Err(format!("{open_files}: {verdict:?}, {lines} lines, {:?}", reading.outcome).into());
        }
    }
    Ok(())
}

pub(crate) fn two_back_edges(oracle: &Oracle) -> Result<(), Failed> {
    let include = format!("include {}\n", oracle.acl.display());
    fs::write(&oracle.acl, include.repeat(2) + "allow br0\n")?;
    never_ends(oracle)
}

pub(crate) fn wide_tree(oracle: &Oracle) -> Result<(), Failed> {
    let directory = oracle.directory();
    let path = |level: usize| directory.join(format!("wide{level}"));
    for level in 0..40 {
        fs::write(path(level), format!("include {}\n", path(level + 1).display()).repeat(2))?;
    }
    fs::write(path(40), "allow br0\n")?;
    fs::write(&oracle.acl, format!("include {}\n", path(0).display()))?;
    never_ends(oracle)
}

fn never_ends(oracle: &Oracle) -> Result<(), Failed> {
    let open_files = 100;
    let reading = read_with(oracle, open_files, STACK);
    limit_open_files(open_files);
    let answer = oracle.ask_for(b"br0", LONG)?;
    if reading.outcome != Outcome::Endless || answer.is_some() {
        return Err(format!("{:?}, and the helper ended: {}", reading.outcome, answer.is_some()).into());
    }
    Ok(())
}

/// The depth at which the stack ends is known to a few levels: the environment and the C library take their part.
pub(crate) fn deep_chain(oracle: &Oracle) -> Result<(), Failed> {
    let stack = 1 << 20;
    limit_open_files(300);
    limit_stack(stack);
    let result = [(230, true), (260, false)].into_iter().try_for_each(|(depth, survives)| {
        chain(oracle, depth)?;
        let reading = read_with(oracle, 300, stack);
        let answer = oracle.ask(b"br0")?;
        let expected = if survives { Outcome::Parsed } else { Outcome::Endless };
        if reading.outcome != expected || answer.signal.is_none() != survives {
            return Err(format!("{depth} levels: {:?}, signal {:?}", reading.outcome, answer.signal).into());
        }
        Ok(())
    });
    limit_stack(STACK);
    result
}

fn chain(oracle: &Oracle, depth: usize) -> std::io::Result<()> {
    let directory: &Path = oracle.directory();
    let path = |level: usize| directory.join(format!("chain{level}"));
    for level in 1..depth {
        fs::write(path(level), format!("include {}\n", path(level + 1).display()))?;
    }
    fs::write(path(depth), "allow br0\n")?;
    fs::write(&oracle.acl, format!("include {}\n", path(1).display()))
}

fn read_with(oracle: &Oracle, open_files: u64, stack: u64) -> Reading {
    let disk = Disk::default();
    acl::read(&oracle.acl, &disk, Limits { open_files, stack })
}
