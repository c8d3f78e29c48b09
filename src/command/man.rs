//! `man`: the manual pages, of the program and of each subcommand.

mod examples;
mod page;

use std::fs;
use std::path::Path;

use clap::{Command, CommandFactory};

use crate::cli::{self, Cli};
use crate::exit::Exit;

use super::failure::{Failure, reason};
use super::output;

pub(super) fn run(options: &cli::Man) -> Result<Exit, Failure> {
    let mut program = Cli::command()
        .disable_help_subcommand(true)
        .subcommand_value_name("COMMAND")
        .subcommand_help_heading("COMMANDS");
    // Options of the whole program reach the subcommands, and these learn their full names.
    program.build();
    match (&options.directory, &options.command) {
        (Some(directory), _) => write_all(&program, directory)?,
        (None, None) => output::write(&text(&program, None)?, None)?,
        (None, Some(name)) => {
            let Some(command) = shown(&program).find(|command| command.get_name() == name) else {
                let names: Vec<&str> = shown(&program).map(Command::get_name).collect();
                let remedy = format!("one of {}", names.join(", "));
                return Err(Failure::usage(format!("there is no subcommand `{name}`"), "man", remedy));
            };
            output::write(&text(&program, Some(command))?, None)?;
        }
    }
    Ok(Exit::Healthy)
}

/// The subcommands that have a page.
fn shown(program: &Command) -> impl Iterator<Item = &Command> {
    program.get_subcommands().filter(|command| !command.is_hide_set())
}

fn write_all(program: &Command, directory: &Path) -> Result<(), Failure> {
    fs::create_dir_all(directory).map_err(|error| {
        let place = directory.display().to_string();
        let what = format!("cannot make the directory: {}", reason(&error));
        Failure::internal(what, place, "a directory that you may write")
    })?;
    for command in std::iter::once(None).chain(shown(program).map(Some)) {
        let file = directory.join(format!("{}.1", page::name(program, command)));
        output::write(&text(program, command)?, Some(&file))?;
    }
    Ok(())
}

fn text(program: &Command, command: Option<&Command>) -> Result<String, Failure> {
    page::render(program, command)
        .map_err(|error| Failure::internal(format!("cannot render the page: {error}"), "man", "please report it"))
}
