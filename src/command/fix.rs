//! `fix`: make it work, the way this distribution wants it, and show it first.

use crate::cli::{self, PlanFormat};
use crate::engine::Options;
use crate::exit::Exit;
use crate::fix::{self, Choice, Trouble};
use crate::report::Plan;
use crate::report::plan::{applied, human, script};

use super::apply::{self, Applying};
use super::failure::Failure;
use super::{from, output, selection, verify};

pub(super) fn run(options: &cli::Fix, ascii: bool) -> Result<Exit, Failure> {
    selection::causes(&options.what)?;
    refuse_elsewhere(options)?;
    if options.dry_run || options.format == PlanFormat::Sh {
        let plan = plan(options)?;
        output::write(&render(&plan, options.format, ascii)?, None)?;
        foresee(options, &plan)?;
        return Ok(Exit::of_plan(&plan));
    }
    let outcome = apply::run(&Applying {
        yes: options.yes,
        plan: &|| plan(options),
        show: &|plan| human::render(plan, &output::look(ascii)),
        verify: &|taken| verify::look_again(options, taken),
    })?;
    let shown = match options.format {
        PlanFormat::Human if outcome.plan.run.is_some() => {
            Ok(applied::render(&outcome.plan, &outcome.why, &output::look(ascii)))
        }
        format => render(&outcome.plan, format, ascii),
    };
    let written = shown.and_then(|text| output::write(&text, None));
    if let (Err(_), Some(run)) = (&written, &outcome.plan.run) {
        apply::tell(&what_became_of(run, outcome.exit));
    }
    // A signal that was held back ends the process here, after all is told.
    drop(outcome.held);
    written.map(|()| outcome.exit)
}

/// What has to be told even where the result cannot be.
fn what_became_of(run: &str, exit: Exit) -> String {
    match exit {
        Exit::RolledBack => format!("Run {run} did not come out as planned, and was taken back."),
        _ => format!("Run {run} is in force: `sudo bridge-doctor undo {run}` takes it back."),
    }
}

/// Looks at the host and plans.
fn plan(options: &cli::Fix) -> Result<Plan, Failure> {
    let bridges = selection::bridges(&options.selection.bridge)?;
    let snapshot = match &options.from {
        Some(file) => from::read(file, options.selection.user.as_deref())?,
        None => selection::collect(&options.selection, options.expect)?,
    };
    let question = Options { bridges, expect: options.expect, only: Vec::new(), skip: Vec::new() };
    Ok(fix::plan(&snapshot, &question, &Choice { ids: options.what.clone() }))
}

/// Fails where `fix` would refuse the plan that was shown; only root can look at all that decides it.
fn foresee(options: &cli::Fix, plan: &Plan) -> Result<(), Failure> {
    let is_here = options.from.is_none() && options.selection.root.is_empty();
    if !is_here || !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let refused = |trouble: Trouble| {
        Failure::internal(format!("`fix` would refuse this: {}", trouble.what), trouble.place, trouble.remedy)
    };
    apply::prepared(plan).map(drop).map_err(refused)
}

/// What is not this machine can be planned for, and not be changed.
fn refuse_elsewhere(options: &cli::Fix) -> Result<(), Failure> {
    let place = match (&options.from, options.selection.root.as_slice()) {
        (Some(_), _) => "--from",
        (None, [_, ..]) => "--root",
        (None, []) => return Ok(()),
    };
    if options.dry_run || options.format == PlanFormat::Sh {
        return Ok(());
    }
    Err(Failure::usage("only the running machine can be changed", place, "add --dry-run, or --format sh for a script"))
}

fn render(plan: &Plan, format: PlanFormat, ascii: bool) -> Result<String, Failure> {
    match format {
        PlanFormat::Human => Ok(human::render(plan, &output::look(ascii))),
        PlanFormat::Json => output::json(plan),
        PlanFormat::Sh => Ok(script::render(plan)),
    }
}
