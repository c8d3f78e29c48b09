//! The report in Markdown, to paste into a bug report.
//!
//! Text from the host stands in code only: there it makes no markup, no link, no HTML, and calls nobody by name.

use super::human;
use super::text::Charset;
use super::{Check, CheckStatus, Report, Run, render_diagnostics};

/// Writes the report for an issue tracker.
pub fn render(report: &Report, run: &Run) -> String {
    let mut blocks =
        vec![format!("### {}", code(&human::headline(report, run))), facts(report, run), table(report, run)];
    blocks.extend(report.checks.iter().filter(|check| is_told(check)).flat_map(|check| details(check, run)));
    blocks.join("\n\n") + "\n"
}

fn is_told(check: &Check) -> bool {
    matches!(check.status, CheckStatus::Fail | CheckStatus::Warn | CheckStatus::Unknown)
}

fn facts(report: &Report, run: &Run) -> String {
    let (host, subject) = (&report.host, &report.subject);
    let os = [Some(&host.os), host.os_version.as_ref()].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
    let rows = [
        ("bridge-doctor", Some(report.tool.version.to_owned())),
        ("system", Some(os)),
        ("kernel", host.kernel.clone()),
        ("container", host.container.clone()),
        ("user", Some(format!("{} (uid {}), found by: {}", subject.user, subject.uid, subject.how))),
        ("helper", Some(report.target.helper.clone())),
        ("ACL", Some(report.target.acl.clone())),
        ("bridges", Some(format!("{}: {}", report.target.bridges.join(", "), report.target.why))),
    ];
    let rows = rows.iter().filter_map(|(name, value)| Some(format!("- {name}: {}", code(&run.text(value.as_ref()?)))));
    rows.collect::<Vec<_>>().join("\n")
}

fn table(report: &Report, run: &Run) -> String {
    let mut rows = vec!["| status | check | bridge | cause | observed |\n|---|---|---|---|---|".to_owned()];
    rows.extend(report.checks.iter().map(|check| {
        let bridge = check.bridge.as_ref().map_or_else(String::new, |bridge| cell(&run.text(bridge)));
        let cause = check.cause.map_or_else(String::new, cell);
        let (id, observed) = (cell(check.id), cell(&run.message(check)));
        format!("| {} | {id} | {bridge} | {cause} | {observed} |", check.status.word())
    }));
    rows.join("\n")
}

fn details(check: &Check, run: &Run) -> Vec<String> {
    let mut blocks = vec![format!("#### {}: {}", check.status.word(), code(&run.name(check)))];
    blocks.push(code(&run.message(check)));
    blocks.extend(check.consequence.iter().map(|consequence| format!("So: {}", code(&run.text(consequence)))));
    let drawn = render_diagnostics(&check.diagnostics, false, run.charset == Charset::Ascii);
    if !drawn.is_empty() {
        blocks.push(fenced("text", &drawn));
    }
    let seen: Vec<_> =
        check.evidence.iter().map(|seen| format!("- {}: {}", seen.fact, code(&run.text(&seen.value)))).collect();
    if !seen.is_empty() {
        blocks.push(seen.join("\n"));
    }
    if let Some(fix) = &check.fix {
        let commands: Vec<_> =
            fix.commands.iter().flat_map(|command| command.lines()).map(|command| run.text(command)).collect();
        if !commands.is_empty() {
            blocks.push(if check.status == CheckStatus::Unknown { "To know:" } else { "By hand:" }.to_owned());
            blocks.push(fenced("sh", &commands.join("\n")));
        }
        blocks.extend(fix.note.iter().map(|note| format!("Note: {}", code(&run.text(&note.replace('\n', " "))))));
    }
    blocks
}

/// A code span of any text: its fence is longer than every run of backticks in it.
fn code(text: &str) -> String {
    if text.trim().is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(text) + 1);
    // A space beside the fence belongs to it, and is needed where the text itself begins or ends with one or a backtick.
    let room = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{room}{text}{room}{fence}")
}

/// The same in a table, where a bar would end the cell even in code.
pub(super) fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

fn fenced(language: &str, text: &str) -> String {
    let fence = "`".repeat(3.max(longest_run(text) + 1));
    format!("{fence}{language}\n{text}\n{fence}")
}

fn longest_run(text: &str) -> usize {
    text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0)
}
