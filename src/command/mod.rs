//! One file a subcommand: collect, judge, hand to a report.

mod acl;
mod acl_file;
mod apply;
mod attach;
mod check;
mod collect;
mod complete;
mod completions;
mod consent;
mod explain;
mod failure;
mod fix;
mod fleet;
mod from;
mod interrupt;
mod list;
mod log;
mod man;
mod output;
mod progress;
mod sandbox;
mod schema;
mod selection;
mod trial;
mod undo;
mod verify;
mod vigil;

use std::ffi::OsString;
use std::io::ErrorKind;

use clap::Parser;
use clap::error::{ContextKind, ContextValue};

use crate::cli::{Cli, Command};
use crate::exit::Exit;
use crate::report::nagios::{self, PluginState};
use failure::Failure;

pub use acl::{acl_exit, acl_report};

/// Runs the command line and says how the process should end.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments).map_err(nearest_first) {
        Ok(cli) => cli,
        Err(explanation) if explanation.use_stderr() && is_plugin(&arguments) => {
            let _ = explanation.print();
            return plugin_failure();
        }
        Err(explanation) => return usage(&explanation),
    };
    dispatch(&cli).unwrap_or_else(|failure| {
        failure.complain();
        failure.exit
    })
}

fn dispatch(cli: &Cli) -> Result<Exit, Failure> {
    match &cli.command {
        Command::Check(options) => check::run(options, cli.ascii),
        Command::Fix(options) => fix::run(options, cli.ascii),
        Command::Undo(options) => undo::run(options, cli.ascii),
        Command::Attach(options) if options.sandbox => sandbox::run(options, cli.ascii),
        Command::Attach(options) => attach::run(options, cli.ascii),
        Command::Acl(options) => acl_file::run(options, cli.ascii),
        Command::Explain(options) => explain::run(options, cli.ascii),
        Command::Collect(options) => collect::run(options),
        Command::List(options) => list::run(options),
        Command::Schema(options) => schema::run(options),
        Command::Completions(options) => completions::run(options),
        Command::Man(options) => man::run(options),
        Command::Complete(options) => complete::run(options),
    }
}

/// What somebody may have meant, the likeliest first.
fn nearest_first(mut explanation: clap::Error) -> clap::Error {
    const MISTAKES: [(ContextKind, ContextKind); 2] = [
        (ContextKind::InvalidSubcommand, ContextKind::SuggestedSubcommand),
        (ContextKind::InvalidValue, ContextKind::SuggestedValue),
    ];
    for (mistake, suggested) in MISTAKES {
        if let (Some(ContextValue::String(word)), Some(ContextValue::Strings(names))) =
            (explanation.get(mistake), explanation.get(suggested))
        {
            let likeness = |name: &String| strsim::jaro_winkler(word, name);
            let mut names = names.clone();
            names.sort_by(|one, other| likeness(other).total_cmp(&likeness(one)));
            explanation.insert(suggested, ContextValue::Strings(names));
        }
    }
    explanation
}

/// Whether a monitoring agent asks: it takes the code of a usage error for a state of the host.
fn is_plugin(arguments: &[OsString]) -> bool {
    let pair = |pair: &[OsString]| pair[0] == "--format" && pair[1] == "nagios";
    arguments.windows(2).any(pair) || arguments.iter().any(|argument| argument == "--format=nagios")
}

fn plugin_failure() -> Exit {
    let said = nagios::render_failure("the command line makes no sense", "standard error has the reason");
    match output::write(&said, None) {
        Ok(()) => Exit::Plugin(PluginState::Unknown),
        Err(failure) => failure.exit,
    }
}

/// Help and version, which were asked for, or what is wrong with the command line.
fn usage(explanation: &clap::Error) -> Exit {
    let written = explanation.print();
    match written {
        _ if explanation.use_stderr() => Exit::Usage,
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Exit::Internal,
        _ => Exit::Healthy,
    }
}
