//! The part of the command line that says what is looked at.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::catalogue;
use crate::cli::Selection;
use crate::engine;
use crate::host::{self, Request};
use crate::probe::{Expect, PROBES, Scope};
use crate::snapshot::Snapshot;

use super::failure::Failure;

/// How alike a word and a check's id must be for "did you mean".
const LIKENESS: f64 = 0.8;

/// The bridges as text. That a name is impossible for an interface is a finding; that it is not text at all is not.
pub(super) fn bridges(names: &[OsString]) -> Result<Vec<String>, Failure> {
    names
        .iter()
        .map(|name| {
            name.to_str().map(str::to_owned).ok_or_else(|| {
                Failure::usage(
                    "the name is not UTF-8",
                    format!("--bridge {}", name.to_string_lossy()),
                    "`ip -brief link show type bridge` lists the bridges that exist",
                )
            })
        })
        .collect()
}

/// Reads the facts of this machine, or of the tree in its place, that tell whether its bridges are what is expected.
pub(super) fn collect(selection: &Selection, expect: Option<Expect>) -> Result<Snapshot, Failure> {
    host::collect(&request(selection, expect)?).map_err(Failure::of_collecting)
}

/// Reads every fact.
pub(super) fn collect_everything(selection: &Selection) -> Result<Snapshot, Failure> {
    host::collect(&Request { everything: true, ..request(selection, None)? }).map_err(Failure::of_collecting)
}

/// What is asked of the machine.
pub(super) fn request(selection: &Selection, expect: Option<Expect>) -> Result<Request, Failure> {
    Ok(Request {
        user: selection.user.clone(),
        pid: selection.pid,
        helper: selection.helper.clone(),
        root: root(&selection.root)?,
        bridges: bridges(&selection.bridge)?,
        everything: false,
        // Whoever wants no uplink wants to hear of each.
        every_port: expect == Some(Expect::Isolated),
    })
}

/// The tree; only a table has room for several.
fn root(roots: &[PathBuf]) -> Result<Option<PathBuf>, Failure> {
    match roots {
        [] => Ok(None),
        [only] => Ok(Some(only.clone())),
        [_, more @ ..] => {
            let place = format!("--root {}", more[0].display());
            Err(Failure::usage("one tree at a time: only `check` makes a table of several", place, "give one --root"))
        }
    }
}

/// Refuses ids that no check has, and a selection that leaves no check.
pub(super) fn checks(question: &engine::Options, attach: bool) -> Result<(), Failure> {
    for (option, ids) in [("--only", &question.only), ("--skip", &question.skip)] {
        if let Some(unknown) = ids.iter().find(|id| catalogue::page(id).is_none()) {
            return Err(Failure::usage(format!("no check is called `{unknown}`"), option, near_check(unknown)));
        }
    }
    let mut left = PROBES.iter().filter(|probe| question.selects(probe.id)).peekable();
    if left.peek().is_none() {
        return Err(Failure::usage("no check is left", "--only and --skip", "leave out one of the two"));
    }
    if attach || left.any(|probe| probe.scope != Scope::Trial) {
        return Ok(());
    }
    Err(Failure::usage("these checks run the real helper, which was not asked for", "--only", "add --attach"))
}

/// Refuses ids that neither a check nor a cause has.
pub(super) fn causes(ids: &[String]) -> Result<(), Failure> {
    let known = |id: &String| catalogue::page(id).is_some() || catalogue::cause(id).is_some();
    match ids.iter().find(|id| !known(id)) {
        None => Ok(()),
        Some(unknown) => {
            let what = format!("no check and no cause is called `{unknown}`");
            Err(Failure::usage(what, "fix", near_id(unknown)))
        }
    }
}

/// What may have been meant by an id that neither a check nor a cause has.
fn near_id(unknown: &str) -> String {
    let causes = catalogue::pages().iter().flat_map(|page| page.causes.iter().map(|cause| cause.id));
    did_you_mean(unknown, catalogue::pages().iter().map(|page| page.id).chain(causes), "list causes")
}

/// What may have been meant by an id that no check has.
fn near_check(unknown: &str) -> String {
    match catalogue::check_of_cause(unknown) {
        Some(check) => format!("`{unknown}` is a cause; the check that finds it is `{check}`"),
        None => did_you_mean(unknown, catalogue::pages().iter().map(|page| page.id), "list checks"),
    }
}

/// The id that is most like the word; where none is like it, the subcommand that names them all.
fn did_you_mean(word: &str, ids: impl Iterator<Item = &'static str>, list: &str) -> String {
    let word = word.trim().to_lowercase().replace('_', "-");
    ids.map(|id| (strsim::jaro_winkler(&word, id), id))
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .filter(|(likeness, _)| *likeness >= LIKENESS)
        .map_or_else(|| format!("`bridge-doctor {list}` names them all"), |(_, id)| format!("did you mean `{id}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_wants_no_uplink_hears_of_each() {
        let every_port = |expect| request(&Selection::default(), expect).is_ok_and(|request| request.every_port);
        assert!(every_port(Some(Expect::Isolated)));
        assert!(!every_port(None) && !every_port(Some(Expect::Bridged)) && !every_port(Some(Expect::Routed)));
    }
}
