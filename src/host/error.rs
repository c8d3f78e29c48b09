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

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownUser { name, source, near } => {
                write!(f, "{source}: there is no user `{name}`")?;
                match near.as_slice() {
                    [] => write!(f, "; `getent passwd` lists those who are known"),
                    near => write!(f, "; did you mean `{}`?", near.join("` or `")),
                }
            }
            Self::NoSuchProcess { pid } => {
                write!(f, "--pid: there is no process {pid}; `pgrep -a qemu` lists QEMU's")
            }
            Self::ClosedProcess { pid, attempt, errno } => {
                write!(f, "--pid: may not {attempt} of process {pid}: {}", errno.text())?;
                write!(f, "; root may: `sudo bridge-doctor check --pid {pid}`")
            }
            Self::Root { path, errno } => {
                write!(f, "--root: cannot enter `{}`: {}", path.display(), errno.text())?;
                write!(f, "; it must be a directory that you may search")
            }
            Self::NoAnswer { because } => write!(f, "the process that looks with the subject's rights {because}"),
        }
    }
}

impl std::error::Error for Error {}
