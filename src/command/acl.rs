//! (to come)

use crate::cli;
use crate::exit::Exit;

use super::failure::Failure;

pub(super) fn run(_options: &cli::Acl, _ascii: bool) -> Result<Exit, Failure> {
    Err(Failure::internal("not built yet", "acl", "wait"))
}
