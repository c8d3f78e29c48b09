//! Every bad input: a clear error, its exit code, nothing on standard output.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use crate::hosts;
use crate::invocation::{assert_refused, run, run_with_input};

const AGAIN: &str = "  try: collect it again: `bridge-doctor collect > FILE`\n";

fn from_input(input: &[u8]) -> std::process::Output {
    run_with_input(["check", "--from", "-"], input)
}

#[test]
fn a_snapshot_that_is_cut_short_anywhere() {
    let whole = hosts::json(&hosts::healthy());
    for length in [1, 2, 50, whole.len() / 2, whole.len() - 3] {
        let cut = &whole[..length];
        let line = 1 + cut.iter().filter(|&&byte| byte == b'\n').count();
        let output = from_input(cut);
        let error = String::from_utf8_lossy(&output.stderr);
        let expected = format!("bridge-doctor: the snapshot is cut short: standard input, line {line} column ");
        assert!(error.starts_with(&expected), "{length} bytes: {error}");
        assert!(error.ends_with(AGAIN), "{error}");
        assert_eq!(output.status.code(), Some(4));
    }
}

#[test]
fn an_empty_snapshot() {
    for empty in [&b""[..], b"\n"] {
        let error = format!("bridge-doctor: the snapshot is empty: standard input\n{AGAIN}");
        assert_refused(&from_input(empty), 4, &error);
    }
}

#[test]
fn something_else_in_place_of_a_snapshot() {
    let at = |what: &str, place: &str| format!("bridge-doctor: {what}: standard input, {place}\n{AGAIN}");
    assert_refused(&from_input(b"allow br0\n"), 4, &at("not a snapshot: it is no JSON", "line 1 column 1"));
    assert_refused(&from_input(b"\xff\xfe\x00"), 4, &at("not a snapshot: it is no JSON", "line 1 column 1"));
    assert_refused(&from_input(b"[1, 2]"), 4, &at("not a snapshot", "line 1 column 2"));
    assert_refused(&from_input(b"{}"), 4, &at("not a snapshot", "line 1 column 2"));
    assert_refused(&from_input(b"{\"schema\": 7}"), 4, &at("not a snapshot", "line 1 column 12"));
    let error = "bridge-doctor: not a snapshot: it says that it is `bridge-doctor/report/v1`: standard input\n  \
                 try: give --from what `bridge-doctor collect` prints\n";
    assert_refused(&from_input(br#"{"schema": "bridge-doctor/report/v1"}"#), 4, error);
}

#[test]
fn a_snapshot_without_a_member() {
    let mut value = serde_json::to_value(hosts::healthy()).expect("JSON");
    value.as_object_mut().expect("an object").remove("tun");
    let output = from_input(value.to_string().as_bytes());
    let error = String::from_utf8_lossy(&output.stderr);
    let expected =
        "bridge-doctor: not a whole bridge-doctor/snapshot/v1: missing field `tun`: standard input, line 1 column ";
    assert!(error.starts_with(expected), "{error}");
    assert_eq!(output.status.code(), Some(4));
}

#[test]
fn a_snapshot_of_a_newer_version() {
    let newer = br#"{"schema": "bridge-doctor/snapshot/v2", "collected_by": "9.1.0", "new": [1, 2]}"#;
    let error = format!(
        "bridge-doctor: the snapshot was made by a newer bridge-doctor (9.1.0, bridge-doctor/snapshot/v2): standard input\n  \
         try: use that version here, or collect with this one ({})\n",
        env!("CARGO_PKG_VERSION")
    );
    assert_refused(&from_input(newer), 4, &error);
}

#[test]
fn nesting_without_end() {
    let output = from_input("[".repeat(1_000_000).as_bytes());
    assert_eq!(output.status.code(), Some(4));
    assert!(output.stderr.starts_with(b"bridge-doctor: "));
}

#[test]
fn a_snapshot_file_that_cannot_be_read() {
    let try_this = "  try: name a file that `bridge-doctor collect > FILE` made, or `-` for standard input\n";
    let missing =
        format!("bridge-doctor: cannot read the snapshot: No such file or directory: /no/where.json\n{try_this}");
    assert_refused(&run(["check", "--from", "/no/where.json"]), 4, &missing);
    let folder = tempfile::tempdir().expect("a directory");
    let directory = format!(
        "bridge-doctor: there is no snapshot in the directory: {}\n  \
         try: a directory of what `bridge-doctor collect > NAME.json` made\n",
        folder.path().display()
    );
    assert_refused(&run(["check".as_ref(), "--from".as_ref(), folder.path().as_os_str()]), 4, &directory);
}

#[test]
fn an_endless_snapshot_file_is_not_read_to_its_end() {
    let folder = tempfile::tempdir().expect("a directory");
    let path: PathBuf = folder.path().join("sparse.json");
    let file = fs::File::create(&path).expect("a file");
    file.set_len(10 << 30).expect("a sparse file");
    let output = run(["check".as_ref(), "--from".as_ref(), path.as_os_str()]);
    let error = format!("bridge-doctor: cannot read the snapshot: it is too large to be one: {}\n", path.display());
    assert!(String::from_utf8_lossy(&output.stderr).starts_with(&error));
    assert_eq!(output.status.code(), Some(4));
}

#[test]
fn a_snapshot_asked_about_another_subject() {
    let input = hosts::json(&hosts::healthy());
    let error = "bridge-doctor: a snapshot holds one subject's answers, and this one's subject is `alice`: --user bob\n  \
                 try: on that host: `bridge-doctor collect --user bob > FILE`\n";
    assert_refused(&run_with_input(["check", "--from", "-", "--user", "bob"], &input), 2, error);
    for same in ["alice", "1000"] {
        let output = run_with_input(["check", "--from", "-", "--user", same], &input);
        assert_eq!(output.status.code(), Some(0), "{same}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_check_that_does_not_exist() {
    let refused = |option: &str, id: &str, advice: &str| {
        let error = format!("bridge-doctor: no check is called `{id}`: {option}\n  try: {advice}\n");
        assert_refused(&run(["check", option, id]), 2, &error);
    };
    refused("--only", "helper-setui", "did you mean `helper-setuid`?");
    refused("--skip", "Helper_Setuid", "did you mean `helper-setuid`?");
    refused("--only", "acl-denied", "`acl-denied` is a cause; the check that finds it is `acl-allows`");
    refused("--skip", "weather", "`bridge-doctor list checks` names them all");
}

#[test]
fn a_selection_that_leaves_nothing() {
    let error = "bridge-doctor: no check is left: --only and --skip\n  try: leave out one of the two\n";
    assert_refused(&run(["check", "--only", "bridge-up", "--skip", "bridge-up"]), 2, error);
}

#[test]
fn a_user_who_does_not_exist() {
    for command in ["check", "collect"] {
        let error = "bridge-doctor: there is no user `no-such-user-here`: --user\n  \
                     try: `getent passwd` lists the users who are known\n";
        assert_refused(&run([command, "--user", "no-such-user-here"]), 2, error);
    }
}

#[test]
fn a_bridge_whose_name_is_not_text() {
    let output = run([OsStr::new("check"), OsStr::new("--bridge"), OsStr::from_bytes(b"br\xff0")]);
    let error = "bridge-doctor: the name is not UTF-8: --bridge br\\u{fffd}0\n  \
                 try: `ip -brief link show type bridge` lists the bridges that exist\n";
    assert_refused(&output, 2, error);
}

#[test]
fn arguments_that_make_no_sense() {
    let huge = "x".repeat(100_000);
    let nonsense: [&[&OsStr]; 6] = [
        &["frobnicate".as_ref()],
        &["check".as_ref(), "--format".as_ref(), "yaml".as_ref()],
        &["check".as_ref(), "--pid".as_ref(), "minus one".as_ref()],
        &["check".as_ref(), "--from".as_ref(), "a".as_ref(), "--root".as_ref(), "b".as_ref()],
        &[OsStr::from_bytes(b"\xff\xfe")],
        &[huge.as_ref()],
    ];
    for arguments in nonsense {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty() && !output.stderr.is_empty());
    }
}

#[test]
fn an_error_commands_no_terminal() {
    let output = run(["check", "--only", "\x1b[2J\u{202e}"]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.starts_with("bridge-doctor: no check is called `\\x1b[2J\\u{202e}`"), "{error}");
}

#[test]
fn the_nearest_suggestion_comes_first() {
    for (arguments, tip) in [
        (vec!["chek"], "tip: some similar subcommands exist: 'check', 'schema'"),
        (vec!["schema", "plant"], "tip: a similar value exists: 'plan'"),
    ] {
        let output = run(&arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(tip), "{arguments:?}: {said}");
    }
}

#[test]
fn a_directory_in_the_place_of_an_acl_is_told() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().display().to_string();
    let output = run(["acl", &path]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "it parses: {said}");
    assert!(said.contains(&format!("{path} is a directory, which the helper reads as an empty file")), "{said}");
}

#[test]
fn only_a_table_has_room_for_several_trees() {
    let output = run(["fix", "--dry-run", "--root", "/tmp", "--root", "/var"]);
    let error = "bridge-doctor: one tree at a time: only `check` makes a table of several: --root /var\n  \
                 try: give one --root\n";
    assert_refused(&output, 2, error);
}
