//! `undo`: takes back what `fix` changed.

use std::io::Write as _;

use crate::cli::{self, Format};
use crate::exit::Exit;
use crate::fix::journal::{Damaged, Journal, Run, RunState, Runs, Why};
use crate::fix::undo::{self, Outlook};
use crate::report::undo::{self as shown, ChangeEntry, KeptEntry, RUNS_SCHEMA, RunEntry, UNDO_SCHEMA, Undo};

use super::failure::Failure;
use super::interrupt::Interrupt;
use super::{apply, consent, output};

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
    let run = &mut runs.whole[chosen];
    let outlook = undo::outlook(run, Why::Undo).map_err(Failure::of_troubles)?;
    let mut report = entry(run, &outlook);
    if options.dry_run {
        show(&report, options, ascii)?;
        return Ok(verdict(&report));
    }
    if !options.yes {
        consent::possible("undo", options.yes)?;
        show_before_asking(&report, ascii);
        if !consent::ask(&format!("Take run {} back?", run.id()))? {
            return Err(consent::declined("undo", "bridge-doctor undo --yes"));
        }
    }
    let _lock = journal.lock()?;
    unchanged(&journal, run, &outlook)?;
    // A half undone run would be finished by the next undo; it is better finished by this one.
    let held = Interrupt::hold("undo")?;
    let back = undo::take_back(run, Why::Undo, &mut |_| {}).map_err(Failure::of_troubles)?;
    report.state = run.state().name();
    report.left = back.left;
    let written = show(&report, options, ascii);
    if written.is_err() {
        apply::tell(&format!("Run {} is {} all the same.", run.id(), report.state));
    }
    // A signal that was held back ends the process here, after all is told.
    drop(held);
    written.map(|()| verdict(&report))
}

/// Whether something of the run stays.
fn verdict(report: &Undo) -> Exit {
    if report.left.is_empty() && report.kept.is_empty() { Exit::Healthy } else { Exit::Broken }
}

/// What the question was about must still be so once it is answered.
fn unchanged(journal: &Journal, run: &Run, shown: &Outlook) -> Result<(), Failure> {
    let now = undo::outlook(run, Why::Undo).map_err(Failure::of_troubles)?;
    let runs = journal.runs()?;
    let chosen = choose(&runs, Some(run.id()))?;
    if now == *shown && chosen.is_some_and(|chosen| runs.whole[chosen].state() == run.state()) {
        return Ok(());
    }
    Err(Failure::internal("the machine was changed while this waited; nothing is changed", "undo", "run it again"))
}

/// The place of the run that is asked for; none where there is nothing to take back.
fn choose(runs: &Runs, asked: Option<&str>) -> Result<Option<usize>, Failure> {
    let whole = &runs.whole;
    let in_force = |run: &Run| matches!(run.state(), RunState::Applied | RunState::Interrupted);
    let last = whole.iter().rposition(in_force);
    let found = match asked {
        // What somebody changed since may be as it was by now.
        None => last.or_else(|| whole.iter().rposition(|run| run.state() == RunState::PartlyUndone)),
        Some(asked) => Some(named(runs, asked)?),
    };
    if let Some(damaged) = runs.damaged_after(found.map(|found| &whole[found])) {
        return Err(damaged.trouble.clone().into());
    }
    let (Some(found), Some(asked)) = (found, asked) else { return Ok(found) };
    match last {
        Some(last) if last > found => Err(Failure::usage(
            format!("run {} came later and may build upon it", whole[last].id()),
            format!("undo {asked}"),
            format!("take that one back first: bridge-doctor undo {}", whole[last].id()),
        )),
        _ => Ok(Some(found)),
    }
}

/// The run of this name or number, which is in force still.
fn named(runs: &Runs, asked: &str) -> Result<usize, Failure> {
    let number = |name: &str| name.split('-').next().and_then(|number| number.parse::<u32>().ok());
    let is_it = |name: &str| name == asked || (number(name).is_some() && number(name) == asked.parse().ok());
    if let Some(damaged) = runs.damaged.iter().find(|damaged| is_it(&damaged.name)) {
        return Err(damaged.trouble.clone().into());
    }
    let list = "bridge-doctor undo --list";
    let Some(found) = runs.whole.iter().position(|run| is_it(run.id())) else {
        return Err(Failure::usage(format!("there is no run `{asked}`"), "undo", list));
    };
    if runs.whole[found].state() == RunState::Undone {
        let what = format!("run {} was taken back already", runs.whole[found].id());
        return Err(Failure::usage(what, "undo", list));
    }
    Ok(found)
}

fn list(options: &cli::Undo, ascii: bool) -> Result<Exit, Failure> {
    let runs = match Journal::find()? {
        Some(journal) => journal.runs()?,
        None => Runs::default(),
    };
    let whole = |run: &Run| RunEntry {
        run: run.id().to_owned(),
        time: run.time().to_owned(),
        causes: run.causes().to_vec(),
        state: run.state().name(),
        problem: None,
    };
    let damaged = |damaged: &Damaged| RunEntry {
        run: damaged.name.clone(),
        time: String::new(),
        causes: Vec::new(),
        state: "damaged",
        problem: Some(damaged.trouble.to_string()),
    };
    let exit = if runs.damaged.is_empty() { Exit::Healthy } else { Exit::Internal };
    let mut entries: Vec<RunEntry> = runs.whole.iter().map(whole).chain(runs.damaged.iter().map(damaged)).collect();
    entries.sort_by(|one, other| one.run.cmp(&other.run));
    let entries = shown::Runs { schema: RUNS_SCHEMA, runs: entries };
    let text = match options.format {
        Format::Human => shown::render_runs(&entries, &output::look(ascii)),
        Format::Json => output::json(&entries)?,
    };
    output::write(&text, None)?;
    Ok(exit)
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
        kept: Vec::new(),
    };
    show(&report, options, ascii)?;
    Ok(Exit::Healthy)
}

/// What taking the run back changes, before it is done.
fn entry(run: &Run, outlook: &Outlook) -> Undo {
    let change = |pending: &undo::Pending| ChangeEntry {
        path: pending.path.display().to_string(),
        diff: pending.now.diff(&pending.before, &pending.path),
    };
    let kept = |kept: &undo::Kept| KeptEntry {
        path: kept.path.display().to_string(),
        why: kept.why.clone(),
        diff: kept.diff.clone(),
        remedy: kept.remedy.clone(),
    };
    Undo {
        schema: UNDO_SCHEMA,
        run: Some(run.id().to_owned()),
        state: run.state().name(),
        changes: outlook.pending.iter().map(change).collect(),
        programs: outlook.programs(run).map(|argv| argv.join(" ")).collect(),
        left: Vec::new(),
        kept: outlook.kept.iter().map(kept).collect(),
    }
}

/// The question's matter, on standard error like the question itself: the result goes to standard output.
fn show_before_asking(report: &Undo, ascii: bool) {
    // A terminal that takes no text will give no yes.
    let _ = write!(std::io::stderr().lock(), "{}", shown::render(report, &output::look(ascii)));
}

fn show(report: &Undo, options: &cli::Undo, ascii: bool) -> Result<(), Failure> {
    let text = match options.format {
        Format::Human => shown::render(report, &output::look(ascii)),
        Format::Json => output::json(report)?,
    };
    output::write(&text, None)
}
