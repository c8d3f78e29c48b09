//! Runs the real program with an environment that says nothing.

use std::ffi::OsStr;
use std::io::Write;
use std::process::{Command, Output, Stdio};

/// The program with these arguments.
pub(crate) fn bridge_doctor<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bridge-doctor"));
    command.args(arguments).env_clear().env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
    command
}

/// Its output and exit code.
pub(crate) fn run<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Output {
    bridge_doctor(arguments).output().expect("bridge-doctor starts")
}

/// The same, with something on standard input.
pub(crate) fn run_with_input<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>, input: &[u8]) -> Output {
    let mut child = bridge_doctor(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bridge-doctor starts");
    // It may end before it has read everything, which its exit code then tells.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    child.wait_with_output().expect("bridge-doctor ends")
}

/// Asserts a refusal: this code, nothing on standard output, and these words on standard error.
#[track_caller]
pub(crate) fn assert_refused(output: &Output, code: i32, error: &str) {
    assert_eq!(String::from_utf8_lossy(&output.stderr), error);
    assert_eq!(output.status.code(), Some(code));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
}
