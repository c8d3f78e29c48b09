//! Whether this machine may be changed: by root only, and only with somebody's yes.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use crate::exit::Exit;
use crate::fix::Trouble;
use crate::platform::shell;

use super::failure::Failure;

/// Refuses anybody but root.
pub(super) fn root(command: &str, purpose: &str) -> Result<(), Failure> {
    if rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let arguments: Vec<String> = std::env::args().skip(1).map(|word| shell::word(&word)).collect();
    let again = format!("sudo bridge-doctor {}", arguments.join(" "));
    Err(Failure::usage(format!("only root can {purpose}"), command, again))
}

/// Refuses to go on where nobody can be asked.
pub(super) fn possible(command: &str, yes: bool) -> Result<(), Failure> {
    if yes || io::stdin().is_terminal() {
        return Ok(());
    }
    Err(Failure::usage(
        "standard input is no terminal, so nobody can be asked whether to change this machine",
        command,
        format!("look with `bridge-doctor {command} --dry-run`, then add --yes"),
    ))
}

/// Asks on the terminal; anything but a yes is a no.
pub(super) fn ask(question: &str) -> Result<bool, Failure> {
    let unasked = |error: io::Error| Failure::internal(format!("cannot ask: {error}"), "terminal", "add --yes");
    let mut err = io::stderr().lock();
    write!(err, "{question} [y/N] ").and_then(|()| err.flush()).map_err(unasked)?;
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer).map_err(unasked)?;
    if read == 0 {
        // The end of the input leaves the cursor behind the question.
        writeln!(err).map_err(unasked)?;
    }
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// How a command ends that nobody agreed to: the host stays as it is.
pub(super) fn declined(command: &str, remedy: &str) -> Failure {
    Failure { exit: Exit::Broken, ..Failure::usage("nothing was changed, as nobody said yes", command, remedy) }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        Self::internal(trouble.what, trouble.place, trouble.remedy)
    }
}

impl Failure {
    /// Of several obstacles the last is the failure itself; those before it are told first.
    pub(super) fn of_troubles(troubles: Vec<Trouble>) -> Self {
        let mut failures: Vec<Self> = troubles.into_iter().map(Self::from).collect();
        let last = failures.pop();
        for failure in &failures {
            failure.complain();
        }
        last.unwrap_or_else(|| Self::internal("something stands in the way", "fix", "run it again"))
    }
}
