//! Why nothing could be collected at all.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::snapshot::Errno;

/// An error that leaves no snapshot. What merely could not be seen is a `Fact::Unknown` in the snapshot.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Error {
    /// The user is in no user database, and is no number.
    UnknownUser {
        /// As it was given.
        name: String,
        /// Where the name came from, such as "--user".
        source: String,
        /// Known users whose names come near.
        near: Vec<String>,
    },
    /// No process has this number.
    NoSuchProcess {
        /// The number.
        pid: u32,
    },
    /// The process is there, and this one may not look into it.
    ClosedProcess {
        /// The number.
        pid: u32,
        /// What was tried, as a clause: "enter its mount namespace".
        attempt: String,
        /// The error of it.
        errno: Errno,
    },
    /// The directory of `--root` cannot be entered.
    Root {
        /// The directory.
        path: PathBuf,
        /// The error of opening it.
        errno: Errno,
    },
    /// The separate process that looks with other rights gave no answer.
    NoAnswer {
        /// What happened to it.
        because: String,
    },
}

impl Error {
    /// Whether the command line names something that is not there, as opposed to a failure of bridge-doctor.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::UnknownUser { .. } | Self::NoSuchProcess { .. })
    }
}

/// An error in words for a person.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Told {
    /// What is wrong.
    pub what: String,
    /// The option, or the step, that it is about.
    pub place: String,
    /// What to do about it.
    pub remedy: String,
}

impl Error {
    /// The error in words.
    pub fn told(&self) -> Told {
        let told = |what: String, place: &str, remedy: String| Told { what, place: place.to_owned(), remedy };
        match self {
            Self::UnknownUser { name, source, near } => {
                let remedy = match near.as_slice() {
                    [] => "`getent passwd` lists the users who are known".to_owned(),
                    near => format!("did you mean `{}`?", near.join("` or `")),
                };
                told(format!("there is no user `{name}`"), source, remedy)
            }
            Self::NoSuchProcess { pid } => {
                let remedy = "`pgrep -a qemu` lists QEMU's processes".to_owned();
                told(format!("there is no process {pid}"), "--pid", remedy)
            }
            Self::ClosedProcess { pid, attempt, errno } => told(
                format!("may not {attempt} of process {pid}: {}", errno.text()),
                "--pid",
                format!("root may: `sudo bridge-doctor check --pid {pid}`"),
            ),
            Self::Root { path, errno } => told(
                format!("cannot enter the directory: {}", errno.text()),
                &format!("--root {}", path.display()),
                "name a directory that you may search, such as the mount point of the other system".to_owned(),
            ),
            Self::NoAnswer { because } => told(
                format!("the process that looks with the subject's rights {because}"),
                "collecting",
                "run it again; where it stays so, run it as the user in question, without --user".to_owned(),
            ),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Told { what, place, remedy } = self.told();
        write!(f, "{place}: {what}; {remedy}")
    }
}

impl std::error::Error for Error {}
