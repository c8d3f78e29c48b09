//! The programs that read the formats; one that is missing is not passed over in silence.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::untested;

/// Runs a consumer on a text; nothing where it is not installed, which is said, and fails where everything must run.
pub(crate) fn consume(program: &str, arguments: &[&str], text: &str) -> Option<Output> {
    if !untested::has(program, "what reads a format").expect("everything must be tested here") {
        return None;
    }
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let mut input = child.stdin.take().expect("a pipe");
    let text = text.to_owned();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    let _ = writer.join();
    Some(output)
}

/// The same, for a consumer that takes the name of a file.
pub(crate) fn consume_file(program: &str, arguments: &[&str], file: &Path) -> Option<Output> {
    let file = file.to_str().expect("a name");
    let arguments: Vec<&str> = arguments.iter().copied().chain([file]).collect();
    consume(program, &arguments, "")
}

/// What it said, for the message of a failure.
pub(crate) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
