//! `check`: will it work for this user and this bridge, and if not, why exactly?

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::attach::{self, Ladder};
use crate::cli::{self, CheckFormat};
use crate::engine;
use crate::exit::Exit;
use crate::helper;
use crate::report::nagios::{self, PluginState};
use crate::report::text::Charset;
use crate::report::{Report, Run, github, human, junit, markdown, prometheus, tap};
use crate::snapshot::{Snapshot, redact};

use super::failure::Failure;
use super::output::{self, Reader};
use super::trial::{self, Host};
use super::{fleet, from, selection, vigil};

pub(super) fn run(options: &cli::Check, ascii: bool) -> Result<Exit, Failure> {
    match answer(options, ascii) {
        // A monitoring agent reads standard output, and takes every other code for a state of the host.
        Err(failure) if options.format == CheckFormat::Nagios => {
            output::write(&nagios::render_failure(&failure.what, &failure.place), None)?;
            Ok(Exit::Plugin(PluginState::Unknown))
        }
        answered => answered,
    }
}

fn answer(options: &cli::Check, ascii: bool) -> Result<Exit, Failure> {
    let mut question = question(options)?;
    if fleet::is_meant(options) {
        return fleet::run(options, &question, ascii);
    }
    if options.watch {
        return vigil::watch(options, &question, ascii);
    }
    let (mut snapshot, begun) = match (options.from.first(), options.wait) {
        (Some(file), _) => {
            let begun = Instant::now();
            (from::read(file, options.selection.user.as_deref())?, begun)
        }
        (None, Some(longest)) => vigil::wait(options, &question, longest)?,
        (None, None) => {
            let begun = Instant::now();
            (selection::collect(&options.selection, options.expect)?, begun)
        }
    };
    if options.attach {
        try_it(&mut snapshot, &question)?;
    }
    if options.redact {
        redacted(&mut snapshot, &mut question)?;
    }
    let report = engine::judge(&snapshot, &question);
    let run = circumstances(options, ascii, begun);
    let text = render(&report, &run, options)?;
    let reader = if options.format == CheckFormat::Prometheus { Reader::Daemon } else { Reader::Anybody };
    output::write_for(reader, &text, options.output.as_deref())?;
    Ok(match options.format {
        CheckFormat::Nagios => Exit::Plugin(PluginState::of(&report, options.strict)),
        _ => Exit::of(&report, options.strict),
    })
}

fn question(options: &cli::Check) -> Result<engine::Options, Failure> {
    let bridges = selection::bridges(&options.selection.bridge)?;
    let (only, skip) = (options.only.clone(), options.skip.clone());
    let question = engine::Options { bridges, expect: options.expect, only, skip };
    selection::checks(&question, options.attach)?;
    Ok(question)
}

/// Runs the real helper for each bridge.
fn try_it(snapshot: &mut Snapshot, question: &engine::Options) -> Result<(), Failure> {
    let acl = helper::acl_reading(snapshot);
    let bridges = engine::target(snapshot, question).bridges;
    // The rungs below the bridge are the same for every bridge.
    let first = bridges.first().cloned().unwrap_or_default();
    let ladder = |bridge: &str| if bridge == first { attach::ladder(&acl, bridge, &Host) } else { Ladder::none() };
    snapshot.trials = trial::run(snapshot, &bridges, cli::TIMEOUT, ladder)?;
    Ok(())
}

/// Takes out what tells who somebody is, from the names that were asked about as well.
fn redacted(snapshot: &mut Snapshot, question: &mut engine::Options) -> Result<(), Failure> {
    if !question.bridges.is_empty() {
        snapshot.asked_bridges = std::mem::take(&mut question.bridges);
    }
    *snapshot = redact(snapshot).map_err(|error| output::unwritable("JSON", &error))?;
    Ok(())
}

/// What the renderers are told beside the report.
pub(super) fn circumstances(options: &cli::Check, ascii: bool, begun: Instant) -> Run {
    Run {
        made_at: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO),
        took: begun.elapsed(),
        strict: options.strict,
        expecting: options.expect.is_some(),
        partial: !options.only.is_empty() || !options.skip.is_empty(),
        charset: Charset::of(ascii),
    }
}

fn render(report: &Report, run: &Run, options: &cli::Check) -> Result<String, Failure> {
    Ok(match options.format {
        CheckFormat::Human => human::render(
            report,
            &human::Options {
                colour: options.output.is_none() && output::wants_colour(),
                ascii: run.charset == Charset::Ascii,
                verbose: options.verbose,
                width: output::width(),
                partial: run.partial,
                expecting: run.expecting,
            },
        ),
        CheckFormat::Json => output::json(report)?,
        CheckFormat::Junit => junit::render(report, run).map_err(|error| output::unwritable("XML", &error))?,
        CheckFormat::Tap => tap::render(report, run),
        CheckFormat::Nagios => nagios::render(report, run),
        CheckFormat::Prometheus => prometheus::render(report, run),
        CheckFormat::Github => github::render(report, run),
        CheckFormat::Markdown => markdown::render(report, run),
    })
}
