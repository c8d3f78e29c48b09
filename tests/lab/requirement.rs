//! What the lab needs, and what happens where it is missing.

use std::env;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::LazyLock;

use crate::sandbox::place::HELPER;
use crate::untested;

/// What is missing, if anything.
pub fn missing() -> Option<&'static str> {
    static MISSING: LazyLock<Option<String>> = LazyLock::new(find);
    MISSING.as_deref()
}

fn find() -> Option<String> {
    if !nix::unistd::geteuid().is_root() {
        return Some("it needs root to make namespaces and mounts".to_owned());
    }
    if !Path::new(HELPER).is_file() {
        return Some(format!("{HELPER} is not installed (Debian: qemu-system-common)"));
    }
    let path = env::var_os("PATH").unwrap_or_default();
    ["ip", "strace"]
        .into_iter()
        .find(|program| !env::split_paths(&path).any(|directory| directory.join(program).is_file()))
        .map(|program| format!("`{program}` is not installed"))
}

/// Says loudly that the lab does not run; the answer is whether that is a failure.
pub fn complain(reason: &str) -> io::Result<bool> {
    writeln!(io::stderr(), "\n*** LAB NOT RUN: {reason} ***\n")?;
    Ok(untested::everything_must_run())
}
