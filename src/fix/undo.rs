//! Taking a run back: every object as it stood before, last change first.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::apply::place::{Last, Place, find, spot};
use super::apply::{clear, look, reach, run_program};
use super::journal::{Blob, Change, Run, Step, Why};
use super::{Object, Trouble};

/// What taking back did.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Back {
    /// The paths that were put back.
    pub restored: Vec<PathBuf>,
    /// What stays, one sentence each.
    pub left: Vec<String>,
}

/// One object that an undo would change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pending {
    /// Where.
    pub path: PathBuf,
    /// What stands there.
    pub now: Object,
    /// What stood there before the run.
    pub before: Object,
}

/// What taking a run back would change, last change first.
///
/// # Errors
///
/// Where the journal is damaged, or somebody changed a file since, with what and how to go on by hand.
pub fn pending(run: &Run, why: Why) -> Result<Vec<Pending>, Vec<Trouble>> {
    let mut later: BTreeMap<PathBuf, Later> = BTreeMap::new();
    let mut pending: Vec<Pending> = Vec::new();
    let mut troubles = Vec::new();
    for step in run.steps().rev() {
        for (place, change) in step.changes.iter().enumerate().rev() {
            let seen = later.get(&change.path).copied().unwrap_or(Later::Nothing);
            match judge(run, step, place, change, why, seen) {
                Ok(Some(found)) => match pending.iter_mut().find(|earlier| earlier.path == found.path) {
                    Some(last) => last.before = found.before,
                    None => pending.push(found),
                },
                Ok(None) => {}
                Err(trouble) => troubles.push(trouble),
            }
            let keeps_content = matches!(change.after, Some(Object::File { content: None, .. }));
            let seen = if keeps_content && seen != Later::Everything { Later::Attributes } else { Later::Everything };
            later.insert(change.path.clone(), seen);
        }
    }
    if troubles.is_empty() { Ok(pending) } else { Err(troubles) }
}

/// What later changes of the same run, which are looked at first, say about an object as it stands now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Later {
    /// There is none.
    Nothing,
    /// They left its content as it was.
    Attributes,
    /// All of it.
    Everything,
}

/// The programs that taking a run back would run, in their order.
pub fn programs(run: &Run) -> impl Iterator<Item = &[String]> {
    run.steps().rev().filter(|step| !run.is_back(step.number)).filter_map(|step| step.undo.as_deref())
}

/// Takes a run back.
///
/// # Errors
///
/// Where something stands in the way; what was put back before it stays so, and this can be called again.
pub fn take_back(run: &mut Run, why: Why, watch: &mut dyn FnMut(&str)) -> Result<Back, Vec<Trouble>> {
    pending(run, why)?;
    match run.taking_back(why) {
        // On the way back from a failure there may be no room for another entry: nothing depends on it.
        Err(trouble) if why == Why::Undo => return Err(vec![trouble]),
        _ => {}
    }
    let mut back = Back::default();
    let steps: Vec<Step> = run.steps().rev().cloned().collect();
    for step in &steps {
        watch(&step.summary);
        take_step_back(run, step, &mut back).map_err(|trouble| vec![trouble])?;
        if !run.is_back(step.number) {
            noted(run.back(step.number), why)?;
        }
    }
    noted(run.taken_back(back.left.clone()), why)?;
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
    if let Some(undo) = step.undo.as_ref().filter(|_| !run.is_back(step.number)) {
        match run_program(undo, &|| true) {
            // A program that was cut off need not have done anything that could be taken back.
            Err(trouble) if finished => back.left.push(trouble.to_string()),
            _ => {}
        }
    }
    for change in step.changes.iter().rev() {
        restore(run, change, back)?;
    }
    Ok(())
}

fn restore(run: &Run, change: &Change<Blob>, back: &mut Back) -> Result<(), Trouble> {
    let before = run.recall(&change.before)?;
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
        && !is_empty(&change.path, &spot)?
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
    Err(Trouble::at(&change.path, what, by_hand(run, change)))
}

fn is_empty(path: &Path, spot: &super::apply::place::Spot) -> Result<bool, Trouble> {
    use rustix::fs::{Dir, Mode, OFlags, openat};
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let names = openat(spot.directory(), spot.name(), flags, Mode::empty())
        .and_then(Dir::new)
        .map_err(|error| Trouble::of(path, "it cannot be listed", error))?;
    Ok(names.flatten().all(|entry| [&b"."[..], b".."].contains(&entry.file_name().to_bytes())))
}

/// What putting one object back would change.
fn judge(
    run: &Run,
    step: &Step,
    place: usize,
    change: &Change<Blob>,
    why: Why,
    later: Later,
) -> Result<Option<Pending>, Trouble> {
    let before = run.recall(&change.before)?;
    let finished = run.left_by(step.number);
    let left = finished.and_then(|left| left.get(place)).or(change.after.as_ref());
    let after = left.map(|after| run.recall(after)).transpose()?;
    let now = match find(&change.path, Last::Keep)? {
        Place::Here(spot) => look(&spot)?.object,
        Place::Below { .. } => Object::Absent {},
    };
    if before.differences(&now).is_empty() {
        return Ok(None);
    }
    let cut_off = finished.is_none() || run.is_being_taken_back();
    // Where this very process made a change that turned out otherwise, it has to be put back all the same.
    let failed = why == Why::Failed && finished.is_none();
    let is_ours = match (&after, later) {
        (_, Later::Everything) => true,
        // A directory is put back only if it is empty.
        _ if matches!((&before, &now), (Object::Absent {}, Object::Directory { .. })) => true,
        // What a program left that never said it was done is anybody's guess, and was journaled for that reason.
        (None, _) => cut_off,
        (Some(after), Later::Attributes) => after.is_same_thing(&now) || (cut_off && before.is_same_thing(&now)),
        (Some(after), Later::Nothing) => {
            after.differences(&now).is_empty()
                || (cut_off && Object::is_between(&before, after, &now))
                || (failed && (before.is_same_thing(&now) || after.is_same_thing(&now)))
        }
    };
    if is_ours {
        return Ok(Some(Pending { path: change.path.clone(), now, before }));
    }
    let differences = after.as_ref().map_or_else(Vec::new, |after| after.differences(&now));
    let what = format!("somebody changed it since {}: {}; it is left alone", run.id(), differences.join(", "));
    Err(Trouble::at(&change.path, what, by_hand(run, change)))
}

/// How a person puts one object back.
fn by_hand(run: &Run, change: &Change<Blob>) -> String {
    let path = change.path.display();
    let kept = super::journal::directory(run.id());
    match &change.before {
        Object::Absent {} => format!("if it is not needed: `sudo rm {path}`"),
        Object::File { content: Some(blob), attributes } => format!(
            "to put the old content back: `sudo install -o {} -g {} -m {:04o} {} {path}`",
            attributes.uid,
            attributes.gid,
            attributes.mode,
            kept.join(&blob.file).display()
        ),
        Object::Link { target, .. } => {
            format!("to put the link back: `sudo ln -sfn {} {path}`", String::from_utf8_lossy(&target.0))
        }
        Object::File { attributes, .. } | Object::Directory { attributes } | Object::Node { attributes, .. } => {
            format!(
                "to put owner and mode back: `sudo chown {}:{} {path}; sudo chmod {:04o} {path}`",
                attributes.uid, attributes.gid, attributes.mode
            )
        }
    }
}
