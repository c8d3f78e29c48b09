//! `check --from` with many snapshots.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Output;

use bridge_doctor::snapshot::Snapshot;
use serde_json::Value;

use crate::hosts;
use crate::invocation::{assert_refused, run, run_with_input};

fn folder(files: &[(&str, Vec<u8>)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a directory");
    for (name, content) in files {
        fs::write(folder.path().join(name), content).expect("a file");
    }
    folder
}

fn named(mut snapshot: Snapshot, hostname: &str) -> Vec<u8> {
    snapshot.machine.hostname = Some(hostname.to_owned());
    hosts::json(&snapshot)
}

fn check(folder: &Path, further: &[&str]) -> Output {
    let options = ["check", "--bridge", "br0", "--from"].map(OsStr::new);
    run(options.iter().copied().chain([folder.as_os_str()]).chain(further.iter().map(OsStr::new)))
}

fn table(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{error}: {}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    })
}

/// Status and name of each host.
fn hosts_of(table: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let hosts = table["hosts"].as_array().expect("hosts");
    hosts.iter().map(|host| (text(&host["status"]), text(&host["host"]))).collect()
}

#[test]
fn a_file_that_is_named_twice_is_one_host() {
    let folder = folder(&[("a.json", named(hosts::healthy(), "a")), ("b.json", named(hosts::healthy(), "b"))]);
    let file = folder.path().join("a.json");
    let twice = ["--from", file.to_str().expect("text"), "--format", "json"];
    assert_eq!(hosts_of(&table(&check(folder.path(), &twice))).len(), 2);
}

#[test]
fn the_exit_code_is_that_of_the_worst() {
    let well = || ("well.json", named(hosts::healthy(), "well"));
    let generous = || ("generous.json", named(hosts::generous_acl(), "generous"));
    let unseen = || ("unseen.json", named(hosts::unseen_tun(), "unseen"));
    let broken = || ("broken.json", named(hosts::unprivileged_helper(), "broken"));
    let nonsense = || ("nonsense.json", b"{}".to_vec());
    for (files, lenient, strict) in [
        (vec![well()], 0, 0),
        (vec![well(), generous()], 0, 1),
        (vec![well(), unseen()], 3, 3),
        (vec![unseen(), generous()], 3, 1),
        (vec![unseen(), broken(), well()], 1, 1),
        (vec![broken(), nonsense(), well()], 4, 4),
    ] {
        let folder = folder(&files);
        for format in ["human", "json", "prometheus", "junit", "tap", "markdown"] {
            let code =
                |further: &[&str]| check(folder.path(), &[&["--format", format], further].concat()).status.code();
            assert_eq!((code(&[]), code(&["--strict"])), (Some(lenient), Some(strict)), "{format}: {files:?}");
        }
    }
}

#[test]
fn a_plugin_has_codes_of_its_own() {
    let file = |snapshot: Snapshot| hosts::json(&snapshot);
    for (content, lenient, strict) in [
        (file(hosts::healthy()), 0, 0),
        (file(hosts::generous_acl()), 1, 2),
        (file(hosts::unprivileged_helper()), 2, 2),
        (file(hosts::unseen_tun()), 3, 3),
        (b"{}".to_vec(), 3, 3),
    ] {
        let folder = folder(&[("a.json", content), ("well.json", hosts::json(&hosts::healthy()))]);
        let code = |further: &[&str]| check(folder.path(), &[&["--format", "nagios"], further].concat()).status.code();
        assert_eq!((code(&[]), code(&["--strict"])), (Some(lenient), Some(strict)));
    }
}

#[test]
fn what_is_no_snapshot_is_a_line_with_its_reason_and_costs_no_other() {
    let whole = hosts::json(&hosts::healthy());
    let folder = folder(&[
        ("a.json", whole.clone()),
        ("cut.json", whole[..whole.len() / 2].to_vec()),
        ("empty.json", Vec::new()),
        ("newer.json", br#"{"schema": "bridge-doctor/snapshot/v9", "collected_by": "9.1.0"}"#.to_vec()),
        ("report.json", br#"{"schema": "bridge-doctor/report/v1"}"#.to_vec()),
        ("text.json", b"allow br0\n".to_vec()),
        ("z.json", whole),
        ("not-asked-for.txt", b"?".to_vec()),
    ]);
    std::os::unix::fs::symlink("/no/where", folder.path().join("dangling.json")).expect("a link");
    // Opened, it would wait for a writer.
    nix::unistd::mkfifo(&folder.path().join("pipe.json"), nix::sys::stat::Mode::S_IRUSR).expect("a pipe");
    let output = check(folder.path(), &["--format", "json"]);
    assert_eq!((output.status.code(), output.stderr.len()), (Some(4), 0));
    let table = table(&output);
    assert_eq!(table["schema"], "bridge-doctor/fleet/v1");
    assert_eq!(
        (&table["summary"]["hosts"], &table["summary"]["unreadable"], &table["summary"]["pass"]),
        (&9.into(), &7.into(), &2.into())
    );
    let reason = |name: &str| {
        let hosts = table["hosts"].as_array().expect("hosts");
        let host = hosts.iter().find(|host| host["file"].as_str().is_some_and(|file| file.ends_with(name)));
        host.and_then(|host| host["message"].as_str()).unwrap_or_else(|| panic!("no {name}")).to_owned()
    };
    assert!(reason("/cut.json").starts_with("the snapshot is cut short, line "));
    assert_eq!(reason("/pipe.json"), "it is no regular file");
    assert_eq!(reason("/empty.json"), "the snapshot is empty");
    assert!(reason("/newer.json").starts_with("the snapshot was made by a newer bridge-doctor"));
    assert!(reason("/report.json").starts_with("not a snapshot: it says that it is `bridge-doctor/report/v1`"));
    assert_eq!(reason("/text.json"), "not a snapshot: it is no JSON, line 1 column 1");
    assert_eq!(reason("/dangling.json"), "cannot read the snapshot: No such file or directory");
}

#[test]
fn hosts_have_their_own_names_or_those_of_their_files() {
    let redacted = bridge_doctor::snapshot::redact(&hosts::healthy()).expect("a snapshot");
    let mut nameless = hosts::healthy();
    nameless.machine.hostname = None;
    let folder = folder(&[
        ("one.json", named(hosts::healthy(), "alpha.example.org")),
        ("two.json", named(hosts::healthy(), "localhost")),
        ("three.json", hosts::json(&nameless)),
        ("four.json", hosts::json(&redacted)),
    ]);
    let names: Vec<String> =
        hosts_of(&table(&check(folder.path(), &["--format", "json"]))).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["alpha.example.org", "four", "three", "two"]);
}

#[test]
fn files_directories_and_standard_input_together() {
    let folder =
        folder(&[("a.json", named(hosts::healthy(), "a")), ("b.json", named(hosts::unprivileged_helper(), "b"))]);
    let lone = folder.path().join("lone.txt");
    fs::write(&lone, named(hosts::generous_acl(), "lone")).expect("a file");
    let from = OsStr::new("--from");
    let arguments = ["check", "--bridge", "br0", "--format", "json"].map(OsStr::new);
    let all = [from, OsStr::new("-"), from, folder.path().as_os_str(), lone.as_os_str()];
    let output = run_with_input(arguments.iter().copied().chain(all), &named(hosts::unseen_tun(), "piped"));
    let expected = [("fail", "b"), ("unknown", "piped"), ("warn", "lone"), ("pass", "a")];
    assert_eq!(hosts_of(&table(&output)), expected.map(|(status, name)| (status.to_owned(), name.to_owned())));
    let twice = run_with_input(["check", "--from", "-", "--from", "-"], b"");
    assert_refused(&twice, 2, "bridge-doctor: standard input can be read once only: --from -\n  try: give `-` once\n");
}

#[test]
fn one_file_is_a_report_as_ever_and_a_directory_is_a_table() {
    let folder = folder(&[("a.json", hosts::json(&hosts::healthy()))]);
    let report = table(&check(&folder.path().join("a.json"), &["--format", "json"]));
    assert_eq!(report["schema"], "bridge-doctor/report/v1");
    let fleet = table(&check(folder.path(), &["--format", "json"]));
    assert_eq!(fleet["schema"], "bridge-doctor/fleet/v1");
}

#[test]
fn a_format_without_a_word_for_many_hosts_is_refused() {
    let folder = folder(&[("a.json", hosts::json(&hosts::healthy()))]);
    let output = check(folder.path(), &["--format", "github"]);
    let error = "bridge-doctor: a workflow shows ten annotations, and many snapshots make a table: --format github\n  \
                 try: --format markdown, for the job's summary; or give one snapshot at a time\n";
    assert_refused(&output, 2, error);
    let output = check(folder.path(), &["--redact"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_snapshot_of_another_user_than_the_one_asked_about_is_not_judged() {
    let folder = folder(&[("a.json", hosts::json(&hosts::healthy()))]);
    let output = check(folder.path(), &["--format", "json", "--user", "bob"]);
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(table(&output)["hosts"][0]["status"], "unreadable");
}

#[test]
fn thousands_are_judged_in_little_memory() {
    let folder = tempfile::tempdir().expect("a directory");
    for at in 0..2000 {
        let snapshot = if at % 10 == 0 { hosts::unprivileged_helper() } else { hosts::healthy() };
        let content = named(snapshot, &format!("host-{at:04}"));
        fs::write(folder.path().join(format!("{at:04}.json")), content).expect("a file");
    }
    let table = table(&check(folder.path(), &["--format", "json"]));
    assert_eq!((&table["summary"]["hosts"], &table["summary"]["fail"]), (&2000.into(), &200.into()));
    let names: Vec<(String, String)> = hosts_of(&table);
    assert!(names.is_sorted_by_key(|(status, name)| (status == "pass", name.clone())));
    assert_eq!(table["causes"][0]["id"], "helper-not-setuid");
    assert_eq!(table["causes"][0]["hosts"].as_array().map(Vec::len), Some(200));
}

#[test]
fn several_trees_make_a_table() {
    let trees = tempfile::tempdir().expect("a directory");
    for (tree, hostname) in [("one", Some("alpha")), ("two.5", None)] {
        let etc = trees.path().join(tree).join("etc");
        fs::create_dir_all(&etc).expect("a directory");
        fs::write(etc.join("passwd"), "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n")
            .expect("a file");
        fs::write(etc.join("group"), "root:x:0:\nalice:x:1000:\n").expect("a file");
        if let Some(name) = hostname {
            fs::write(etc.join("hostname"), name).expect("a file");
        }
    }
    let tree = |name: &str| trees.path().join(name).display().to_string();
    let (one, two, none) = (tree("one"), tree("two.5"), tree("none"));
    let output = run(["check", "--user", "alice", "--format", "json", "--root", &one, "--root", &two, "--root", &none]);
    assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
    let expected = [("unreadable", none.as_str()), ("fail", "alpha"), ("fail", "two.5")];
    assert_eq!(hosts_of(&table(&output)), expected.map(|(status, host)| (status.to_owned(), host.to_owned())).to_vec());
}
