//! `collect`: every fact about this host as JSON.

use crate::cli;
use crate::exit::Exit;
use crate::snapshot::redact;

use super::failure::Failure;
use super::{output, selection};

pub(super) fn run(options: &cli::Collect) -> Result<Exit, Failure> {
    let mut snapshot = selection::collect_everything(&options.selection)?;
    if options.redact {
        snapshot = redact(&snapshot).map_err(|error| output::unwritable("JSON", &error))?;
    }
    let text = output::json(&snapshot)?;
    output::write(&text, None)?;
    Ok(Exit::Healthy)
}
