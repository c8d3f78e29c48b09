//! Why something was not done: what, where, and what to do about it.

use std::fmt;
use std::io;
use std::path::Path;

/// An obstacle, in words for the person who has to remove it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Trouble {
    /// What was found.
    pub what: String,
    /// The file or program that it is about.
    pub place: String,
    /// What to do next.
    pub remedy: String,
}

impl Trouble {
    /// An obstacle at a path.
    pub fn at(path: &Path, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), place: path.display().to_string(), remedy: remedy.into() }
    }

    /// An error of the system at a path, with the usual remedy for its kind.
    pub(super) fn of(path: &Path, attempt: &str, error: impl Into<io::Error>) -> Self {
        let error = error.into();
        let text = error.to_string();
        let reason = text.split(" (os error").next().unwrap_or(&text);
        Self::at(path, format!("{attempt}: {reason}"), remedy(&error))
    }
}

fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room on that file system (`df -h`, `df -i`)",
        io::ErrorKind::ReadOnlyFilesystem => "remount it writable, or mend it where the system's image is made",
        io::ErrorKind::PermissionDenied => {
            "run it as root of the machine; as root already: `lsattr`, SELinux or AppArmor may forbid it"
        }
        io::ErrorKind::ResourceBusy => "it is a mount point or in use: mend what is mounted there",
        _ => "look at it: `ls -ld` the path and the directories above it",
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.place, self.what, self.remedy)
    }
}

impl std::error::Error for Trouble {}
