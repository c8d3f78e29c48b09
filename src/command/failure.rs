//! What ends a command early: always what, where and what to try.

use std::fmt;
use std::io::{self, Write as _};

use crate::exit::Exit;
use crate::host;
use crate::report::text::{Charset, printable};

/// An error for a person.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Failure {
    /// The exit code that goes with it.
    pub(super) exit: Exit,
    /// What is wrong.
    pub(super) what: String,
    /// The option, file or place that it is about.
    pub(super) place: String,
    /// What to do about it.
    pub(super) remedy: String,
}

impl Failure {
    /// The command line asks for something that makes no sense.
    pub(super) fn usage(what: impl Into<String>, place: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, what: what.into(), place: place.into(), remedy: remedy.into() }
    }

    /// bridge-doctor cannot do its work.
    pub(super) fn internal(what: impl Into<String>, place: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { exit: Exit::Internal, what: what.into(), place: place.into(), remedy: remedy.into() }
    }

    /// Nothing could be collected.
    pub(super) fn of_collecting(error: anyhow::Error) -> Self {
        match error.downcast::<host::Error>() {
            Ok(error) => Self::from(error),
            Err(other) => Self::internal(format!("{other:#}"), "collecting", "run it again, as root if need be"),
        }
    }

    /// bridge-doctor may not look.
    pub(super) fn blind(what: impl Into<String>, place: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { exit: Exit::Unknown, what: what.into(), place: place.into(), remedy: remedy.into() }
    }

    /// Writes it to standard error; where that is closed, the exit code still tells.
    pub(super) fn complain(&self) {
        let _ = writeln!(io::stderr().lock(), "{self}");
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |text: &str| printable(text, Charset::Unicode);
        write!(f, "bridge-doctor: {}: {}\n  try: {}", text(&self.what), text(&self.place), text(&self.remedy))
    }
}

/// The system's text without Rust's "(os error N)".
pub(super) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}

impl From<host::Error> for Failure {
    fn from(error: host::Error) -> Self {
        let exit = if error.is_usage() { Exit::Usage } else { Exit::Internal };
        let host::Told { what, place, remedy } = error.told();
        Self { exit, what, place, remedy }
    }
}
