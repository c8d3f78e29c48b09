//! `__complete`: what could stand at the end of a command line.
//!
//! A candidate a line, with a tab and what it is; the line `/` asks the shell for its own file names. It answers in
//! silence where it has nothing to say: whatever it printed would stand in somebody's prompt.

use std::ffi::OsStr;
use std::fmt::Write as _;

use clap::builder::StyledStr;
use clap::{Arg, Command, CommandFactory, ValueHint};
use clap_complete::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate};

use crate::catalogue::{self, Page};
use crate::cli::{self, Cli};
use crate::exit::Exit;
use crate::host;
use crate::probe::PROBES;

use super::failure::Failure;
use super::output;

/// Stands for any file; no candidate that is a name can be it.
const ANY_FILE: &str = "/";

pub(super) fn run(options: &cli::Complete) -> Result<Exit, Failure> {
    let last = options.words.len().saturating_sub(1);
    let mut command = Cli::command();
    command.build();
    let mut command = informed(command);
    let candidates = clap_complete::engine::complete(&mut command, options.words.clone(), last, None);
    output::write(&lines(&candidates.unwrap_or_default()), None)?;
    Ok(Exit::Healthy)
}

fn lines(candidates: &[CompletionCandidate]) -> String {
    let mut text = String::new();
    for candidate in candidates {
        // A name with a line break or an escape sequence in it must not reach a terminal, or pass for two names.
        let Some(value) = candidate.get_value().to_str().filter(|value| !value.contains(char::is_control)) else {
            continue;
        };
        // With an option and `=` before it: the shell knows what to leave alone.
        if value == ANY_FILE || value.starts_with("--") && value.ends_with("=/") {
            return format!("{ANY_FILE}\n");
        }
        let help = candidate.get_help().map(StyledStr::to_string).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = match help.lines().next() {
            Some(help) => writeln!(text, "{value}\t{help}"),
            None => writeln!(text, "{value}"),
        };
    }
    text
}

/// The command line, told for each argument where its values come from.
fn informed(command: Command) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let command = names.into_iter().fold(command, |command, name| command.mut_subcommand(name, informed));
    command.mut_args(|argument| match source(&argument) {
        Some(Source::Names(names)) => argument.add(ArgValueCandidates::new(names)),
        Some(Source::Files) => {
            argument.add(ArgValueCompleter::new(|_: &OsStr| vec![CompletionCandidate::new(ANY_FILE)]))
        }
        None => argument,
    })
}

/// Where the values of an argument come from.
enum Source {
    Names(fn() -> Vec<CompletionCandidate>),
    Files,
}

/// Told by what the help calls the value, so that an argument of another subcommand needs no entry here.
fn source(argument: &Arg) -> Option<Source> {
    if !argument.get_action().takes_values() {
        return None;
    }
    let value = argument.get_value_names().unwrap_or_default().join(" ");
    let named = |word: &str| value.split('|').any(|other| other == word);
    match () {
        () if argument.get_id() == "bridge" => Some(Source::Names(bridges)),
        () if named("USER") => Some(Source::Names(users)),
        () if named("CAUSE") => Some(Source::Names(topics)),
        () if named("ID") || named("CHECK") => Some(Source::Names(checks)),
        () if named("COMMAND") => Some(Source::Names(commands)),
        () if matches!(argument.get_value_hint(), ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath) => {
            Some(Source::Files)
        }
        () => None,
    }
}

fn bridges() -> Vec<CompletionCandidate> {
    host::bridge_names().into_iter().map(CompletionCandidate::new).collect()
}

fn users() -> Vec<CompletionCandidate> {
    host::local_users().into_iter().map(CompletionCandidate::new).collect()
}

fn checks() -> Vec<CompletionCandidate> {
    // In the order of the report, which is that of the helper.
    let pages = PROBES.iter().filter_map(|probe| catalogue::page(probe.id));
    pages.map(|page| candidate(page.id, page.title)).collect()
}

/// Checks and causes; a cause that shares its id with its check stands there once.
fn topics() -> Vec<CompletionCandidate> {
    let causes_of = |page: &'static Page| page.causes.iter().filter(|cause| cause.id != page.id);
    let causes = catalogue::pages().iter().flat_map(causes_of).map(|cause| candidate(cause.id, cause.title));
    checks().into_iter().chain(causes).collect()
}

fn commands() -> Vec<CompletionCandidate> {
    let command = Cli::command();
    let shown = command.get_subcommands().filter(|sub| !sub.is_hide_set());
    shown.map(|sub| CompletionCandidate::new(sub.get_name()).help(sub.get_about().cloned())).collect()
}

fn candidate(id: &str, title: &'static str) -> CompletionCandidate {
    CompletionCandidate::new(id).help(Some(title.into()))
}
