//! Arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    bridge_doctor::command::run(std::env::args_os()).into()
}
