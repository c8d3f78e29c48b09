//! An explanation for people: what was said, what it proves, what can be behind it, and how to find out.

use owo_colors::{OwoColorize, Style};

use super::{Explanation, Match, Near, Possible, Verdict};
use crate::catalogue::Likelihood;
use crate::report::distinct;
use crate::report::human::Options;
use crate::report::text::{clipped, printable};

/// More of a message does not help to recognise it.
const LONGEST: usize = 400;

/// Writes the explanation for a person.
pub fn render(explanation: &Explanation, options: &Options) -> String {
    let look = Look { options };
    if explanation.matches.is_empty() {
        return look.unknown(&explanation.nearest);
    }
    explanation.matches.iter().map(|one| look.incident(one)).collect::<Vec<_>>().join("\n\n") + "\n"
}

/// The reader's terminal.
struct Look<'a> {
    options: &'a Options,
}

impl Look<'_> {
    fn incident(&self, one: &Match) -> String {
        let times = if one.count == 1 { String::new() } else { format!(", {} times", one.count) };
        let place = self.paint(Style::new().dimmed(), &format!("(line {}{times})", one.line));
        let said = clipped(&one.text.replace('\n', " "), LONGEST, self.options.charset());
        let mut rows = vec![format!("{} {place}", self.paint(Style::new().bold(), &said))];
        rows.push(self.wrapped("  says      ", &self.text(&format!("{}: {}", one.program, one.meaning))));
        let about: Vec<String> = one.params.iter().map(|(name, value)| format!("{name} {value}")).collect();
        if !about.is_empty() {
            rows.push(self.wrapped("  about     ", &self.text(&about.join(", "))));
        }
        rows.extend(self.causes(&one.causes));
        rows.join("\n")
    }

    fn causes(&self, causes: &[Possible]) -> Vec<String> {
        let width = causes.iter().map(|cause| cause.id.len()).max().unwrap_or(0);
        let mut rows = Vec::new();
        for (at, cause) in causes.iter().enumerate() {
            let label = match at {
                0 if causes.len() == 1 && cause.likelihood == Likelihood::Certain => "cause",
                0 => "causes",
                _ => "",
            };
            let word = self.verdict(cause);
            rows.push(self.wrapped(
                &format!("  {label:<9} {:<width$}  ", cause.id),
                &format!("{} ({word})", self.text(cause.title)),
            ));
            if let Some(found) = &cause.found {
                rows.push(self.wrapped("    here    ", &self.text(&found.message)));
                rows.extend(found.by_program.iter().map(|command| format!("    fix     {}", self.text(command))));
                rows.extend(found.commands.iter().flat_map(|command| command.lines()).enumerate().map(
                    |(at, command)| {
                        let label = if at == 0 { "by hand" } else { "" };
                        format!("    {label:<7} {}", self.text(command))
                    },
                ));
            }
        }
        rows.extend(self.next_steps(causes));
        rows
    }

    /// What to run to know more: what tells the causes apart, and the page of the best one.
    fn next_steps(&self, causes: &[Possible]) -> Vec<String> {
        let checks = distinct(causes.iter().filter(|cause| cause.here.is_none()).filter_map(|cause| cause.check));
        let mut rows = Vec::new();
        if !checks.is_empty() {
            rows.push(format!("  to know   bridge-doctor check --only {}", checks.join(",")));
        }
        rows.extend(causes.first().map(|cause| format!("  to mend   bridge-doctor explain {}", cause.id)));
        rows
    }

    fn verdict(&self, cause: &Possible) -> String {
        let (word, style) = match (cause.here, cause.likelihood) {
            (Some(Verdict::Confirmed), _) => ("confirmed here", Style::new().red().bold()),
            (Some(Verdict::Refuted), _) => ("not so here", Style::new().dimmed()),
            (Some(Verdict::Unknown), _) => ("unknown here", Style::new().cyan()),
            (None, Likelihood::Certain) => ("certain", Style::new()),
            (None, Likelihood::Usual) => ("usual", Style::new()),
            (None, Likelihood::Possible) => ("possible", Style::new().dimmed()),
        };
        self.paint(style, word)
    }

    fn unknown(&self, nearest: &[Near]) -> String {
        let mut rows = vec!["No known error is in this text.".to_owned()];
        if !nearest.is_empty() {
            rows.push("Known, and like it:".to_owned());
        }
        for near in nearest {
            rows.push(self.wrapped(&format!("  {}  ", near.id), &self.text(&near.text.replace('\n', " "))));
        }
        rows.join("\n") + "\n"
    }

    /// A labelled text, which is safe to print, wrapped below itself.
    fn wrapped(&self, label: &str, text: &str) -> String {
        let indent = " ".repeat(label.chars().count().min(14));
        let wrapping = textwrap::Options::new(self.options.width)
            .initial_indent(label)
            .subsequent_indent(&indent)
            .break_words(false)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        textwrap::fill(text, wrapping)
    }

    fn text(&self, text: &str) -> String {
        printable(text, self.options.charset())
    }

    fn paint(&self, style: Style, text: &str) -> String {
        if self.options.colour { text.style(style).to_string() } else { text.to_owned() }
    }
}
