//! One check in words: what was seen, what it leads to, how it is mended.

use crate::report::{Check, CheckStatus, render_diagnostics};

use super::look::{Look, Tone};

/// Whether an answer without this check is worth less.
pub(super) fn matters(check: &Check, look: &Look<'_>) -> bool {
    check.matters(look.options.expecting)
}

/// A labelled piece of text below the first line.
struct Row<'a> {
    label: &'a str,
    text: String,
    wraps: bool,
}

/// Where the text of this check can begin at the earliest.
pub(super) fn column(check: &Check, look: &Look<'_>) -> usize {
    let labels = rows(check, look).iter().map(|row| 4 + row.label.len() + 2).max().unwrap_or(0);
    labels.max(2 + check.id.len() + 3)
}

/// The check as a block; its text starts at `column`.
pub(super) fn render(check: &Check, column: usize, look: &Look<'_>) -> String {
    let mark = look.mark(check.status);
    let head = format!("{} {}", look.paint(mark.tone, mark.symbol), look.paint(Tone::Strong, check.id));
    let mut block = line(&head, 2 + check.id.len(), &message(check, look), true, column, look);
    let drawn = render_diagnostics(&check.diagnostics, look.options.colour, look.options.ascii);
    if !drawn.is_empty() {
        let shown: Vec<String> = drawn.lines().map(|shown| format!("    {shown}")).collect();
        block += &format!("\n\n{}\n", shown.join("\n"));
    }
    for row in rows(check, look) {
        let label = format!("    {}", look.paint(Tone::Faint, row.label));
        block.push('\n');
        block += &line(&label, 4 + row.label.len(), &row.text, row.wraps, column, look);
    }
    block.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

/// What was observed; every symbol but that of a failure, which the answer explains, has its word here.
fn message(check: &Check, look: &Look<'_>) -> String {
    let observed = look.text(&check.message);
    let about = check.bridge.as_ref().map_or_else(String::new, |bridge| match look.name(bridge) {
        bridge if observed.contains(&bridge) => String::new(),
        bridge => format!("{bridge}: "),
    });
    match (check.status, check.blocked_by) {
        (CheckStatus::Fail, _) => format!("{about}{observed}"),
        (CheckStatus::Warn, _) => format!("warning: {about}{observed}"),
        (CheckStatus::Unknown, _) => format!("unknown: {about}{observed}"),
        (CheckStatus::Blocked, Some(root)) => format!("{about}waits for {root}"),
        (CheckStatus::Blocked, None) => format!("waits: {about}{observed}"),
        (CheckStatus::Pass, _) => format!("ok: {about}{observed}"),
        (CheckStatus::NotApplicable, _) => format!("does not arise: {about}{observed}"),
    }
}

fn rows<'a>(check: &'a Check, look: &Look<'_>) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    if let Some(consequence) = &check.consequence {
        rows.push(Row { label: "so", text: look.text(consequence), wraps: true });
    }
    if let Some(fix) = &check.fix {
        let label = if check.status == CheckStatus::Unknown { "to know" } else { "by hand" };
        rows.extend(fix.by_program.as_ref().map(|command| Row {
            label: "fix",
            text: look.text(command),
            wraps: false,
        }));
        let commands = fix.commands.iter().flat_map(|command| command.lines());
        for (at, command) in commands.enumerate() {
            let label = if at == 0 { label } else { "" };
            rows.push(Row { label, text: look.text(command), wraps: false });
        }
        if let Some(note) = &fix.note {
            rows.push(Row { label: "note", text: look.text(&note.replace('\n', " ")), wraps: true });
        }
    }
    if look.options.verbose {
        rows.extend(check.cause.map(|cause| Row { label: "cause", text: cause.to_owned(), wraps: false }));
        rows.extend(check.evidence.iter().map(|seen| Row {
            label: seen.fact,
            text: look.text(&seen.value),
            wraps: true,
        }));
    }
    rows
}

/// One head with its text, which is wrapped below itself unless it is to be copied.
fn line(head: &str, head_width: usize, text: &str, wraps: bool, column: usize, look: &Look<'_>) -> String {
    let text = if wraps { look.wrapped(text, column) } else { text.to_owned() };
    let gap = column.saturating_sub(head_width).max(2);
    format!("{head}{}{text}", " ".repeat(gap))
}
