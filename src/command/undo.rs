//! `undo`: takes back what `fix` changed.

use std::io::Write as _;

use crate::attach::Interrupt;
use crate::cli::{self, Format};
use crate::exit::Exit;
use crate::fix::journal::{Journal, Run, RunState, Why};
use crate::fix::undo::{self, Pending};
use crate::report::json;
use crate::report::undo::{ChangeEntry, RUNS_SCHEMA, RunEntry, Runs, UNDO_SCHEMA, Undo, render, render_runs};

use super::failure::Failure;
use super::{consent, output};

pub(super) fn run(options: &cli::Undo, ascii: bool) -> Result<Exit, Failure> {
    consent::root("undo", "read the journal of `fix`, and take it back")?;
    if options.list {
        return list(options, ascii);
    }
    let Some(journal) = Journal::find()? else {
        return nothing(options, ascii);
    };
    let mut runs = journal.runs()?;
    let Some(chosen) = choose(&runs, options.run.as_deref())? else {
        return nothing(options, ascii);
    };
    let run = &mut runs[chosen];
    let changes = undo::pending(run, Why::Undo).map_err(Failure::of_troubles)?;
    let mut report = entry(run, &changes);
    if options.dry_run {
        show(&report, options, ascii)?;
        return Ok(Exit::Healthy);
    }
    if !options.yes {
        consent::possible("undo", options.yes)?;
        show_before_asking(&report, ascii);
        if !consent::ask(&format!("Take run {} back?", run.id()))? {
            return Err(Failure::usage("nothing was changed, as nobody said yes", "undo", "bridge-doctor undo --yes"));
        }
    }
    let _lock = journal.lock()?;
    unchanged(&journal, run, &changes)?;
    // A half undone run would be finished by the next undo; it is better finished by this one.
    let held = Interrupt::hold().map_err(|error| {
        Failure::internal(format!("signals cannot be held back: {error}"), "undo", "free descriptors (`ulimit -n`)")
    })?;
    let back = undo::take_back(run, Why::Undo, &mut |_| {}).map_err(Failure::of_troubles)?;
    report.state = run.state().name();
    report.left = back.left;
    show(&report, options, ascii)?;
    drop(held);
    Ok(if report.left.is_empty() { Exit::Healthy } else { Exit::Broken })
}

/// What the question was about must still be so once it is answered.
fn unchanged(journal: &Journal, run: &Run, shown: &[Pending]) -> Result<(), Failure> {
    let now = undo::pending(run, Why::Undo).map_err(Failure::of_troubles)?;
    let runs = journal.runs()?;
    let last = runs.iter().rfind(|other| other.state() != RunState::Undone);
    if now == shown && last.is_some_and(|last| last.id() == run.id()) {
        return Ok(());
    }
    Err(Failure::internal("the machine was changed while this waited; nothing is changed", "undo", "run it again"))
}

/// The place of the run that is asked for; none where there is nothing to take back.
fn choose(runs: &[Run], asked: Option<&str>) -> Result<Option<usize>, Failure> {
    let is_open = |run: &Run| run.state() != RunState::Undone;
    let last = runs.iter().rposition(is_open);
    let Some(asked) = asked else {
        return Ok(last);
    };
    let number = |run: &Run| run.id().split('-').next().and_then(|number| number.parse::<u32>().ok());
    let is_it = |run: &Run| run.id() == asked || (number(run).is_some() && number(run) == asked.parse().ok());
    let list = "bridge-doctor undo --list";
    let Some(found) = runs.iter().position(is_it) else {
        return Err(Failure::usage(format!("there is no run `{asked}`"), "undo", list));
    };
    if !is_open(&runs[found]) {
        return Err(Failure::usage(format!("run {} was taken back already", runs[found].id()), "undo", list));
    }
    match last {
        Some(last) if last != found => Err(Failure::usage(
            format!("run {} came later and may build upon it", runs[last].id()),
            format!("undo {asked}"),
            format!("take that one back first: bridge-doctor undo {}", runs[last].id()),
        )),
        _ => Ok(Some(found)),
    }
}

fn list(options: &cli::Undo, ascii: bool) -> Result<Exit, Failure> {
    let runs = match Journal::find()? {
        Some(journal) => journal.runs()?,
        None => Vec::new(),
    };
    let entry = |run: &Run| RunEntry {
        run: run.id().to_owned(),
        time: run.time().to_owned(),
        causes: run.causes().to_vec(),
        state: run.state().name(),
    };
    let runs = Runs { schema: RUNS_SCHEMA, runs: runs.iter().map(entry).collect() };
    let text = match options.format {
        Format::Human => render_runs(&runs, &output::look(ascii)),
        Format::Json => json::render(&runs).map_err(|error| output::unwritable_json(&error))?,
    };
    output::write(&text, None)?;
    Ok(Exit::Healthy)
}

/// No run is left to take back.
fn nothing(options: &cli::Undo, ascii: bool) -> Result<Exit, Failure> {
    if let Some(asked) = &options.run {
        let list = "bridge-doctor undo --list";
        return Err(Failure::usage(format!("there is no run `{asked}`"), "undo", list));
    }
    let report = Undo {
        schema: UNDO_SCHEMA,
        run: None,
        state: "nothing",
        changes: Vec::new(),
        programs: Vec::new(),
        left: Vec::new(),
    };
    show(&report, options, ascii)?;
    Ok(Exit::Healthy)
}

/// What taking the run back changes, before it is done.
fn entry(run: &Run, changes: &[Pending]) -> Undo {
    let change = |pending: &Pending| ChangeEntry {
        path: pending.path.display().to_string(),
        diff: pending.now.diff(&pending.before, &pending.path),
    };
    Undo {
        schema: UNDO_SCHEMA,
        run: Some(run.id().to_owned()),
        state: run.state().name(),
        changes: changes.iter().map(change).collect(),
        programs: undo::programs(run).map(|argv| argv.join(" ")).collect(),
        left: Vec::new(),
    }
}

/// The question's matter, on standard error like the question itself: the result goes to standard output.
fn show_before_asking(report: &Undo, ascii: bool) {
    // A terminal that takes no text will give no yes.
    let _ = write!(std::io::stderr().lock(), "{}", render(report, &output::look(ascii)));
}

fn show(report: &Undo, options: &cli::Undo, ascii: bool) -> Result<(), Failure> {
    let text = match options.format {
        Format::Human => render(report, &output::look(ascii)),
        Format::Json => json::render(report).map_err(|error| output::unwritable_json(&error))?,
    };
    output::write(&text, None)
}
