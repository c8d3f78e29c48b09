//! What became of a plan, for people: what was done, what is left, how it is taken back.

use crate::helper::Outcome;
use crate::report::human::{Options, Prose, Tone, count, list};
use crate::report::{ActionState, Plan};

use super::human::manual;

/// Writes what became of a plan that was taken; `why` it was taken back, where it was.
pub fn render(plan: &Plan, why: &[String], options: &Options) -> String {
    let prose = Prose::new(options);
    let mut blocks = vec![answer(plan, why, &prose)];
    let states: Vec<String> = plan
        .actions
        .iter()
        .map(|action| {
            let state = match action.state {
                ActionState::Planned => "not done",
                ActionState::Applied => "done",
                ActionState::Failed => "failed",
                ActionState::RolledBack => "taken back",
            };
            format!("  {:<10}  {}", state, prose.text(&action.summary))
        })
        .collect();
    blocks.push(states.join("\n"));
    if !plan.manual.is_empty() {
        blocks.push(prose.paint(Tone::Strong, "Left for you to do:"));
    }
    blocks.extend(plan.manual.iter().map(|entry| manual(entry, &prose)));
    if let (Some(run), true) = (&plan.run, why.is_empty()) {
        blocks.push(format!("To take it back: sudo bridge-doctor undo {run}"));
    }
    blocks.join("\n\n") + "\n"
}

fn answer(plan: &Plan, why: &[String], prose: &Prose<'_>) -> String {
    if !why.is_empty() {
        let reasons = why.iter().map(|reason| format!("  {}", prose.text(reason))).collect::<Vec<_>>().join("\n");
        let head = prose.paint(Tone::Bad, "It did not come out as planned; everything was taken back.");
        return format!("{head}\n{reasons}");
    }
    let user = prose.name(&plan.question.user);
    let attached: Vec<String> = plan
        .predictions
        .iter()
        .filter(|prediction| prediction.outcome == Outcome::Attached)
        .map(|prediction| prose.name(&prediction.bridge))
        .collect();
    let done = format!("{} made and verified.", count(plan.actions.len(), "change"));
    let (tone, works) = match (attached.is_empty(), plan.remaining.is_empty()) {
        (false, true) => (Tone::Good, format!("The helper puts guests of {user} on {}.", list(&attached))),
        (_, false) => (Tone::Caution, format!("Still there: {}.", list(&plan.remaining))),
        (true, true) => (Tone::Good, String::new()),
    };
    format!("{} {works}", prose.paint(tone, &done)).trim_end().to_owned()
}
