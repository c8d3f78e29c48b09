//! `list`: the checks, the causes, the known errors.

use crate::cli;
use crate::exit::Exit;
use crate::report::list;

use super::failure::Failure;
use super::output;

pub(super) fn run(options: &cli::List) -> Result<Exit, Failure> {
    output::write(&list::render(options.what, options.format), None)?;
    Ok(Exit::Healthy)
}
