//! Labelled blocks of text, for outputs beside the report.

use super::Options;
use super::look::{Look, Tone};

/// Where the text of a row begins.
const COLUMN: usize = 12;

/// Writes blocks: a head, and rows with a label below it.
pub(in crate::report) struct Prose<'a> {
    look: Look<'a>,
}

impl<'a> Prose<'a> {
    pub(in crate::report) fn new(options: &'a Options) -> Self {
        Self { look: Look { options } }
    }

    pub(in crate::report) fn paint(&self, tone: Tone, text: &str) -> String {
        self.look.paint(tone, text)
    }

    pub(in crate::report) fn name(&self, name: &str) -> String {
        self.look.name(name)
    }

    pub(in crate::report) fn text(&self, text: &str) -> String {
        self.look.text(text)
    }

    /// The first line of a block.
    pub(in crate::report) fn head(&self, mark: &str, text: &str) -> String {
        let text = self.look.text(text);
        format!("{} {}", self.look.paint(Tone::Strong, mark), self.look.paint(Tone::Strong, &text))
    }

    /// Text that is wrapped below its label.
    pub(in crate::report) fn row(&self, label: &str, text: &str) -> String {
        self.labelled(label, &self.look.wrapped(&self.look.text(text), COLUMN))
    }

    /// Text that is to be copied, on a line of its own.
    pub(in crate::report) fn code(&self, label: &str, text: &str) -> String {
        self.labelled(label, &self.look.text(text))
    }

    /// The same, in one colour.
    pub(in crate::report) fn painted(&self, label: &str, text: &str, tone: Tone) -> String {
        self.labelled(label, &self.look.paint(tone, &self.look.text(text)))
    }

    fn labelled(&self, label: &str, text: &str) -> String {
        let gap = " ".repeat(COLUMN.saturating_sub(2 + label.len()));
        let line = format!("  {}{gap}{text}", self.look.paint(Tone::Faint, label));
        format!("\n{}", line.trim_end())
    }
}
