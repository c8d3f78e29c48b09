//! The subcommand: where the text comes from, what is written, the exit codes.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const ERROR: &str = "access denied by acl file";

fn doctor(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_bridge-doctor"))
        .arg("explain")
        .args(arguments)
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bridge-doctor starts");
    // It need not read what it was not asked for.
    let _ = child.stdin.take().expect("it is a pipe").write_all(input);
    child.wait_with_output().expect("it ends")
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("the output is text")
}

#[test]
fn a_text_may_be_arguments_standard_input_or_a_file() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), ERROR).expect("it can be written");
    let path = file.path().to_str().expect("a name");
    let runs = [
        doctor(&[ERROR], b""),
        doctor(&["access", "denied", "by", "acl", "file"], b""),
        doctor(&[], ERROR.as_bytes()),
        doctor(&["-f", "-"], ERROR.as_bytes()),
        doctor(&["-f", path], b""),
    ];
    for run in &runs {
        assert_eq!(run.status.code(), Some(0), "{run:?}");
        assert_eq!(text(run), text(&runs[0]));
    }
    insta::assert_snapshot!(text(&runs[0]));
}

#[test]
fn a_pipe_with_a_name_is_read_to_its_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
    let path = pipe.clone();
    let writer = std::thread::spawn(move || std::fs::write(path, ERROR));
    let run = doctor(&["-f", pipe.to_str().expect("a name")], b"");
    writer.join().expect("it ends").expect("it can be written");
    assert_eq!(run.status.code(), Some(0), "{run:?}");
}

#[test]
fn for_programs_it_is_an_object_of_the_documented_shape() {
    let run = doctor(&["--format", "json", "failed to get mtu of bridge `br9': No such device"], b"");
    let json: Value = serde_json::from_slice(&run.stdout).expect("JSON");
    assert_eq!(json["schema"], "bridge-doctor/explanation/v1");
    let one = &json["matches"][0];
    assert_eq!(one["error"], "bridge-not-found");
    assert_eq!(one["line"], 1);
    assert_eq!(one["count"], 1);
    assert_eq!(one["params"], serde_json::json!({ "bridge": "br9" }));
    let cause = &one["causes"][0];
    assert_eq!(cause["id"], "bridge-missing");
    assert_eq!(cause["check"], "bridge-exists");
    assert_eq!(cause["likelihood"], "certain");
    assert_eq!(cause["here"], Value::Null);

    let schema =
        Command::new(env!("CARGO_BIN_EXE_bridge-doctor")).args(["schema", "explanation"]).output().expect("it runs");
    let schema: Value = serde_json::from_slice(&schema.stdout).expect("JSON");
    jsonschema::validate(&schema, &json).expect("it follows its own schema");
}

#[test]
fn an_unknown_text_is_said_to_be_unknown() {
    let run = doctor(&["the cat sat on the mat"], b"");
    assert_eq!(run.status.code(), Some(1));
    assert_eq!(text(&run), "No known error is in this text.\n");
    assert_eq!(doctor(&[], b"").status.code(), Some(1));
}

#[test]
fn a_name_of_the_catalogue_gives_its_page() {
    let page = doctor(&["helper-owner-not-root"], b"");
    assert_eq!(page.status.code(), Some(0));
    insta::assert_snapshot!(text(&page));
    let whole = text(&doctor(&["acl-file"], b""));
    assert!(whole.contains("\nWhat it asks\n") && whole.contains("\nSide effects\n"), "{whole}");
    assert!(!whole.contains('\x1b'));
}

#[test]
fn bad_input_has_its_exit_code() {
    assert_eq!(doctor(&["-f", "/no/such/file"], b"").status.code(), Some(4));
    assert_eq!(doctor(&["-f", "/"], b"").status.code(), Some(4));
    assert_eq!(doctor(&["-f", "/dev/zero"], b"").status.code(), Some(4));
    assert_eq!(doctor(&["-f", "/dev/null"], b"").status.code(), Some(1));
    assert_eq!(doctor(&["--format", "xml", ERROR], b"").status.code(), Some(2));
    assert_eq!(doctor(&["--user", "root", ERROR], b"").status.code(), Some(2));
    assert_eq!(doctor(&["-f", "-", ERROR], b"").status.code(), Some(2));
    assert_eq!(doctor(&["acl-file", "--here"], b"").status.code(), Some(2));
}

#[test]
fn what_a_log_says_commands_no_terminal() {
    let run = doctor(&["failed to get mtu of bridge `br\u{9b}2J\u{202e}': No such device"], b"");
    let shown = text(&run);
    assert!(shown.contains(r"\u{9b}2J\u{202e}"), "{shown}");
    assert!(!shown.contains(['\u{9b}', '\u{202e}', '\x1b']));
}

#[test]
fn one_unknown_name_among_several_is_named() {
    let run = doctor(&["acl-denied", "brige-missing"], b"");
    let said = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(2), "{said}");
    assert!(said.contains("brige-missing") && said.contains("did you mean `bridge-missing`?"), "{said}");
    // Words of a text are no names.
    assert_eq!(doctor(&["--netdev-x", "acl-denied", "and", "more"], b"").status.code(), Some(2));
    assert_eq!(doctor(&["acl-denied", "and", "more"], b"").status.code(), Some(1));
}

#[test]
fn a_path_is_taken_for_no_text() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), ERROR).expect("it can be written");
    let run = doctor(&[file.path().to_str().expect("a name")], b"");
    let said = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(2), "{said}");
    assert!(said.contains("explain -f FILE"), "{said}");
}

#[test]
fn here_a_hostile_text_commands_no_terminal_and_names_no_path_of_the_kernel() {
    let texts = [
        "failed to get mtu of bridge `../../x\x1b]0;t\x07\u{9b}2J\u{202e}': No such device",
        "'/proc/../dev/\u{9b}zero' is not a suitable bridge helper: Permission denied",
        "{\"MESSAGE\":\"failed to get mtu of bridge `a\\u001b[31m\\u0007\\u009bb': No such device\"}",
        "Unknown command `\x1b]52;c;eA==\x07\u{9b}x'\nfailed to parse default acl file `/dev/zero'",
    ];
    for text in texts {
        for arguments in [&["--here"][..], &["--here", "--format", "json"], &["--format", "json"], &[]] {
            let run = doctor(arguments, text.as_bytes());
            assert_eq!(run.status.code(), Some(0), "{text}: {run:?}");
            let shown = String::from_utf8([run.stdout, run.stderr].concat()).expect("the output is text");
            let raw = |letter: char| letter.is_control() && letter != '\n' || letter == '\u{202e}';
            assert!(!shown.contains(raw), "{shown:?}");
        }
    }
}
