//! `collect`: every fact about this host as JSON.

use crate::cli;
use crate::exit::Exit;
use crate::report::json;
use crate::snapshot::redact;

use super::failure::Failure;
use super::{output, selection};

pub(super) fn run(options: &cli::Collect) -> Result<Exit, Failure> {
    let mut snapshot = selection::collect_everything(&options.selection)?;
    if options.redact {
        snapshot = redact(&snapshot).map_err(|error| output::unwritable_json(&error))?;
    }
    let text = json::render(&snapshot).map_err(|error| output::unwritable_json(&error))?;
    output::write(&text, None)?;
    Ok(Exit::Healthy)
}
