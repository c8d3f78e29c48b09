//! Taking the steps, each journaled before it is taken and looked at after it.

use std::ffi::OsStr;

use super::place::{Last, Place, find};
use super::prepare::{Planned, Prepared, Task, after};
use super::{look, program, reach};
use crate::fix::journal::{Bridge, Change, Run, Step};
use crate::fix::{Object, Trouble};
use crate::platform::{Action, Effect};

/// What happens, for whoever watches.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// This step is about to be taken: its number from 0, of so many.
    Step(usize, usize, &'a str),
    /// This step was taken.
    Done(usize),
}

/// Why the steps were not all taken. Those before are still in force: [`crate::fix::undo::take_back`] comes next.
#[derive(Clone, Debug)]
pub struct Stopped {
    /// The number of the step that was not finished.
    pub step: usize,
    /// Why; none where nobody wanted to go on.
    pub trouble: Option<Trouble>,
}

/// Takes every step.
///
/// `wanted` is asked before each step, and while a program runs, whether to go on.
///
/// # Errors
///
/// At the first step that cannot be taken, or that leaves something else than what was planned.
pub fn apply(
    tasks: &[Task<'_>],
    expected: &Prepared,
    run: &mut Run,
    watch: &mut dyn FnMut(Event<'_>),
    wanted: &dyn Fn() -> bool,
) -> Result<(), Stopped> {
    for (number, task) in tasks.iter().enumerate() {
        if !wanted() {
            return Err(Stopped { step: number, trouble: None });
        }
        watch(Event::Step(number, tasks.len(), task.summary));
        step(task, number, expected.step(number), run, wanted)
            .map_err(|trouble| Stopped { step: number, trouble: wanted().then_some(trouble) })?;
        watch(Event::Done(number));
    }
    Ok(())
}

fn step(
    task: &Task<'_>,
    number: usize,
    planned: &[Planned],
    run: &mut Run,
    wanted: &dyn Fn() -> bool,
) -> Result<(), Trouble> {
    let temporary = |place: usize| format!(".bridge-doctor-{}-{number}-{place}", run.id());
    let changes = planned.iter().enumerate().map(|(place, planned)| present(task.action, planned, temporary(place)));
    let changes = changes.collect::<Result<Vec<_>, _>>()?;
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    let (program, undo) = match task.action {
        Action::Run { argv, undo, .. } => (Some(argv.clone()), undo.clone()),
        _ => (None, None),
    };
    let entry = Step {
        number,
        id: task.id.to_owned(),
        cause: task.cause.to_owned(),
        summary: task.summary.to_owned(),
        changes: Vec::new(),
        program: program.clone(),
        undo,
        bridge: match task.effect {
            Effect::BridgeMade { name, addressed } => Some(Bridge { name: name.clone(), addressed: *addressed }),
            _ => None,
        },
    };
    run.about_to(&entry, &changes)?;
    let left = match program {
        Some(argv) => {
            program::run(&argv, wanted)?;
            changes.iter().map(seen).collect::<Result<Vec<_>, _>>()?
        }
        None => {
            changes.iter().try_for_each(make)?;
            Vec::new()
        }
    };
    run.done(number, &left)
}

/// The change as it is now: what stands there must still be what the plan was made for.
fn present(action: &Action, planned: &Planned, temporary: String) -> Result<Change, Trouble> {
    let path = planned.path.clone();
    let Place::Here(spot) = find(&path, Last::Keep)? else {
        // A directory above is made by an earlier change of the same step.
        let after = planned.after.clone();
        return Ok(Change { path, before: Object::Absent {}, after, modified: None, temporary });
    };
    let seen = look(&spot)?;
    if let Some(before) = &planned.before {
        let differences = before.differences(&seen.object);
        if !differences.is_empty() {
            let what = format!("it was changed since the plan was made: {}", differences.join(", "));
            return Err(Trouble::at(&planned.path, what, "run `bridge-doctor fix` again"));
        }
    }
    let after = match (&planned.after, action) {
        // What an earlier program left is known only now.
        (None, action) if !matches!(action, Action::Run { .. }) => Some(after(action, &planned.path, &seen.object)?),
        (after, _) => after.clone(),
    };
    let keeps_content = matches!(&after, Some(Object::File { content: None, .. }));
    let before = if keeps_content { seen.object.without_content() } else { seen.object };
    Ok(Change { path, before, after, modified: seen.modified, temporary })
}

fn make(change: &Change) -> Result<(), Trouble> {
    let Some(after) = &change.after else {
        let what = "nobody knows what should stand there";
        return Err(Trouble::at(&change.path, what, "run `bridge-doctor fix` again"));
    };
    let spot = super::place::spot(&change.path, Last::Keep)?;
    reach(&spot, after, None, OsStr::new(&change.temporary))?;
    let differences = after.differences(&look(&spot)?.object);
    if differences.is_empty() {
        return Ok(());
    }
    let what = format!("the change did not give what was planned: {}", differences.join(", "));
    Err(Trouble::at(&change.path, what, "look at what the file system and its security policy allow there"))
}

/// What stands there, for a change by a program.
fn seen(change: &Change) -> Result<Object, Trouble> {
    match find(&change.path, Last::Keep)? {
        Place::Here(spot) => look(&spot).map(|seen| seen.object),
        Place::Below { .. } => Ok(Object::Absent {}),
    }
}
