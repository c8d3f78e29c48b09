//! How a finding is mended by hand.

/// Commands to run or a declaration to add, and what to know about them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Remedy {
    /// Commands in their order, or the declaration to add.
    pub commands: Vec<String>,
    /// Whether it is safe to run them without a decision by a person.
    pub automatic: bool,
    /// What to know beside the commands.
    pub note: Option<String>,
}

impl Remedy {
    /// Commands that may be run as they stand.
    pub fn automatic(commands: impl IntoIterator<Item = String>) -> Self {
        Self { commands: commands.into_iter().collect(), automatic: true, note: None }
    }

    /// Commands, or a declaration, that a person should decide on.
    pub fn manual(commands: impl IntoIterator<Item = String>) -> Self {
        Self { commands: commands.into_iter().collect(), automatic: false, note: None }
    }

    /// Advice without a command.
    pub fn advice(note: impl Into<String>) -> Self {
        Self { commands: Vec::new(), automatic: false, note: Some(note.into()) }
    }

    /// Adds a sentence to the note.
    #[must_use]
    pub fn with_note(mut self, note: impl AsRef<str>) -> Self {
        self.note = Some(match self.note {
            Some(before) => format!("{before} {}", note.as_ref()),
            None => note.as_ref().to_owned(),
        });
        self
    }

    /// Goes on with the commands and the note of another remedy; automatic only if both are.
    #[must_use]
    pub fn then(mut self, next: Self) -> Self {
        self.automatic &= next.automatic;
        self.commands.extend(next.commands);
        match next.note {
            Some(note) => self.with_note(note),
            None => self,
        }
    }
}
