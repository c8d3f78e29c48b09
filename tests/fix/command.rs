//! The command line of `fix`.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use bridge_doctor::snapshot::Snapshot;
use serde_json::Value;

use crate::faults::{acl, acl_missing, healthy, unprivileged, with};

fn run(arguments: &[&str], host: &Snapshot) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_bridge-doctor"))
        .args(["fix", "--from", "-"])
        .args(arguments)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bridge-doctor starts");
    let json = serde_json::to_vec(host).expect("a snapshot is JSON");
    // It may refuse before it has read.
    let _ = child.stdin.take().expect("a pipe").write_all(&json);
    child.wait_with_output().expect("it ends")
}

#[track_caller]
fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_code_says_whether_something_stays_broken() {
    let faulty = with(|host| {
        unprivileged(host);
        acl_missing(host);
    });
    let denied = with(|host| acl(host, "allow br0\ndeny br0\n"));
    for format in ["human", "json", "sh"] {
        for (host, code) in [(healthy(), 0), (faulty.clone(), 0), (denied.clone(), 1)] {
            let output = run(&["--dry-run", "--bridge", "br0", "--format", format], &host);
            assert_eq!(output.status.code(), Some(code), "{format}: {}", text(&output));
        }
    }
}

#[test]
fn the_plan_is_of_its_schema() {
    let schema =
        Command::new(env!("CARGO_BIN_EXE_bridge-doctor")).args(["schema", "plan"]).output().expect("it starts");
    let schema: Value = serde_json::from_slice(&schema.stdout).expect("a schema is JSON");
    jsonschema::meta::validate(&schema).expect("a valid schema");
    assert_eq!(schema["properties"]["schema"]["const"], "bridge-doctor/plan/v1");
    let host = with(|host| {
        unprivileged(host);
        acl(host, "# ours\ndeny br0\n");
    });
    let output = run(&["--dry-run", "--bridge", "br0", "--format", "json"], &host);
    let plan: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> = validator.iter_errors(&plan).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!(plan["schema"], "bridge-doctor/plan/v1");
    assert_eq!((&plan["run"], &plan["verified"]), (&Value::Null, &Value::Null));
    let action = &plan["actions"][0];
    assert_eq!((&action["state"], &action["automatic"]), (&"planned".into(), &true.into()));
    for member in ["id", "cause", "kind", "summary", "command", "path", "diff"] {
        assert!(action[member].is_string(), "{member}: {action}");
    }
    for member in ["cause", "summary", "why"] {
        assert!(plan["manual"][0][member].is_string(), "{member}: {plan}");
    }
}

#[test]
fn what_is_not_this_machine_is_only_planned_for() {
    for arguments in [&["--bridge", "br0"][..], &["--yes"]] {
        let output = run(arguments, &healthy());
        assert_eq!(output.status.code(), Some(2));
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(
            error,
            "bridge-doctor: only the running machine can be changed: --from\n  try: add --dry-run, or --format sh for a \
             script\n"
        );
    }
}

#[test]
fn an_unknown_cause_is_refused_with_a_near_one() {
    let output = run(&["acl-mising", "--dry-run"], &healthy());
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        error.contains("no check and no cause is called `acl-mising`: fix\n  try: did you mean `acl-missing`?"),
        "{error}"
    );
}

#[test]
fn the_answer_is_in_the_first_line() {
    let output = run(&["--dry-run", "--bridge", "br0"], &with(acl_missing));
    assert!(text(&output).starts_with("What lets alice put a guest on br0?   2 changes.\n"), "{}", text(&output));
    let output = run(&["--dry-run", "--bridge", "br0"], &healthy());
    assert!(
        text(&output).starts_with("What lets alice put a guest on br0?   Nothing has to be done.\n"),
        "{}",
        text(&output)
    );
}

/// A tree is read and not touched.
#[test]
fn a_tree_stays_as_it_is() {
    let tree = tempfile::tempdir().expect("a directory");
    let acl = tree.path().join("etc/qemu/bridge.conf");
    std::fs::create_dir_all(acl.parent().expect("it has one")).expect("a directory");
    std::fs::write(&acl, "alow br0\n").expect("it can be written");
    let before = std::fs::metadata(&acl).and_then(|file| file.modified()).expect("it is there");
    let root = tree.path().display().to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_bridge-doctor"))
        .args(["fix", "--dry-run", "--root", &root, "--bridge", "br0", "--format", "json", "acl-syntax"])
        .output()
        .expect("it starts");
    let plan: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(plan["actions"][0]["path"], "/etc/qemu/bridge.conf", "{plan}");
    assert_eq!(std::fs::read(&acl).expect("it is there"), b"alow br0\n");
    assert_eq!(std::fs::metadata(&acl).and_then(|file| file.modified()).expect("it is there"), before);
}
