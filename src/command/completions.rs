//! `completions`: the script that completes the command line in a shell.
//!
//! Those of bash, zsh and fish hold no word of the command line: they ask the program itself, so that they know what
//! this version can do and what this host has. They do it with a subcommand and not, as is usual with clap, with an
//! environment variable: nothing in the environment should make a program that runs as root do something else.

use clap::{Command, CommandFactory};
use clap_complete::aot;

use crate::cli::{self, Cli, Shell};
use crate::exit::Exit;

use super::failure::Failure;
use super::output;

pub(super) fn run(options: &cli::Completions) -> Result<Exit, Failure> {
    let script = match options.shell {
        Shell::Bash => include_str!("completions/bridge-doctor.bash").to_owned(),
        Shell::Zsh => include_str!("completions/bridge-doctor.zsh").to_owned(),
        Shell::Fish => include_str!("completions/bridge-doctor.fish").to_owned(),
        Shell::Elvish => generated(aot::Elvish),
        Shell::Powershell => generated(aot::PowerShell),
    };
    output::write(&script, None)?;
    Ok(Exit::Healthy)
}

/// A script with every option in it, for a shell that nobody has asked more for.
fn generated(shell: impl aot::Generator) -> String {
    let all = Cli::command();
    let shown = all.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    let mut command = Command::new("bridge-doctor").args(all.get_arguments().cloned()).subcommands(shown);
    let mut script = Vec::new();
    aot::generate(shell, &mut command, "bridge-doctor", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}
