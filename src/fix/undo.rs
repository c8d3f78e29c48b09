//! Taking a run back: every object as it stood before, last change first.

mod outlook;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Dir, Mode, OFlags, openat};

use super::apply::place::{Last, Place, Spot, find, spot};
use super::apply::{bridge, clear, look, reach, run_program};
use super::journal::{Blob, Run, Step, Why};
use super::{Object, Trouble};
use crate::platform::shell;

pub use outlook::{Kept, Outlook, Pending, outlook};

/// What taking back did.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Back {
    /// The paths that were put back.
    pub restored: Vec<PathBuf>,
    /// What stays of what was taken back, one sentence each.
    pub left: Vec<String>,
    /// What was not taken back, as somebody changed it since.
    pub kept: Vec<Kept>,
}

/// Takes a run back, but for what somebody changed since.
///
/// # Errors
///
/// Where something stands in the way; what was put back before it stays so, and this can be called again.
pub fn take_back(run: &mut Run, why: Why, watch: &mut dyn FnMut(&str)) -> Result<Back, Vec<Trouble>> {
    let outlook = outlook(run, why)?;
    match run.taking_back(why) {
        // On the way back from a failure there may be no room for another entry: nothing depends on it.
        Err(trouble) if why == Why::Undo => return Err(vec![trouble]),
        _ => {}
    }
    let mut back = Back::default();
    let steps: Vec<Step> = outlook.steps(run).cloned().collect();
    for step in &steps {
        watch(&step.summary);
        take_step_back(run, step, &mut back).map_err(|trouble| vec![trouble])?;
        noted(run.back(step.number), why)?;
    }
    noted(run.taken_back(back.left.clone(), outlook.kept_steps.iter().copied().collect()), why)?;
    back.kept = outlook.kept;
    Ok(back)
}

fn noted(written: Result<(), Trouble>, why: Why) -> Result<(), Vec<Trouble>> {
    match written {
        Err(trouble) if why != Why::Failed => Err(vec![trouble]),
        _ => Ok(()),
    }
}

fn take_step_back(run: &Run, step: &Step, back: &mut Back) -> Result<(), Trouble> {
    let finished = run.left_by(step.number).is_some();
    if let Some(undo) = &step.undo {
        // A program that was cut off need not have done anything that could be taken back.
        let needed = finished && !step.bridge.as_ref().is_some_and(bridge::is_gone);
        if let Err(trouble) = run_program(undo, &|| true)
            && needed
        {
            back.left.push(trouble.to_string());
        }
    }
    for place in (0..step.changes.len()).rev() {
        restore(run, step, place, back)?;
    }
    Ok(())
}

fn restore(run: &Run, step: &Step, place: usize, back: &mut Back) -> Result<(), Trouble> {
    let Some(change) = step.changes.get(place) else { return Ok(()) };
    let (before, _) = outlook::sides(run, step, place, change)?;
    let spot = match find(&change.path, Last::Keep)? {
        Place::Here(spot) => spot,
        Place::Below { .. } if before == (Object::Absent {}) => return Ok(()),
        Place::Below { .. } => spot(&change.path, Last::Keep)?,
    };
    let temporary = OsStr::new(&change.temporary);
    clear(&spot, temporary)?;
    let now = look(&spot)?.object;
    if before.differences(&now).is_empty() {
        return Ok(());
    }
    if let (Object::Absent {}, Object::Directory { .. }) = (&before, &now)
        && !is_empty(&spot)?
    {
        back.left.push(format!("{} stays: something else is in it", change.path.display()));
        return Ok(());
    }
    reach(&spot, &before, change.modified, temporary)?;
    let differences = before.differences(&look(&spot)?.object);
    if differences.is_empty() {
        back.restored.push(change.path.clone());
        return Ok(());
    }
    let what = format!("it is not as it was before the run: {}", differences.join(", "));
    Err(Trouble::at(&change.path, what, by_hand(run, step, place)))
}

fn is_empty(spot: &Spot) -> Result<bool, Trouble> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let names = openat(spot.directory(), spot.name(), flags, Mode::empty())
        .and_then(Dir::new)
        .map_err(|error| Trouble::of(spot.path(), "it cannot be listed", error))?;
    Ok(names.flatten().all(|entry| [&b"."[..], b".."].contains(&entry.file_name().to_bytes())))
}

/// How a person puts one object back.
fn by_hand(run: &Run, step: &Step, place: usize) -> String {
    let Some(change) = step.changes.get(place) else { return String::new() };
    let path = shell::path(&change.path);
    let program =
        step.program.as_ref().map_or_else(String::new, |argv| format!("`{}` changed it; ", shell::argv(argv)));
    let kept = |blob: &Blob| shell::path(&super::journal::directory(run.id()).join(&blob.file));
    let left = match outlook::after(run, step, place, change) {
        Some(Object::File { content, .. }) => content.as_ref(),
        _ => None,
    };
    let way = match &change.before {
        Object::Absent {} => format!("if it is not needed: `sudo rm {path}`"),
        Object::File { content: Some(old), attributes } if left.is_none_or(|left| left.sum != old.sum) => {
            let own = left.map_or_else(String::new, |left| {
                format!("take out what the run put in (`sudo diff -u {} {}` shows it); ", kept(old), kept(left))
            });
            format!(
                "{own}to lose the later change as well: `sudo install -o {} -g {} -m {:04o} {} {path}`",
                attributes.uid,
                attributes.gid,
                attributes.mode,
                kept(old)
            )
        }
        Object::Link { target, .. } => {
            format!(
                "to put the link back: `sudo ln -sfn {} {path}`",
                shell::path(Path::new(OsStr::from_bytes(&target.0)))
            )
        }
        Object::File { attributes, .. } | Object::Directory { attributes } | Object::Node { attributes, .. } => {
            format!(
                "to put owner and mode back: `sudo chown {}:{} {path}; sudo chmod {:04o} {path}`",
                attributes.uid, attributes.gid, attributes.mode
            )
        }
    };
    program + &way
}
