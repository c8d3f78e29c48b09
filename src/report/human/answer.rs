//! The first line: the question, and its answer.

use crate::probe::ONLY_LIVE;
use crate::report::{CheckStatus, Report, Status, TargetEntry};

use super::look::{Look, Tone};
use super::words::{count, list};

/// The answer, and what has to be known to read it.
pub(super) fn render(report: &Report, look: &Look<'_>) -> String {
    let (tone, verdict) = verdict(report, look);
    let names: Vec<String> = report.target.bridges.iter().map(|name| look.name(name)).collect();
    let bridges = if names.is_empty() { "a bridge".to_owned() } else { list(&names) };
    let user = look.name(&report.subject.user);
    let mut lines = vec![format!("Can {user} put a guest on {bridges}?   {}", look.paint(tone, &verdict))];
    if report.target.why != TargetEntry::ASKED && !names.is_empty() {
        lines.push(look.paint(Tone::Faint, &format!("  Asked about {bridges}: {}.", look.text(report.target.why))));
    }
    if report.subject.uid == 0 {
        lines.push(format!(
            "  {user} needs no helper: QEMU run by root makes its own tap. This is what the helper would do."
        ));
    }
    lines.join("\n")
}

fn verdict(report: &Report, look: &Look<'_>) -> (Tone, String) {
    let summary = &report.summary;
    let warnings = if summary.warn > 0 { format!(", with {}", count(summary.warn, "warning")) } else { String::new() };
    let offline = report.host.root != "/";
    match report.status {
        Status::Fail => (Tone::Bad, refusal(report, look)),
        _ if offline => (Tone::Good, nothing_in_the_way(report, &warnings, look)),
        Status::Unknown => {
            let blind = count(blind(report, look), "check");
            (Tone::Doubt, format!("As far as can be told, yes{warnings}: {blind} could not look."))
        }
        Status::Pass | Status::Warn => {
            let tone = if report.status == Status::Warn { Tone::Caution } else { Tone::Good };
            let yes = if look.options.partial { "As far as was asked, yes" } else { "Yes" };
            (tone, format!("{yes}{warnings}."))
        }
    }
}

fn refusal(report: &Report, look: &Look<'_>) -> String {
    const FEW: usize = 3;
    let problems = count(report.summary.fail, "problem");
    let fails = |bridge: &String| {
        report.ended(CheckStatus::Fail).any(|check| check.bridge.as_ref().is_none_or(|about| about == bridge))
    };
    let (no, yes): (Vec<&String>, Vec<&String>) = report.target.bridges.iter().partition(|bridge| fails(bridge));
    if no.is_empty() || yes.is_empty() {
        return format!("No: {problems}.");
    }
    let named = |bridges: &[&String]| list(&bridges.iter().map(|name| look.name(name)).collect::<Vec<_>>());
    if yes.len() > FEW {
        return format!("Not on {}, but on the others: {problems}.", named(&no));
    }
    format!("On {} yes, on {} no: {problems}.", named(&yes), named(&no))
}

fn nothing_in_the_way(report: &Report, warnings: &str, look: &Look<'_>) -> String {
    let live = report.checks.iter().filter(|check| check.message == ONLY_LIVE).count();
    let mut text = format!("Nothing in this tree stands in the way{warnings}");
    if live > 0 {
        let verb = if live == 1 { "needs" } else { "need" };
        text += &format!("; {} {verb} the running machine", count(live, "check"));
    }
    match blind(report, look) {
        0 => {}
        blind => text += &format!("; {} could not look", count(blind, "check")),
    }
    text + "."
}

/// How many checks that matter could not look.
fn blind(report: &Report, look: &Look<'_>) -> usize {
    report.unseen(look.options.expecting).count()
}
