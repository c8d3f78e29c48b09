//! What is written matches the schema that is printed.

use serde_json::Value;

use crate::hosts;
use crate::invocation::{run, run_with_input};
use crate::reports::{Edit, check, healthy, not_setuid};
use bridge_doctor::report::{CheckStatus, json};

fn schema(of: &str) -> Value {
    let output = run(["schema", of]);
    assert_eq!(output.status.code(), Some(0));
    serde_json::from_slice(&output.stdout).expect("a schema is JSON")
}

#[track_caller]
fn assert_valid(schema: &Value, instance: &Value) {
    let validator = jsonschema::validator_for(schema).expect("a schema of JSON Schema");
    let errors: Vec<String> = validator.iter_errors(instance).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn every_schema_is_one_and_names_its_version() {
    for of in ["report", "plan", "undo", "runs", "attach", "acl", "explanation", "snapshot", "fleet", "change"] {
        let schema = schema(of);
        jsonschema::meta::validate(&schema).expect("a valid schema");
        assert_eq!(schema["properties"]["schema"]["const"], format!("bridge-doctor/{of}/v1"));
    }
}

#[test]
fn reports_match_it() {
    let schema = schema("report");
    let unknown = healthy(&["br0", "br1"]).with(check("tun-device", CheckStatus::Unknown, "closed"));
    for report in [healthy(&[]), not_setuid(), unknown] {
        let text = json::render(&report).expect("JSON");
        assert_valid(&schema, &serde_json::from_str(&text).expect("JSON"));
    }
}

#[test]
fn a_report_of_the_program_matches_it() {
    let input = hosts::json(&hosts::unprivileged_helper());
    let output = run_with_input(["check", "--from", "-", "--bridge", "br0", "--format", "json"], &input);
    assert_valid(&schema("report"), &serde_json::from_slice(&output.stdout).expect("JSON"));
}

#[test]
fn a_fleet_matches_it() {
    let folder = tempfile::tempdir().expect("a directory");
    let file = |name: &str, content: &[u8]| std::fs::write(folder.path().join(name), content).expect("a file");
    file("well.json", &hosts::json(&hosts::healthy()));
    file("broken.json", &hosts::json(&hosts::unprivileged_helper()));
    file("nonsense.json", b"{}");
    let options = ["check", "--format", "json", "--from"].map(std::ffi::OsStr::new);
    let output = run(options.iter().copied().chain([folder.path().as_os_str()]));
    assert_valid(&schema("fleet"), &serde_json::from_slice(&output.stdout).expect("JSON"));
}

#[test]
fn snapshots_match_it() {
    let schema = schema("snapshot");
    for snapshot in [hosts::healthy(), hosts::unprivileged_helper(), hosts::unseen_tun()] {
        assert_valid(&schema, &serde_json::to_value(snapshot).expect("JSON"));
    }
}

#[test]
fn the_schema_refuses_what_is_no_report() {
    let mut report = serde_json::to_value(not_setuid()).expect("JSON");
    report["checks"][0]["status"] = "perhaps".into();
    assert!(!jsonschema::is_valid(&schema("report"), &report));
    report["checks"][0]["status"] = "pass".into();
    assert!(jsonschema::is_valid(&schema("report"), &report));
    report.as_object_mut().expect("an object").remove("subject");
    assert!(!jsonschema::is_valid(&schema("report"), &report));
}
