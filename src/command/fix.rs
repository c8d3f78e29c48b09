//! `fix`: make it work, the way this distribution wants it, and show it first.

use crate::cli::{self, PlanFormat};
use crate::engine::Options;
use crate::exit::Exit;
use crate::fix::{self, Choice};
use crate::report::plan::{human, script};
use crate::report::{Plan, json};

use super::failure::Failure;
use super::{from, output, selection};

pub(super) fn run(options: &cli::Fix, ascii: bool) -> Result<Exit, Failure> {
    selection::causes(&options.what)?;
    refuse_elsewhere(options)?;
    let bridges = selection::bridges(&options.selection.bridge)?;
    let snapshot = match &options.from {
        Some(file) => from::read(file, options.selection.user.as_deref())?,
        None => selection::collect(&options.selection, false)?,
    };
    let question = Options { bridges, expect: options.expect, only: Vec::new(), skip: Vec::new() };
    let plan = fix::plan(&snapshot, &question, &Choice { ids: options.what.clone() });
    if !options.dry_run && options.format != PlanFormat::Sh {
        return Err(Failure::usage("this version only plans", "fix", "`bridge-doctor fix --dry-run`"));
    }
    output::write(&render(&plan, options.format, ascii)?, None)?;
    Ok(Exit::of_plan(&plan))
}

/// What is not this machine can be planned for, and not be changed.
fn refuse_elsewhere(options: &cli::Fix) -> Result<(), Failure> {
    let place = match (&options.from, &options.selection.root) {
        (Some(_), _) => "--from",
        (None, Some(_)) => "--root",
        (None, None) => return Ok(()),
    };
    if options.dry_run || options.format == PlanFormat::Sh {
        return Ok(());
    }
    Err(Failure::usage("only the running machine can be changed", place, "add --dry-run, or --format sh for a script"))
}

fn render(plan: &Plan, format: PlanFormat, ascii: bool) -> Result<String, Failure> {
    match format {
        PlanFormat::Human => Ok(human::render(plan, &output::look(ascii))),
        PlanFormat::Json => json::render(plan).map_err(|error| output::unwritable_json(&error)),
        PlanFormat::Sh => Ok(script::render(plan)),
    }
}
