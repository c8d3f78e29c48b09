//! Looking at everything that a list of changes touches, and refusing what cannot be done, before anything changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::accounts::numbers;
use super::look::{Seen, look};
use super::obstacle::changeable;
use super::outcome;
use super::place::{Last, Place, Spot, find};
use super::program;
use crate::fix::{Attributes, Object, Time, Trouble};
use crate::platform::{Action, Effect};

/// A change and what the journal says about it.
#[derive(Clone, Copy, Debug)]
pub struct Task<'a> {
    /// The id of the plan's action.
    pub id: &'a str,
    /// The cause that it mends.
    pub cause: &'a str,
    /// What it does, in words.
    pub summary: &'a str,
    /// The change.
    pub action: &'a Action,
    /// What it makes of the facts.
    pub effect: &'a Effect,
}

/// What every change of a list finds and will leave.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Prepared {
    steps: Vec<Vec<Planned>>,
}

/// One object of one step.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Planned {
    /// Where, links resolved.
    pub(super) path: PathBuf,
    /// What stands there before; none where an earlier program decides it.
    pub(super) before: Option<Object>,
    /// What will stand there; none where a program decides it.
    pub(super) after: Option<Object>,
    /// The same whole, for the steps that come later: with the content that this one leaves as it is.
    pub(super) whole: Option<Object>,
    /// When the file was changed last.
    pub(super) modified: Option<Time>,
}

impl Prepared {
    /// How the machine differs from what was looked at, one sentence a difference.
    pub fn changed(&self, now: &Self) -> Vec<String> {
        let mut found = Vec::new();
        for (planned, present) in self.steps.iter().flatten().zip(now.steps.iter().flatten()) {
            if planned.path != present.path {
                let (old, new) = (planned.path.display(), present.path.display());
                found.push(format!("`{old}` is `{new}` now: a link on the way was changed"));
            } else if let (Some(before), Some(present)) = (&planned.before, &present.before) {
                let differences = before.differences(present);
                found.extend(differences.iter().map(|clause| format!("`{}`: {clause}", planned.path.display())));
            }
        }
        found.dedup();
        let shape = |prepared: &Self| {
            let planned = prepared.steps.iter().flatten();
            planned.map(|planned| (planned.path.clone(), planned.after.clone())).collect::<Vec<_>>()
        };
        if found.is_empty() && shape(self) != shape(now) {
            found.push("the files that the plan changes are others now".to_owned());
        }
        found
    }

    /// What the object of one step is before it, where no earlier program decides that.
    pub(in crate::fix) fn found(&self, number: usize) -> Option<&Object> {
        self.step(number).last()?.before.as_ref()
    }

    /// The objects of one step.
    pub(super) fn step(&self, number: usize) -> &[Planned] {
        self.steps.get(number).map_or(&[], Vec::as_slice)
    }

    /// The paths that change, links resolved, in order.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.steps.iter().flatten().map(|planned| planned.path.as_path())
    }
}

/// Looks at what each task finds, as the ones before it will have left it.
///
/// # Errors
///
/// Where a path is not safe, a file cannot be changed, or a change is none for what stands there.
pub fn prepare(tasks: &[Task<'_>]) -> Result<Prepared, Trouble> {
    let mut view = View::default();
    let mut steps = Vec::new();
    for task in tasks {
        let step = view.step(task.action)?;
        for planned in &step {
            view.ahead.insert(planned.path.clone(), planned.whole.clone());
        }
        steps.push(step);
    }
    Ok(Prepared { steps })
}

/// The machine as it will be after the steps so far.
#[derive(Default)]
struct View {
    ahead: BTreeMap<PathBuf, Option<Object>>,
}

impl View {
    fn step(&self, action: &Action) -> Result<Vec<Planned>, Trouble> {
        match action {
            Action::MakeDirectory { path, mode } => self.directories(path, *mode, action),
            Action::WriteFile { path, .. }
            | Action::EditFile { path, .. }
            | Action::SetMode { path, .. }
            | Action::SetCapabilities { path, .. } => Ok(vec![self.planned(path, Last::Follow, action)?]),
            Action::MakeLink { path, .. } | Action::MakeDevice { path, .. } => {
                Ok(vec![self.planned(path, Last::Keep, action)?])
            }
            Action::Run { argv, writes, undo } => {
                program::find(argv)?;
                undo.as_deref().map(program::find).transpose()?;
                let mut planned = Vec::new();
                for path in writes {
                    planned.extend(self.written(path)?);
                }
                Ok(planned)
            }
        }
    }

    /// The directory of a path and all above it that are missing.
    fn directories(&self, path: &Path, mode: u32, action: &Action) -> Result<Vec<Planned>, Trouble> {
        let Place::Below { missing, path } = find(path, Last::Follow)? else {
            return Ok(vec![self.planned(path, Last::Follow, action)?]);
        };
        let mut levels: Vec<&Path> = path.ancestors().take_while(|level| level.starts_with(&missing)).collect();
        levels.reverse();
        let made = Object::Directory { attributes: Attributes::of_root(mode) };
        let mut planned = Vec::new();
        for level in levels {
            let before = self.ahead.get(level).cloned().unwrap_or(Some(Object::Absent {}));
            let after = match &before {
                Some(standing @ Object::Directory { .. }) => standing.clone(),
                _ => made.clone(),
            };
            let (after, whole) = (Some(after.clone()), Some(after));
            planned.push(Planned { path: level.to_owned(), before, after, whole, modified: None });
        }
        if let Place::Here(spot) = find(&missing, Last::Keep)? {
            changeable(&spot, &look(&spot)?, true)?;
        }
        Ok(planned)
    }

    fn planned(&self, path: &Path, last: Last, action: &Action) -> Result<Planned, Trouble> {
        let (path, found) = self.look(path, last)?;
        let (before, modified) = match found {
            Found::Ahead(before) => (before, None),
            Found::Here(spot, seen) => {
                let replaces = !keeps_content(action) && !matches!(action, Action::MakeDirectory { .. });
                let after = after(action, &path, &seen.object)?;
                if !after.differences(&seen.object).is_empty() {
                    changeable(&spot, &seen, replaces)?;
                }
                (Some(seen.object), seen.modified)
            }
        };
        let after = before.as_ref().map(|before| after(action, &path, before)).transpose()?;
        let whole = match (&before, &after) {
            (Some(before), Some(after)) => Some(after.with_content_of(before)),
            _ => after.clone(),
        };
        let before = if keeps_content(action) { before.map(|before| before.without_content()) } else { before };
        Ok(Planned { path, before, after, whole, modified })
    }

    /// A file that a program is known to write; where that is a link, what it leads to as well, for programs follow it.
    fn written(&self, path: &Path) -> Result<Vec<Planned>, Trouble> {
        let mut found: Vec<Planned> = Vec::new();
        for last in [Last::Keep, Last::Follow] {
            let (path, seen) = match find(path, last)? {
                Place::Here(_) => self.look(path, last)?,
                // Where no earlier step makes the directory, the program may.
                Place::Below { path, .. } => {
                    self.look(&path, last).unwrap_or((path, Found::Ahead(Some(Object::Absent {}))))
                }
            };
            if found.iter().any(|same| same.path == path) {
                break;
            }
            let (before, modified) = match seen {
                Found::Ahead(before) => (before, None),
                Found::Here(spot, seen) => {
                    changeable(&spot, &seen, false)?;
                    (Some(seen.object), seen.modified)
                }
            };
            let may_be_link = matches!(before, Some(Object::Link { .. }) | None);
            found.push(Planned { path, before, after: None, whole: None, modified });
            if !may_be_link {
                break;
            }
        }
        Ok(found)
    }

    fn look(&self, path: &Path, last: Last) -> Result<(PathBuf, Found), Trouble> {
        match find(path, last)? {
            Place::Here(spot) => match self.ahead.get(spot.path()) {
                Some(before) => Ok((spot.path().to_owned(), Found::Ahead(before.clone()))),
                None => {
                    let seen = look(&spot)?;
                    Ok((spot.path().to_owned(), Found::Here(spot, Box::new(seen))))
                }
            },
            Place::Below { missing, path } => {
                let directory = path.parent().unwrap_or(&missing);
                match (self.ahead.get(&path), self.ahead.get(directory)) {
                    (Some(before), _) => Ok((path, Found::Ahead(before.clone()))),
                    (None, Some(None)) => Ok((path, Found::Ahead(None))),
                    (None, Some(Some(Object::Directory { .. }))) => Ok((path, Found::Ahead(Some(Object::Absent {})))),
                    _ => Err(Trouble::at(&missing, "this directory is missing", "make it, then run this again")),
                }
            }
        }
    }
}

/// What this action makes of what stands there.
pub(super) fn after(action: &Action, path: &Path, before: &Object) -> Result<Object, Trouble> {
    let owner = match action {
        Action::SetMode { owner: Some((user, group)), .. } => Some(numbers(path, user, group)?),
        _ => None,
    };
    outcome::after(action, before, owner).map_err(|why| no_change(path, &why))
}

/// Whether only owner, mode and the rest change.
fn keeps_content(action: &Action) -> bool {
    matches!(action, Action::SetMode { .. } | Action::SetCapabilities { .. })
}

enum Found {
    /// An earlier step leaves this; none where a program decides it.
    Ahead(Option<Object>),
    /// It is there.
    Here(Spot, Box<Seen>),
}

fn no_change(path: &Path, why: &str) -> Trouble {
    Trouble::at(path, why, "run `bridge-doctor check` again: the machine is another than the plan was made for")
}
