//! `check`: will it work for this user and this bridge, and if not, why exactly?

use crate::cli::{self, Format};
use crate::engine;
use crate::exit::Exit;
use crate::report::human;
use crate::report::{Report, json};

use super::failure::Failure;
use super::{from, output, selection};

pub(super) fn run(options: &cli::Check, ascii: bool) -> Result<Exit, Failure> {
    let bridges = selection::bridges(&options.selection.bridge)?;
    selection::checks(&options.only, &options.skip)?;
    let snapshot = match &options.from {
        Some(file) => from::read(file, options.selection.user.as_deref())?,
        None => selection::collect(&options.selection, false)?,
    };
    let question =
        engine::Options { bridges, expect: options.expect, only: options.only.clone(), skip: options.skip.clone() };
    let report = engine::judge(&snapshot, &question);
    output::write(&render(&report, options, ascii)?, options.output.as_deref())?;
    Ok(Exit::of(&report, options.strict))
}

fn render(report: &Report, options: &cli::Check, ascii: bool) -> Result<String, Failure> {
    match options.format {
        Format::Human => Ok(human::render(
            report,
            &human::Options {
                colour: options.output.is_none() && output::wants_colour(),
                ascii,
                verbose: options.verbose,
                width: output::width(),
                partial: !options.only.is_empty() || !options.skip.is_empty(),
                expecting: options.expect.is_some(),
            },
        )),
        Format::Json => json::render(report).map_err(|error| output::unwritable_json(&error)),
    }
}
