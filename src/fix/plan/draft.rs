//! From the facts to the plan.

use super::choice::Choice;
use super::{describe, diff, grants, merge, simulate, standing};
use crate::engine::{self, Options};
use crate::platform::{self, Action, Declaration, Effect, Remedy};
use crate::report::{
    ActionState, Check, Manual, PLAN_SCHEMA, Plan, PlannedAction, Preimage, Question, Report, Status, TargetEntry,
    distinct,
};
use crate::snapshot::Snapshot;

/// More faults than a host has; the loop below ends before, since each turn adds an action.
const MOST_TURNS: usize = 200;

/// What mends the chosen findings of this host, all at once.
///
/// Each remedy is tried on the facts, and the facts that it leads to are judged anew: so a plan also mends what would
/// only come to light when its first half is done, and a second plan has nothing to do.
pub fn plan(snapshot: &Snapshot, options: &Options, choice: &Choice) -> Plan {
    let mut report = engine::judge(snapshot, options);
    let mut draft = Draft::new(snapshot, choice.with_what_blocks(&report), asked(&report));
    for _ in 0..MOST_TURNS {
        if !report.checks.iter().any(|check| draft.take(check)) {
            break;
        }
        report = engine::judge(&draft.hoped, options);
        draft.choice = draft.choice.with_what_blocks(&report);
    }
    let bridges = report.target.bridges.clone();
    let manual = draft.manual(&report);
    let predictions = engine::judge(&draft.mended, options);
    let question = Question { user: snapshot.subject.user.clone(), bridges, chosen: choice.ids.clone() };
    let remaining = remaining(&predictions, &draft.choice);
    Plan {
        schema: PLAN_SCHEMA,
        run: None,
        actions: draft.actions(snapshot),
        manual,
        verified: None,
        blind: predictions.status == Status::Unknown,
        predictions: predictions.predictions,
        question,
        remaining,
    }
}

/// The bridges that guests may be let onto: those in question, unless nobody said which of several.
fn asked(report: &Report) -> Vec<String> {
    let target = &report.target;
    if target.why == TargetEntry::EXISTING && target.bridges.len() > 1 { Vec::new() } else { target.bridges.clone() }
}

/// The causes in question that the actions leave.
fn remaining(report: &Report, choice: &Choice) -> Vec<&'static str> {
    distinct(report.checks.iter().filter(|check| choice.takes(check)).filter_map(|check| check.cause))
}

/// Why an action is in the plan.
#[derive(Default)]
struct Reasons {
    causes: Vec<&'static str>,
    found: Vec<String>,
    notes: Vec<String>,
}

/// A wish for the system's configuration, and why it is in the plan.
struct Declared {
    wish: Declaration,
    cause: &'static str,
    found: String,
    note: Option<String>,
}

struct Draft {
    choice: Choice,
    asked: Vec<String>,
    planned: Vec<Action>,
    effects: Vec<Effect>,
    reasons: Vec<Reasons>,
    declared: Vec<Declared>,
    /// The facts once the actions are taken.
    mended: Snapshot,
    /// The same, once the configuration says what it should, too.
    hoped: Snapshot,
    /// Remedies that would allow more than was asked for, and what.
    loosening: Vec<(Remedy, Vec<String>)>,
}

impl Draft {
    fn new(snapshot: &Snapshot, choice: Choice, asked: Vec<String>) -> Self {
        Self {
            choice,
            asked,
            planned: Vec::new(),
            effects: Vec::new(),
            reasons: Vec::new(),
            declared: Vec::new(),
            mended: snapshot.clone(),
            hoped: snapshot.clone(),
            loosening: Vec::new(),
        }
    }

    /// Plans the remedy of this finding; whether that changed the plan.
    fn take(&mut self, check: &Check) -> bool {
        let (Some(remedy), Some(cause)) = (&check.remedy, check.cause) else { return false };
        if !self.choice.takes(check) {
            return false;
        }
        if remedy.is_automatic() { self.act(check, cause, remedy) } else { self.declare(check, cause, remedy) }
    }

    fn act(&mut self, check: &Check, cause: &'static str, remedy: &Remedy) -> bool {
        let all = |start: &Snapshot| {
            remedy.acts().fold(start.clone(), |facts, (action, effect)| simulate(&facts, action, effect))
        };
        let after = all(&self.mended);
        let beyond = grants::beyond(&self.mended, &after, &self.asked);
        if !beyond.is_empty() {
            if !self.loosening.iter().any(|(other, _)| other == remedy) {
                self.loosening.push((remedy.clone(), beyond));
            }
            return false;
        }
        let mut changed = false;
        let mut last = None;
        for (action, effect) in remedy.acts() {
            if is_there(&self.mended, action) {
                continue;
            }
            let (at, new) = merge::add(&mut self.planned, action.clone());
            if at == self.effects.len() {
                self.effects.push(effect.clone());
                self.reasons.push(Reasons::default());
            }
            changed |= new;
            last = Some(at);
            let reasons = &mut self.reasons[at];
            if !reasons.causes.contains(&cause) {
                reasons.causes.push(cause);
            }
            if !reasons.found.contains(&check.message) {
                reasons.found.push(check.message.clone());
            }
        }
        if let (Some(at), Some(note)) = (last, &remedy.note)
            && !self.reasons[at].notes.contains(note)
        {
            self.reasons[at].notes.push(note.clone());
        }
        if changed {
            self.hoped = all(&self.hoped);
            self.mended = after;
            // What went too far on the old facts may not on these.
            self.loosening.clear();
        }
        changed
    }

    fn declare(&mut self, check: &Check, cause: &'static str, remedy: &Remedy) -> bool {
        let mut changed = false;
        for declaration in remedy.declarations() {
            if self.declared.iter().any(|declared| declared.wish == *declaration) {
                continue;
            }
            self.hoped = simulate::declared(&self.hoped, declaration);
            self.declared.push(Declared {
                wish: declaration.clone(),
                cause,
                found: check.message.clone(),
                note: remedy.note.clone(),
            });
            changed = true;
        }
        changed
    }

    /// What is left to a person: one declaration for all that can be declared, then each finding.
    fn manual(&self, report: &Report) -> Vec<Manual> {
        let mut manual: Vec<Manual> = self.declaration().into_iter().collect();
        for check in report.checks.iter().filter(|check| self.choice.takes(check)) {
            let Some(cause) = check.cause else { continue };
            let entry = self.by_hand(check, cause);
            if !manual.iter().any(|known| {
                known.cause == entry.cause && known.commands == entry.commands && known.summary == entry.summary
            }) {
                manual.push(entry);
            }
        }
        manual
    }

    fn declaration(&self) -> Option<Manual> {
        let first = self.declared.first()?;
        let wishes: Vec<Declaration> = self.declared.iter().map(|declared| declared.wish.clone()).collect();
        let causes = distinct(self.declared.iter().map(|declared| declared.cause));
        let found = distinct(self.declared.iter().map(|declared| declared.found.as_str()));
        // Every note says how a declaration becomes real; once is enough.
        let notes = self.declared.iter().filter_map(|declared| declared.note.as_deref());
        let notes = distinct(notes.flat_map(|note| note.split_inclusive(". ")).map(str::trim_end));
        let remedy = Remedy::declaration(first.wish.clone());
        Some(Manual {
            cause: first.cause,
            causes,
            summary: sentence(&found.join("; "), Some(&notes.join(" "))),
            commands: platform::of(&self.mended.machine).declare(&wishes),
            why: remedy.why.unwrap_or_default(),
        })
    }

    /// A finding that stays for a person.
    fn by_hand(&self, check: &Check, cause: &'static str) -> Manual {
        let remedy = check.remedy.clone().unwrap_or_default();
        let beyond = self.loosening.iter().find(|(other, _)| *other == remedy).map(|(_, beyond)| few(beyond));
        let (why, note) = match (&remedy.why, beyond) {
            (_, Some(beyond)) if self.asked.is_empty() => (
                format!("it would let guests onto {beyond}, and nobody said which bridge is wanted"),
                Some("Name the bridge with --bridge.".to_owned()),
            ),
            (_, Some(beyond)) => (
                format!("it would also bring rules into force that allow {beyond}, which was not asked for"),
                Some("Name that with --bridge, too, to have it done.".to_owned()),
            ),
            (Some(why), None) => (why.clone(), remedy.note.clone()),
            (None, None) if check.remedy.is_none() => ("nothing is known that mends it".to_owned(), None),
            // It was tried on the facts, and the finding is still there.
            (None, None) => ("it was planned and does not mend this".to_owned(), remedy.note.clone()),
        };
        Manual {
            cause,
            causes: vec![cause],
            summary: sentence(&check.message, note.as_deref()),
            commands: remedy.commands(&self.hoped),
            why,
        }
    }

    /// The actions with all that a person wants to know, each seen from the facts before it.
    fn actions(self, snapshot: &Snapshot) -> Vec<PlannedAction> {
        let mut before = snapshot.clone();
        let mut actions = Vec::new();
        for (index, ((action, effect), reasons)) in
            self.planned.into_iter().zip(self.effects).zip(self.reasons).enumerate()
        {
            let after = simulate(&before, &action, &effect);
            let remedy = Remedy::automatic([(action.clone(), effect.clone())]);
            actions.push(PlannedAction {
                id: (index + 1).to_string(),
                cause: reasons.causes.first().copied().unwrap_or_default(),
                causes: reasons.causes,
                kind: describe::kind(&action),
                summary: describe::summary(&action, &effect),
                command: remedy.commands(snapshot).join("\n"),
                path: standing::subject(&action, &effect).map(|path| path.display().to_string()),
                diff: diff::of(&before, &after, &action),
                note: (!reasons.notes.is_empty()).then(|| reasons.notes.join(" ")),
                undo: describe::undo(&before, &action, &effect),
                automatic: true,
                state: ActionState::Planned,
                reason: reasons.found.join("; "),
                preimage: standing::preimage(snapshot, &action, &effect),
                action,
                effect,
            });
            before = after;
        }
        actions
    }
}

/// Directories that stand need not be made, nor files written anew that are as they should be.
fn is_there(facts: &Snapshot, action: &Action) -> bool {
    match (action, action.path().map(|path| standing::at(facts, path))) {
        (Action::MakeDirectory { .. }, Some(Preimage::Standing(_))) => true,
        (Action::WriteFile { content, .. }, Some(Preimage::Standing(found))) => found.content.as_ref() == Some(content),
        _ => false,
    }
}

/// The first few of perhaps very many names.
fn few(names: &[String]) -> String {
    const SHOWN: usize = 5;
    match names.len().saturating_sub(SHOWN) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..SHOWN].join(", ")),
    }
}

fn sentence(found: &str, note: Option<&str>) -> String {
    match note {
        Some(note) if !note.is_empty() => format!("{found}. {note}"),
        _ => format!("{found}."),
    }
}
