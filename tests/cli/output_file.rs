//! `--output`: the whole report or the old file, and never less.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::hosts;
use crate::invocation::{assert_refused, run_with_input};

fn check_into(path: &Path) -> Output {
    let arguments = ["check", "--from", "-", "--bridge", "br0", "--format", "json", "--output"];
    let arguments = arguments.iter().map(AsRef::as_ref).chain([path.as_os_str()]);
    run_with_input(arguments, &hosts::json(&hosts::healthy()))
}

#[track_caller]
fn assert_report(path: &Path) {
    let content = fs::read(path).expect("a report");
    let report: serde_json::Value = serde_json::from_slice(&content).expect("JSON");
    assert_eq!(report["schema"], "bridge-doctor/report/v1");
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory")
}

#[test]
fn a_new_file() {
    let folder = folder();
    let path = folder.path().join("report.json");
    let output = check_into(&path);
    assert_eq!((output.stdout.len(), output.stderr.len()), (0, 0));
    assert_report(&path);
    assert_eq!(fs::metadata(&path).expect("it is there").mode() & 0o111, 0);
    assert_eq!(fs::read_dir(folder.path()).expect("a directory").count(), 1, "no temporary file stays");
}

#[test]
fn a_limit_on_file_sizes_leaves_nothing_behind() {
    let folder = folder();
    let snapshot = folder.path().join("host.json");
    fs::write(&snapshot, hosts::json(&hosts::healthy())).expect("a snapshot");
    let script = r#"ulimit -f 0; exec "$0" check --from host.json --output report.txt 2>/dev/null"#;
    let mut shell = Command::new("sh");
    shell.args(["-c", script, env!("CARGO_BIN_EXE_bridge-doctor")]).current_dir(&folder);
    assert_eq!(shell.status().expect("a shell").code(), Some(4));
    assert_eq!(fs::read_dir(folder.path()).expect("a directory").count(), 1, "the snapshot and nothing else");
}

#[test]
fn an_old_file_is_replaced_at_once_and_keeps_its_mode() {
    let folder = folder();
    let path = folder.path().join("report.json");
    fs::write(&path, "old").expect("a file");
    fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("a mode");
    let before = fs::metadata(&path).expect("it is there");
    check_into(&path);
    let after = fs::metadata(&path).expect("it is there");
    assert_report(&path);
    assert_eq!(after.mode() & 0o7777, 0o640);
    assert_ne!(after.ino(), before.ino());
}

#[test]
fn devices_and_pipes_are_written_and_not_replaced() {
    for device in ["/dev/null", "/dev/stdout", "-"] {
        let output = check_into(Path::new(device));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{device}");
        assert_eq!(output.stdout.is_empty(), device == "/dev/null", "{device}");
    }
    assert!(!fs::metadata("/dev/null").expect("the device").is_file());
}

#[test]
fn a_pipe_waits_for_its_reader_and_not_for_ever() {
    let folder = folder();
    let pipe = folder.path().join("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
    let error = format!(
        "bridge-doctor: cannot write the result: nobody reads the pipe: {}\n  try: a file that you may write, in a \
         directory with room\n",
        pipe.display()
    );
    assert_refused(&check_into(&pipe), 4, &error);
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || {
            std::thread::sleep(std::time::Duration::from_millis(300));
            fs::read(pipe).expect("a report")
        }
    });
    assert_eq!(check_into(&pipe).status.code(), Some(0));
    let content = reader.join().expect("it was read");
    assert!(serde_json::from_slice::<serde_json::Value>(&content).is_ok());
}

#[test]
fn a_link_of_ones_own_is_followed() {
    let folder = folder();
    let (link, path) = (folder.path().join("link"), folder.path().join("report.json"));
    fs::write(&path, "old").expect("a file");
    symlink(&path, &link).expect("a link");
    check_into(&link);
    assert!(link.is_symlink());
    assert_report(&path);
}

#[test]
fn what_cannot_be_written_is_said() {
    let folder = folder();
    let missing = folder.path().join("none/report.json");
    let try_this = "  try: a file that you may write, in a directory with room\n";
    let error = |reason: &str, path: &Path| {
        format!("bridge-doctor: cannot write the result: {reason}: {}\n{try_this}", path.display())
    };
    assert_refused(&check_into(&missing), 4, &error("No such file or directory", &missing));
    assert_refused(&check_into(folder.path()), 4, &error("Is a directory", folder.path()));
    let full = Path::new("/dev/full");
    assert_refused(&check_into(full), 4, &error("No space left on device", full));
}

#[test]
fn root_follows_no_link_that_somebody_else_could_have_put_there() {
    let folder = folder();
    let (link, target) = (folder.path().join("link"), folder.path().join("target"));
    fs::write(&target, "old").expect("a file");
    symlink(&target, &link).expect("a link");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o1777)).expect("a mode");
    let output = check_into(&link);
    if fs::metadata(&target).expect("it is there").uid() == 0 {
        let error = format!(
            "bridge-doctor: cannot write the result: it is a symbolic link in a directory that others may write: {}\n  \
             try: a file that you may write, in a directory with room\n",
            link.display()
        );
        assert_refused(&output, 4, &error);
        assert_eq!(fs::read(&target).expect("it is there"), b"old");
    } else {
        assert_report(&target);
    }
}

/// `check --format prometheus` under the umask of a careful root.
fn metrics_into(path: &Path, snapshot: &Path) -> Output {
    let line = "umask 077; exec \"$0\" check --bridge br0 --format prometheus --from \"$1\" --output \"$2\"";
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", line, env!("CARGO_BIN_EXE_bridge-doctor")]).arg(snapshot).arg(path).env_clear();
    shell.stdin(Stdio::null()).output().expect("a shell")
}

#[test]
fn metrics_are_open_to_the_collector_and_never_half() {
    let folder = folder();
    let (path, snapshot) = (folder.path().join("bridge.prom"), folder.path().join("host"));
    fs::write(&snapshot, hosts::json(&hosts::healthy())).expect("a file");
    let output = metrics_into(&path, &snapshot);
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
    assert_eq!(fs::metadata(&path).expect("it is there").mode() & 0o7777, 0o644);
    let first = fs::read_to_string(&path).expect("text");
    assert!(first.ends_with('\n') && first.contains("bridge_doctor_status{user=\"alice\",status=\"pass\"} 1\n"));
    // The mode that an administrator chose stays; each version is a file of its own, so that a reader keeps the old one.
    fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("a mode");
    let before = fs::metadata(&path).expect("it is there");
    metrics_into(&path, &snapshot);
    let after = fs::metadata(&path).expect("it is there");
    assert_eq!(after.mode() & 0o7777, 0o640);
    assert_ne!(after.ino(), before.ino());
}

#[test]
fn a_collector_never_meets_half_a_file() {
    let folder = folder();
    let (path, snapshot) = (folder.path().join("bridge.prom"), folder.path().join("host"));
    fs::write(&snapshot, hosts::json(&hosts::healthy())).expect("a file");
    metrics_into(&path, &snapshot);
    std::thread::scope(|scope| {
        let writers: Vec<_> =
            (0..2).map(|_| scope.spawn(|| (0..20).for_each(|_| drop(metrics_into(&path, &snapshot))))).collect();
        loop {
            let done = writers.iter().all(std::thread::ScopedJoinHandle::is_finished);
            let text = fs::read_to_string(&path).expect("it is there at every moment");
            assert!(text.ends_with("} 1\n") && text.contains("bridge_doctor_info{"), "{} bytes", text.len());
            if done {
                break;
            }
        }
    });
    let names: Vec<_> = fs::read_dir(folder.path()).expect("a directory").collect();
    assert_eq!(names.len(), 2, "no temporary file stays");
}
