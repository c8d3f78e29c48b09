//! `acl` for people: the answer first, then the remarks.

use std::fmt::Write as _;

use owo_colors::{OwoColorize as _, Style};

use super::{AclDecision, AclReport, render_diagnostics};
use crate::acl::{Charset, DiagnosticLevel, Outcome, RuleKind, Verdict, visible_text};

/// More decisions than this stand on lines of their own.
const ON_FIRST_LINE: usize = 3;

/// The report as text, with a line feed at its end.
pub fn render_acl(report: &AclReport, colour: bool, ascii: bool) -> String {
    let painter = Painter { colour, charset: Charset::of(ascii) };
    let mut out = format!("{} {}", painter.text(&report.file), answer(report, painter));
    if report.decisions.len() <= ON_FIRST_LINE {
        let decisions: Vec<_> = report.decisions.iter().map(|one| decision(one, report, painter)).collect();
        if matches!(report.outcome, Outcome::Parsed) {
            let decisions = if decisions.is_empty() { in_general(report).to_owned() } else { decisions.join(", ") };
            let _ = write!(out, "; {decisions}");
        }
        out.push('\n');
    } else {
        out.push('\n');
        for one in &report.decisions {
            let _ = writeln!(out, "  {}", decision(one, report, painter));
        }
    }
    if !report.diagnostics.is_empty() {
        let rendered = render_diagnostics(&report.diagnostics, colour, ascii);
        let _ = write!(out, "\n{rendered}\n\n{}\n", counts(report));
    }
    out
}

#[derive(Clone, Copy)]
struct Painter {
    colour: bool,
    charset: Charset,
}

impl Painter {
    fn text(self, text: &str) -> String {
        visible_text(text, self.charset)
    }

    /// A bridge's name; in backticks where it does not look like one.
    fn name(self, name: &str) -> String {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:@".contains(&byte);
        if !name.is_empty() && name.bytes().all(plain) { name.to_owned() } else { format!("`{}`", self.text(name)) }
    }

    fn good(self, text: &str) -> String {
        self.paint(text, Style::new().green().bold())
    }

    fn bad(self, text: &str) -> String {
        self.paint(text, Style::new().red().bold())
    }

    fn paint(self, text: &str, style: Style) -> String {
        if self.colour { text.style(style).to_string() } else { text.to_owned() }
    }
}

fn answer(report: &AclReport, painter: Painter) -> String {
    match report.outcome {
        Outcome::Parsed => format!("{}: {}", painter.good("parses"), counted(report.rules.rules.len(), "rule")),
        Outcome::NotOpened(errno) => {
            let reason = format!(": {} ({errno}); the helper allows no bridge", errno.text());
            painter.bad("does not open") + &reason
        }
        Outcome::Broken => painter.bad("does not parse") + ": the helper allows no bridge",
        Outcome::Endless => painter.bad("does not end") + ": its includes make the helper crash or run for ever",
        Outcome::Unknown => "could not be looked into".to_owned(),
    }
}

/// The decision where no bridge is named at all.
fn in_general(report: &AclReport) -> &'static str {
    let all = |kind| report.rules.rules.iter().any(|rule| rule.kind == kind && rule.bridge.is_all());
    if all(RuleKind::Allow) && !all(RuleKind::Deny) { "every bridge is allowed" } else { "no bridge is allowed" }
}

fn decision(decision: &AclDecision, report: &AclReport, painter: Painter) -> String {
    let verdict = match decision.verdict {
        Verdict::Allow => painter.good("allowed"),
        Verdict::Deny | Verdict::ParseError => painter.bad("not allowed"),
        Verdict::Unknown => "perhaps allowed".to_owned(),
    };
    let reason = match (&decision.rule, decision.verdict) {
        (Some(rule), _) if rule.file == report.file => format!(" (line {})", rule.line),
        (Some(rule), _) => format!(" ({}:{})", painter.text(&rule.file), rule.line),
        (None, Verdict::Deny) => " (no rule allows it)".to_owned(),
        (None, Verdict::Unknown) => " (a file could not be looked into)".to_owned(),
        (None, Verdict::Allow | Verdict::ParseError) => String::new(),
    };
    format!("{} {verdict}{reason}", painter.name(&decision.bridge))
}

fn counts(report: &AclReport) -> String {
    let count = |level| report.diagnostics.iter().filter(|diagnostic| diagnostic.level == level).count();
    let levels =
        [(DiagnosticLevel::Error, "error"), (DiagnosticLevel::Warning, "warning"), (DiagnosticLevel::Note, "note")];
    let parts: Vec<_> = levels
        .into_iter()
        .map(|(level, noun)| (count(level), noun))
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| counted(count, noun))
        .collect();
    format!("{}.", parts.join(", "))
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
