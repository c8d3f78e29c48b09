//! What the helper is predicted to do.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use crate::snapshot::Errno;

/// A falsifiable statement about one run of the helper.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Prediction {
    /// The bridge it is asked for.
    pub bridge: String,
    /// How it ends.
    pub outcome: Outcome,
    /// Its exit status; absent where it does not start or does not exit.
    pub exit_code: Option<i32>,
    /// The last line it prints, without the line feed; absent where it prints nothing.
    pub stderr: Option<String>,
    /// The error of `execve`, where it does not start.
    pub errno: Option<Errno>,
    /// The cause that bites first; the engine names it.
    pub cause: Option<&'static str>,
    /// The checks that the step it ends at is judged by; none where it attaches.
    #[serde(skip)]
    pub judged_by: &'static [&'static str],
}

/// How a run of the helper ends.
#[derive(Clone, Copy, Debug, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It hands over a tap that is a port of the bridge.
    Attached,
    /// It prints why not and exits: with 1 where its own code ends it.
    Refused,
    /// `execve` fails: QEMU prints a bare "bridge helper failed".
    NotStarted,
    /// It is ended by a signal, or never ends.
    Crashed,
}

impl Prediction {
    pub(super) fn attached(bridge: &str, stderr: Option<String>) -> Self {
        Self { stderr, ..Self::ended(bridge, Outcome::Attached, &[]).exits(0) }
    }

    pub(super) fn refused(bridge: &str, stderr: String, judged_by: &'static [&'static str]) -> Self {
        // A name with a line feed in it makes two lines of one.
        let last = stderr.rsplit('\n').find(|line| !line.is_empty()).map(str::to_owned);
        Self { stderr: last, ..Self::ended(bridge, Outcome::Refused, judged_by).exits(1) }
    }

    pub(super) fn not_started(bridge: &str, errno: Errno, judged_by: &'static [&'static str]) -> Self {
        Self { errno: Some(errno), ..Self::ended(bridge, Outcome::NotStarted, judged_by) }
    }

    /// The loader of the GNU C library says so, and not the helper.
    pub(super) fn not_loaded(bridge: &str, helper: &Path, library: &str, judged_by: &'static [&'static str]) -> Self {
        let why = "cannot open shared object file: No such file or directory";
        let line = format!("{}: error while loading shared libraries: {library}: {why}", helper.display());
        Self::refused(bridge, line, judged_by).exits(127)
    }

    pub(super) fn crashed(bridge: &str, judged_by: &'static [&'static str]) -> Self {
        Self::ended(bridge, Outcome::Crashed, judged_by)
    }

    fn ended(bridge: &str, outcome: Outcome, judged_by: &'static [&'static str]) -> Self {
        Self { bridge: bridge.to_owned(), outcome, exit_code: None, stderr: None, errno: None, cause: None, judged_by }
    }

    fn exits(self, code: i32) -> Self {
        Self { exit_code: Some(code), ..self }
    }
}
