//! `attach` on the command line: what it refuses, and that what it writes is what it says it writes.

use serde_json::Value;

use crate::invocation::{assert_refused, run};

#[track_caller]
fn assert_usage(arguments: &[&str], words: &str) {
    let output = run(arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains(words), "{error}");
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(output.stdout.is_empty());
}

#[test]
fn durations_need_a_unit_and_a_measure() {
    assert_usage(&["attach", "--timeout", "10"], "`10s` and `500ms` are durations");
    assert_usage(&["attach", "--timeout", "soon"], "`10s` and `500ms` are durations");
    assert_usage(&["attach", "--timeout", "0s"], "more than 0s and at most 1h");
    assert_usage(&["attach", "--timeout", "61m"], "more than 0s and at most 1h");
    assert_usage(&["attach", "--timeout", "9000years"], "more than 0s and at most 1h");
    assert_usage(&["attach", "--timeout", "584554530872years"], "number is too large");
}

#[test]
fn the_sandbox_takes_no_helper_and_nobody_else() {
    for option in [["--bridge", "br0"], ["--user", "root"], ["--helper", "/bin/true"]] {
        assert_usage(&["attach", "--sandbox", option[0], option[1]], "cannot be used with");
    }
}

#[test]
fn only_a_running_host_can_be_tried() {
    for option in [["--from", "-"], ["--root", "/"], ["--pid", "1"]] {
        assert_usage(&["check", "--attach", option[0], option[1]], "cannot be used with");
    }
}

#[test]
fn checks_of_a_trial_need_one() {
    let error =
        "bridge-doctor: these checks run the real helper, which was not asked for: --only\n  try: add --attach\n";
    assert_refused(&run(["check", "--only", "attach,forwarding"]), 2, error);
}

#[test]
fn an_unknown_user_is_refused_before_anything_is_run() {
    assert_usage(&["attach", "--user", "nobody-of-that-name"], "nobody-of-that-name");
}

#[test]
fn what_the_sandbox_writes_matches_the_schema() {
    let schema: Value = serde_json::from_slice(&run(["schema", "attach"]).stdout).expect("a schema is JSON");
    let output = run(["attach", "--sandbox", "--format", "json"]);
    let written: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema of JSON Schema");
    let errors: Vec<String> = validator.iter_errors(&written).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new(), "{written:#}");
    // Whether namespaces are allowed here is the machine's business; what is said about it must agree.
    let (code, reason) = (output.status.code(), &written["forwarding"]["reason"]);
    assert_eq!(code == Some(0), reason.is_null(), "exit {code:?}: {written:#}");
}
