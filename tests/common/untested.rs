//! What cannot be tested here is said loudly, and fails where everything must run.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Mutex;

/// What was said already: a program is missed by many tests.
static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Says that something is not tested. It fails with the reason where everything must run.
pub(crate) fn say(what: &str, reason: &str) -> Result<(), String> {
    let note = format!("{what}: {reason}");
    let is_new = SAID.lock().map_or(true, |mut said| said.insert(note.clone()));
    if is_new {
        // Where nobody listens, the exit code still tells.
        let _ = std::io::stderr().write_all(format!("\n*** NOT TESTED: {note} ***\n\n").as_bytes());
    }
    if everything_must_run() { Err(note) } else { Ok(()) }
}

/// Whether what cannot be tested is a failure.
pub(crate) fn everything_must_run() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    set("CI") || set("BRIDGE_DOCTOR_REQUIRE_LAB")
}

/// Whether a program is installed; says what is not tested where it is not.
#[allow(dead_code, reason = "not every test runs programs")]
pub(crate) fn has(program: &str, what: &str) -> Result<bool, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    if places.into_iter().any(|directory| directory.join(program).is_file()) {
        return Ok(true);
    }
    say(what, &format!("{program} is not installed; as root, tests/run installs it")).map(|()| false)
}
