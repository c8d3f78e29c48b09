//! What taking a run back would change, and what of it somebody has changed since.
//!
//! A step goes back whole or not at all: what it changed belongs together, as an override and the mode that it asks
//! for. Where one of its objects is another by now the step stays, and with it every earlier step that the object
//! rests upon. All others go back: a privilege that nobody wants any more must not stay because of a comment in a file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::by_hand;
use crate::fix::apply::place::{Last, Place, find};
use crate::fix::apply::{bridge, look};
use crate::fix::journal::{Blob, Bridge, Change, Run, Step, Why};
use crate::fix::{Object, Trouble};

/// What taking a run back would do.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Outlook {
    /// What would change, last change first.
    pub pending: Vec<Pending>,
    /// What would stay.
    pub kept: Vec<Kept>,
    /// The steps that would stay.
    pub(super) kept_steps: BTreeSet<u32>,
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

/// One object that an undo leaves as it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Kept {
    /// Where.
    pub path: PathBuf,
    /// Why.
    pub why: String,
    /// How it differs from what the run left, as a unified diff; empty where it does not.
    pub diff: String,
    /// How a person goes on.
    pub remedy: String,
}

impl Kept {
    /// The same as an obstacle.
    pub fn into_trouble(self) -> Trouble {
        Trouble::at(&self.path, self.why, self.remedy)
    }
}

impl Outlook {
    /// The steps that would be taken back, in their order.
    pub(super) fn steps<'a>(&self, run: &'a Run) -> impl Iterator<Item = &'a Step> {
        let kept = self.kept_steps.clone();
        run.steps().rev().filter(move |step| !run.is_back(step.number) && !kept.contains(&step.number))
    }

    /// The programs that would be run, in their order.
    pub fn programs<'a>(&self, run: &'a Run) -> impl Iterator<Item = &'a [String]> {
        self.steps(run).filter_map(|step| step.undo.as_deref())
    }

    fn plan(&mut self, found: Pending) {
        match self.pending.iter_mut().find(|later| later.path == found.path) {
            Some(later) => later.before = found.before,
            None => self.pending.push(found),
        }
    }

    fn keep(&mut self, kept: Kept) {
        if !self.kept.iter().any(|known| known.path == kept.path) {
            self.kept.push(kept);
        }
    }

    /// What stays and cannot do without what this step made.
    fn rests_upon(&self, step: &Step) -> Option<PathBuf> {
        let rests = |change: &Change<Blob>, path: &Path| {
            let is_made = change.before == Object::Absent {};
            path == change.path || (is_made && path.starts_with(&change.path))
        };
        let kept = self.kept.iter().find(|kept| step.changes.iter().any(|change| rests(change, &kept.path)));
        kept.map(|kept| kept.path.clone())
    }
}

/// What taking a run back would change, last change first, and what would stay.
///
/// # Errors
///
/// Where the journal is damaged, or the way to a file is not safe.
pub fn outlook(run: &Run, why: Why) -> Result<Outlook, Vec<Trouble>> {
    let mut outlook = Outlook::default();
    let mut later: BTreeMap<&Path, Later> = BTreeMap::new();
    // What mends the same cause as a bridge in use is that bridge's.
    let mut serving: BTreeMap<&str, PathBuf> = BTreeMap::new();
    let mut troubles = Vec::new();
    for step in run.steps().rev().filter(|step| !run.is_back(step.number)) {
        let mut judged = Vec::new();
        for (place, change) in step.changes.iter().enumerate().rev() {
            let seen = later.get(change.path.as_path()).copied().unwrap_or(Later::Nothing);
            match judge(run, step, place, change, why, seen) {
                Ok(found) => judged.push((place, found)),
                Err(trouble) => troubles.push(trouble),
            }
            let keeps_content = matches!(change.after, Some(Object::File { content: None, .. }));
            let seen = if keeps_content && seen != Later::Everything { Later::Attributes } else { Later::Everything };
            later.insert(&change.path, seen);
        }
        let changed = judged.iter().find_map(|(_, found)| match found {
            Judged::Others(kept) => Some(kept.path.clone()),
            Judged::Same | Judged::Ours(_) => None,
        });
        // What this very process made serves nobody yet.
        let serves = step.bridge.as_ref().filter(|_| why != Why::Failed).and_then(|made| in_use(run, made));
        if let Some(bridge) = serves {
            serving.insert(&step.cause, bridge.path.clone());
            outlook.keep(bridge);
        }
        let serving = || serving.get(step.cause.as_str()).cloned();
        let Some(reason) = changed.or_else(|| outlook.rests_upon(step)).or_else(serving) else {
            for (_, found) in judged {
                if let Judged::Ours(found) = found {
                    outlook.plan(found);
                }
            }
            continue;
        };
        outlook.kept_steps.insert(step.number);
        for (place, found) in judged {
            match found {
                Judged::Same => {}
                Judged::Others(kept) => outlook.keep(kept),
                Judged::Ours(ours) => outlook.keep(Kept {
                    path: ours.path,
                    why: format!("it belongs together with {}, which stays", reason.display()),
                    diff: String::new(),
                    remedy: by_hand(run, step, place),
                }),
            }
        }
    }
    if troubles.is_empty() { Ok(outlook) } else { Err(troubles) }
}

/// Why a bridge that the run made has to stay.
fn in_use(run: &Run, made: &Bridge) -> Option<Kept> {
    let why = bridge::in_use(made)?;
    let remedy = format!(
        "take what is on it elsewhere (`sudo ip link set dev PORT nomaster`), then `sudo bridge-doctor undo {}`",
        run.id()
    );
    Some(Kept { path: bridge::place(made), why, diff: String::new(), remedy })
}

/// What stood at the place of this change before its step and after it, as far as the step decided.
///
/// A program that set the mode alone has nothing to do with the content: an upgrade since then may have changed that.
pub(super) fn sides(
    run: &Run,
    step: &Step,
    place: usize,
    change: &Change<Blob>,
) -> Result<(Object, Option<Object>), Trouble> {
    let before = run.recall(&change.before)?;
    let after = after(run, step, place, change).map(|after| run.recall(after)).transpose()?;
    Ok(match (&before, &after) {
        (Object::File { content: old, .. }, Some(after @ Object::File { content: new, .. })) if old == new => {
            (before.without_content(), Some(after.without_content()))
        }
        _ => (before, after),
    })
}

/// What a step left at the place of one of its changes.
pub(super) fn after<'a>(run: &'a Run, step: &Step, place: usize, change: &'a Change<Blob>) -> Option<&'a Object<Blob>> {
    run.left_by(step.number).and_then(|left| left.get(place)).or(change.after.as_ref())
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

/// What putting one object back would change.
enum Judged {
    /// Nothing.
    Same,
    /// It is as the run left it.
    Ours(Pending),
    /// Somebody changed it since.
    Others(Kept),
}

fn judge(
    run: &Run,
    step: &Step,
    place: usize,
    change: &Change<Blob>,
    why: Why,
    later: Later,
) -> Result<Judged, Trouble> {
    let finished = run.left_by(step.number);
    let (before, after) = sides(run, step, place, change)?;
    let now = match find(&change.path, Last::Keep)? {
        Place::Here(spot) => look(&spot)?.object,
        Place::Below { .. } => Object::Absent {},
    };
    if before.differences(&now).is_empty() {
        return Ok(Judged::Same);
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
    let path = change.path.clone();
    if is_ours {
        return Ok(Judged::Ours(Pending { path, now, before }));
    }
    let (differences, diff) = match &after {
        Some(after) => (after.differences(&now).join(", "), after.diff(&now, &path)),
        None => ("nobody knows what the run left there".to_owned(), String::new()),
    };
    let why = format!("somebody changed it since {}: {differences}", run.id());
    Ok(Judged::Others(Kept { path, why, diff, remedy: by_hand(run, step, place) }))
}
