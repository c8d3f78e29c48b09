//! Logs of runs in which nothing was wrong.

use bridge_doctor::explain;

#[test]
fn nothing_is_found_where_nothing_was_wrong() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explain/healthy");
    let mut logs = 0;
    for entry in std::fs::read_dir(&folder).expect("the logs are there") {
        let path = entry.expect("the folder can be read").path();
        let text = std::fs::read(&path).expect("the log can be read");
        assert!(text.len() > 500, "{}", path.display());
        let found = explain::text(&text).matches;
        assert!(found.is_empty(), "{}: {found:#?}", path.display());
        logs += 1;
    }
    assert!(logs >= 7, "only {logs} logs");
}

#[test]
fn a_program_that_is_not_the_helper_is_left_alone() {
    let lines = [
        "bash: qemu-bridge-helper: command not found",
        "failed to open /dev/kvm: Permission denied",
        "mount: /mnt: Operation not permitted",
        "access denied by policy",
    ];
    for line in lines {
        assert!(explain::text(line.as_bytes()).matches.is_empty(), "{line}");
    }
}
