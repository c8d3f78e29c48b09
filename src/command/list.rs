//! `list`: the checks, the causes, the known errors.

use crate::cli::{self, Format, Listing};
use crate::exit::Exit;
use crate::report::list::{self, List};

use super::failure::Failure;
use super::output;

pub(super) fn run(options: &cli::List) -> Result<Exit, Failure> {
    let list = match options.what {
        Listing::Checks => List::checks(),
        Listing::Causes => List::causes(),
        Listing::Errors => List::errors(),
    };
    let text = match options.format {
        Format::Human => list::render(&list),
        Format::Json => output::json(&list)?,
    };
    output::write(&text, None)?;
    Ok(Exit::Healthy)
}
