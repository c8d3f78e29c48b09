//! Symbols, words and colours.

use owo_colors::{OwoColorize, Style};
use textwrap::{WordSplitter, WrapAlgorithm};

use crate::report::CheckStatus;
use crate::report::text;

use super::Options;

/// What a piece of text means, and so how it is coloured.
#[derive(Clone, Copy)]
pub(in crate::report) enum Tone {
    Good,
    Bad,
    Caution,
    Doubt,
    Faint,
    Strong,
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Self::Good => Style::new().green(),
            Self::Bad => Style::new().red().bold(),
            Self::Caution => Style::new().yellow().bold(),
            Self::Doubt => Style::new().cyan().bold(),
            Self::Faint => Style::new().dimmed(),
            Self::Strong => Style::new().bold(),
        }
    }
}

/// How a status is shown: a symbol is never without a word nearby.
pub(super) struct Mark {
    pub(super) symbol: &'static str,
    pub(super) word: &'static str,
    pub(super) tone: Tone,
}

/// The reader's terminal.
pub(super) struct Look<'a> {
    pub(super) options: &'a Options,
}

impl Look<'_> {
    /// Text from the host, safe to print.
    pub(super) fn text(&self, text: &str) -> String {
        text::printable(text, self.options.charset())
    }

    /// A name from the host, safe to print and short enough for a line with others.
    pub(super) fn name(&self, name: &str) -> String {
        text::clipped(name, 32, self.options.charset())
    }

    /// Text that begins in this column and is wrapped below itself.
    pub(super) fn wrapped(&self, text: &str, column: usize) -> String {
        const NARROWEST: usize = 24;
        let room = self.options.width.saturating_sub(column).max(NARROWEST);
        let options = textwrap::Options::new(room)
            .break_words(false)
            .word_splitter(WordSplitter::NoHyphenation)
            .wrap_algorithm(WrapAlgorithm::FirstFit);
        textwrap::wrap(text, options).join(&format!("\n{}", " ".repeat(column)))
    }

    pub(super) fn paint(&self, tone: Tone, text: &str) -> String {
        if self.options.colour && !text.is_empty() { text.style(tone.style()).to_string() } else { text.to_owned() }
    }

    pub(super) fn mark(&self, status: CheckStatus) -> Mark {
        let (unicode, ascii, word, tone) = match status {
            CheckStatus::Pass => ("✓", "+", "ok", Tone::Good),
            CheckStatus::Warn => ("!", "!", "warns", Tone::Caution),
            CheckStatus::Fail => ("✗", "x", "fails", Tone::Bad),
            CheckStatus::Blocked => ("·", ".", "waits", Tone::Faint),
            CheckStatus::Unknown => ("?", "?", "unknown", Tone::Doubt),
            CheckStatus::NotApplicable => ("-", "-", "n/a", Tone::Faint),
        };
        Mark { symbol: if self.options.ascii { ascii } else { unicode }, word, tone }
    }
}
