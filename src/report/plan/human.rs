//! The plan for people: what will be done and why, what changes, how it is taken back, what stays for them.

use crate::helper::Outcome;
use crate::report::human::{Options, Prose, Tone, count, list};
use crate::report::{Manual, Plan, PlannedAction};

/// Writes the plan for a person.
pub fn render(plan: &Plan, options: &Options) -> String {
    let prose = Prose::new(options);
    let mut blocks = vec![answer(plan, &prose)];
    blocks.extend(plan.actions.iter().map(|action| planned(action, &prose)));
    if !plan.manual.is_empty() {
        let head = if plan.actions.is_empty() { "For you to do:" } else { "Left for you to do:" };
        blocks.push(prose.paint(Tone::Strong, head));
    }
    blocks.extend(plan.manual.iter().map(|entry| manual(entry, &prose)));
    blocks.extend(outlook(plan, &prose));
    blocks.join("\n\n") + "\n"
}

fn answer(plan: &Plan, prose: &Prose<'_>) -> String {
    let bridges = list(&plan.question.bridges.iter().map(|name| prose.name(name)).collect::<Vec<_>>());
    let user = prose.name(&plan.question.user);
    let question = match plan.question.chosen.as_slice() {
        [] => format!("What lets {user} put a guest on {bridges}?"),
        chosen => format!("What mends {}?", list(chosen)),
    };
    let (changes, rest) = (plan.actions.len(), plan.manual.len());
    let (tone, verdict) = match (changes, rest) {
        (0, 0) if plan.blind => (Tone::Doubt, "As far as can be told, nothing has to be done.".to_owned()),
        (0, 0) => (Tone::Good, "Nothing has to be done.".to_owned()),
        (0, _) => (Tone::Bad, "Nothing that a program may do.".to_owned()),
        (_, 0) if plan.remaining.is_empty() => (Tone::Good, format!("{}.", count(changes, "change"))),
        (_, 0) => (Tone::Caution, format!("{}; it does not mend everything.", count(changes, "change"))),
        (_, _) => (Tone::Caution, format!("{}, and {} left for you.", count(changes, "change"), count(rest, "thing"))),
    };
    let shown = if changes == 0 { "" } else { "\n  Nothing is changed yet." };
    format!("{question}   {}{shown}", prose.paint(tone, &verdict))
}

fn planned(action: &PlannedAction, prose: &Prose<'_>) -> String {
    let mut block = prose.head(&action.id, &action.summary);
    block += &prose.row("why", &format!("{}: {}", action.causes.join(", "), action.reason));
    for (at, command) in action.command.lines().enumerate() {
        block += &prose.code(if at == 0 { "as" } else { "" }, command);
    }
    for (at, line) in action.diff.iter().flat_map(|diff| diff.lines()).enumerate() {
        let tone = match line.as_bytes().first() {
            Some(b'+') if !line.starts_with("+++ ") => Tone::Good,
            Some(b'-') if !line.starts_with("--- ") => Tone::Bad,
            _ => Tone::Faint,
        };
        block += &prose.painted(if at == 0 { "diff" } else { "" }, line, tone);
    }
    if let Some(note) = &action.note {
        block += &prose.row("note", note);
    }
    block + &prose.row("undo", &action.undo)
}

pub(super) fn manual(entry: &Manual, prose: &Prose<'_>) -> String {
    let mut block = prose.head("-", &entry.causes.join(", "));
    block += &prose.row("found", &entry.summary);
    block += &prose.row("not done", &format!("because {}", entry.why));
    for (at, command) in entry.commands.iter().flat_map(|command| command.split('\n')).enumerate() {
        block += &prose.code(if at == 0 { "by hand" } else { "" }, command);
    }
    block
}

/// What will be so afterwards, where it can be told.
fn outlook(plan: &Plan, prose: &Prose<'_>) -> Option<String> {
    if plan.actions.is_empty() {
        return None;
    }
    let lines: Vec<String> = plan
        .predictions
        .iter()
        .map(|prediction| {
            let bridge = prose.name(&prediction.bridge);
            let said = prediction
                .stderr
                .as_ref()
                .map_or_else(String::new, |line| format!(", saying \"{}\"", prose.text(line)));
            match prediction.outcome {
                Outcome::Attached => {
                    format!("Then the helper puts guests of {} on {bridge}.", prose.name(&plan.question.user))
                }
                Outcome::Refused => format!("Then the helper still refuses {bridge}{said}."),
                Outcome::NotStarted => "Then the helper still does not start.".to_owned(),
                Outcome::Crashed => format!("Then the helper still does not end well for {bridge}{said}."),
            }
        })
        .collect();
    let still = (!plan.remaining.is_empty()).then(|| format!("Still there: {}.", list(&plan.remaining)));
    let lines: Vec<String> = lines.into_iter().chain(still).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}
