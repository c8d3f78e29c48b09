//! Pipes that close, devices that are full, terminals with and without colour.

use std::fs::OpenOptions;
use std::io::pipe;
use std::process::{Command, Stdio};

use crate::hosts;
use crate::invocation::bridge_doctor;

/// `check` of a broken host, given by a file.
fn check(folder: &tempfile::TempDir) -> Command {
    let file = folder.path().join("host.json");
    std::fs::write(&file, hosts::json(&hosts::unprivileged_helper())).expect("a file");
    let mut command = bridge_doctor(["check", "--bridge", "br0", "--from"]);
    command.arg(file);
    command
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory")
}

#[test]
fn a_reader_who_has_read_enough_is_no_failure() {
    let (reader, writer) = pipe().expect("a pipe");
    drop(reader);
    let folder = folder();
    let output = check(&folder).stdout(writer).stderr(Stdio::piped()).spawn().expect("it starts");
    let output = output.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(1), "the verdict's own code");
}

#[test]
fn help_into_a_closed_pipe_is_quiet() {
    let (reader, writer) = pipe().expect("a pipe");
    drop(reader);
    let output = bridge_doctor(["--help"]).stdout(writer).stderr(Stdio::piped()).spawn().expect("it starts");
    let output = output.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
}

#[test]
fn a_full_disk_is_said() {
    let full = || OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    let folder = folder();
    let output = check(&folder).stdout(full()).stderr(Stdio::piped()).spawn().expect("it starts");
    let output = output.wait_with_output().expect("it ends");
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "bridge-doctor: cannot write the result: No space left on device: standard output\n  \
         try: a file that you may write, in a directory with room\n"
    );
    assert_eq!(output.status.code(), Some(4));
    let help = bridge_doctor(["--help"]).stdout(full()).status().expect("it ends");
    assert_eq!(help.code(), Some(4));
}

#[test]
fn closed_streams_cause_no_panic() {
    let program = env!("CARGO_BIN_EXE_bridge-doctor");
    for (line, code) in [
        ("\"$0\" list checks >&-", 0),
        ("\"$0\" check --only nonsense 2>&-", 2),
        ("\"$0\" check --from - <&- >&- 2>&-", 4),
        ("\"$0\" <&- >&- 2>&-", 2),
    ] {
        let status = Command::new("/bin/sh").args(["-c", line, program]).env_clear().status().expect("a shell");
        assert_eq!(status.code(), Some(code), "{line}");
    }
}

#[test]
fn colour_is_for_those_who_want_it() {
    let folder = folder();
    for (environment, coloured) in [
        (&[][..], false),
        (&[("CLICOLOR_FORCE", "1")], true),
        (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
        (&[("TERM", "dumb")], false),
    ] {
        let output = check(&folder).envs(environment.iter().copied()).output().expect("it ends");
        assert_eq!(output.stdout.contains(&0x1b), coloured, "{environment:?}");
    }
}
