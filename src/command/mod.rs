//! One file a subcommand: collect, judge, hand to a report.

mod acl;

use std::ffi::OsString;

pub use acl::{acl_exit, acl_report};

use crate::exit::Exit;

/// Runs the command line and says how the process should end.
pub fn run(_arguments: impl IntoIterator<Item = OsString>) -> Exit {
    Exit::Internal
}
