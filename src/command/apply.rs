//! Taking a plan: shown, agreed to, applied, looked at again, and taken back where it did not come out as planned.

use std::io::{IsTerminal as _, Write as _};

use crate::exit::Exit;
use crate::fix::apply::{Event, Prepared, Stopped, Task, apply, prepare};
use crate::fix::journal::{Journal, Run, RunState, Why};
use crate::fix::undo::Kept;
use crate::fix::{self, Trouble};
use crate::report::text::{Charset, printable};
use crate::report::{ActionState, Plan, PlannedAction, distinct};

use super::consent;
use super::failure::Failure;
use super::interrupt::Interrupt;

/// How `fix` goes on once there is a plan.
pub(super) struct Applying<'a> {
    /// Nobody is asked.
    pub(super) yes: bool,
    /// Looks at the machine and plans anew.
    pub(super) plan: &'a dyn Fn() -> Result<Plan, Failure>,
    /// Shows a plan to whoever is asked.
    pub(super) show: &'a dyn Fn(&Plan) -> String,
    /// Looks at the machine after the changes: how it differs from what was planned.
    pub(super) verify: &'a dyn Fn(&mut Plan) -> Result<Vec<String>, Failure>,
}

/// A plan that was taken, or not.
pub(super) struct Outcome {
    /// The plan with what became of it.
    pub(super) plan: Plan,
    /// How the command ends.
    pub(super) exit: Exit,
    /// Why it was taken back, one sentence each.
    pub(super) why: Vec<String>,
    /// The signals that were held back: one that came ends the process when this is dropped.
    pub(super) held: Option<Interrupt>,
}

/// Settles what an earlier `fix` left, plans, asks, and applies.
pub(super) fn run(applying: &Applying<'_>) -> Result<Outcome, Failure> {
    let is_root = rustix::process::geteuid().is_root();
    let mut lock = None;
    if is_root && let Some(journal) = Journal::find()? {
        lock = Some(journal.lock()?);
        settle(&journal, applying.yes)?;
    }
    let plan = (applying.plan)()?;
    if plan.actions.is_empty() {
        let exit = Exit::of_plan(&plan);
        return Ok(Outcome { plan, exit, why: Vec::new(), held: None });
    }
    consent::root("fix", "change this machine")?;
    consent::possible("fix", applying.yes)?;
    let tasks = tasks(&plan);
    let prepared = prepared(&plan)?;
    if !applying.yes {
        // A terminal that takes no text will give no yes.
        let _ = writeln!(std::io::stderr().lock(), "{}", (applying.show)(&plan));
        if !consent::ask("Change this machine?")? {
            return Err(consent::declined("fix", "bridge-doctor fix --yes"));
        }
    }
    let journal = Journal::open()?;
    let _lock = match lock {
        Some(lock) => lock,
        None => journal.lock()?,
    };
    still_so(applying, &plan, &prepared)?;
    go(applying, &journal, plan.clone(), &tasks, &prepared)
}

/// What each action of the plan finds.
///
/// # Errors
///
/// Where a path is not safe, cannot be changed, or is not what the plan took it for.
pub(super) fn prepared(plan: &Plan) -> Result<Prepared, Trouble> {
    fix::expect(plan, prepare(&tasks(plan))?)
}

/// Takes back what an earlier run left half done.
fn settle(journal: &Journal, yes: bool) -> Result<(), Failure> {
    let runs = journal.runs()?;
    if let Some(damaged) = runs.damaged_after(runs.whole.last()) {
        return Err(damaged.trouble.clone().into());
    }
    for mut run in runs.whole.into_iter().rev().filter(|run| run.state() == RunState::Interrupted) {
        tell(&format!("An earlier run, {}, was cut off; it is taken back first.", run.id()));
        consent::possible("fix", yes)?;
        if !yes && !consent::ask(&format!("Take run {} back?", run.id()))? {
            return Err(consent::declined("fix", "bridge-doctor undo"));
        }
        let back = fix::undo::take_back(&mut run, Why::Interrupted, &mut |_| {}).map_err(Failure::of_troubles)?;
        for left in &back.left {
            tell(left);
        }
        for kept in back.kept {
            tell(&format!("Kept: {}", kept.into_trouble()));
        }
    }
    Ok(())
}

/// What was agreed to must still be what is done.
fn still_so(applying: &Applying<'_>, plan: &Plan, prepared: &Prepared) -> Result<(), Failure> {
    let again = "look at it, then run `bridge-doctor fix` again";
    let changed =
        |what: String| Failure::internal(format!("the machine was changed while this waited: {what}"), "fix", again);
    let now = prepare(&tasks(plan))?;
    let differences = prepared.changed(&now);
    if !differences.is_empty() {
        return Err(changed(differences.join("; ")));
    }
    let now = (applying.plan)()?;
    let actions = |plan: &Plan| plan.actions.iter().map(|action| action.action.clone()).collect::<Vec<_>>();
    if actions(&now) == actions(plan) {
        return Ok(());
    }
    let planned = now.actions.iter().map(|action| action.summary.clone()).collect::<Vec<_>>();
    let planned = if planned.is_empty() { "nothing has to be done".to_owned() } else { planned.join(", ") };
    Err(changed(format!("what would be planned now: {planned}")))
}

fn go(
    applying: &Applying<'_>,
    journal: &Journal,
    mut plan: Plan,
    tasks: &[Task<'_>],
    prepared: &Prepared,
) -> Result<Outcome, Failure> {
    let held = Interrupt::hold("fix")?;
    let causes = distinct(plan.actions.iter().flat_map(|action| &action.causes));
    let causes = causes.into_iter().map(|cause| (*cause).to_owned()).collect();
    let mut run = journal.begin(causes, tasks.len())?;
    plan.run = Some(run.id().to_owned());
    let shows = std::io::stderr().is_terminal();
    let mut watch = |event: Event<'_>| {
        if let (Event::Step(number, all, summary), true) = (event, shows) {
            tell(&format!("[{}/{all}] {summary}", number + 1));
        }
    };
    let wanted = || !held.is_waiting();
    let why = match apply(tasks, prepared, &mut run, &mut watch, &wanted) {
        Err(stopped) => stopped_at(&mut plan, &stopped),
        Ok(()) => {
            plan.actions.iter_mut().for_each(|action| action.state = ActionState::Applied);
            if shows {
                tell("Looking again ...");
            }
            let found = (applying.verify)(&mut plan).unwrap_or_else(|failure| vec![failure.what]);
            if held.is_waiting() { vec!["it was interrupted".to_owned()] } else { found }
        }
    };
    let why = match why.as_slice() {
        [] => run.applied().err().map(|trouble| trouble.to_string()).into_iter().collect(),
        _ => why,
    };
    if !why.is_empty() {
        return back(run, plan, why, held);
    }
    plan.verified = Some(true);
    let exit = Exit::of_plan(&plan);
    Ok(Outcome { plan, exit, why, held: Some(held) })
}

/// Marks the actions as far as they came; why it stopped.
fn stopped_at(plan: &mut Plan, stopped: &Stopped) -> Vec<String> {
    for (number, action) in plan.actions.iter_mut().enumerate().take(stopped.step + 1) {
        action.state = if number < stopped.step { ActionState::Applied } else { ActionState::Failed };
    }
    match &stopped.trouble {
        Some(trouble) => vec![trouble.to_string()],
        None => vec!["it was interrupted".to_owned()],
    }
}

/// Takes everything back.
fn back(mut run: Run, mut plan: Plan, why: Vec<String>, held: Interrupt) -> Result<Outcome, Failure> {
    plan.verified = Some(false);
    let taken = fix::undo::take_back(&mut run, Why::Failed, &mut |_| {});
    let back = taken.and_then(|back| match back.kept.is_empty() {
        true => Ok(back),
        false => Err(back.kept.into_iter().map(Kept::into_trouble).collect()),
    });
    let back = back.map_err(|troubles| {
        tell(&format!("It failed: {}.", why.join("; ")));
        tell(&format!("Not everything could be taken back; `bridge-doctor undo {}` goes on with it.", run.id()));
        Failure::of_troubles(troubles)
    })?;
    for action in &mut plan.actions {
        if action.state == ActionState::Applied {
            action.state = ActionState::RolledBack;
        }
    }
    let why = why.into_iter().chain(back.left).collect();
    Ok(Outcome { plan, exit: Exit::RolledBack, why, held: Some(held) })
}

fn tasks(plan: &Plan) -> Vec<Task<'_>> {
    plan.actions.iter().map(task).collect()
}

fn task(planned: &PlannedAction) -> Task<'_> {
    let PlannedAction { id, cause, summary, action, effect, .. } = planned;
    Task { id, cause, summary, action, effect }
}

/// A line on standard error; where that is closed, the exit code still tells.
pub(super) fn tell(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", printable(line, Charset::Unicode));
}
