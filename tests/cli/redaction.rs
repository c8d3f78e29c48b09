//! `collect --redact` and `check --redact`: no secret stays, and the checks find the same.

use bridge_doctor::snapshot::{Bytes, Fact, Snapshot, redact};
use serde_json::Value;

use crate::hosts;
use crate::invocation::run_with_input;

const SECRETS: [&str; 8] = [
    "mallory",
    "workhorse",
    "example.org",
    "/srv/people",
    "de:ad:be:ef:00:17",
    "deadbeef0017",
    "203.0.114.77",
    "2a01:4f8",
];

/// A host with secrets wherever text can stand.
fn telling() -> Snapshot {
    let mut snapshot = hosts::healthy();
    let subject = &mut snapshot.subject;
    subject.user = "mallory".to_owned();
    subject.group_names = vec![(1000, "mallory".to_owned()), (36, "kvm".to_owned())];
    subject.home = Some("/srv/people/mallory".into());
    if let Fact::Known(process) = &mut snapshot.process {
        process.directory = Some("/srv/people/mallory/vm".into());
    }
    snapshot.libvirt.bridge_helper = Fact::unknown_but(
        "/srv/people/mallory/.config/libvirt/qemu.conf: Permission denied",
        "cat /srv/people/mallory/.config/libvirt/qemu.conf on workhorse",
    );
    let Some(acl) = snapshot.acl.files.first_mut() else { unreachable!("the host has an ACL") };
    acl.content = Fact::Known(Bytes(b"# mallory@workhorse.example.org, 203.0.114.77\nallow br0\n".to_vec()));
    let mut included = acl.clone();
    included.path = "/srv/people/mallory/more.conf".into();
    included.content = Fact::Known(Bytes(b"# \xff mallory DE:AD:BE:EF:00:17\n".to_vec()));
    snapshot.acl.files.push(included);
    if let Fact::Known(network) = &mut snapshot.network {
        for link in &mut network.links {
            link.mac = Some("de:ad:be:ef:00:17".to_owned());
            link.altnames = vec!["enxdeadbeef0017".to_owned()];
            link.alias = Some("mallory's, 203.0.114.77 via 2a01:4f8:10:20::1".to_owned());
        }
    }
    snapshot
}

fn everything(snapshot: &Snapshot) -> String {
    let mut text = String::from_utf8(hosts::json(snapshot)).expect("JSON is UTF-8").to_lowercase();
    for file in &snapshot.acl.files {
        if let Fact::Known(content) = &file.content {
            text += &String::from_utf8_lossy(&content.0).to_lowercase();
        }
    }
    text
}

#[test]
fn no_secret_stays_anywhere() {
    let (before, after) = (everything(&telling()), everything(&redact(&telling()).expect("a snapshot")));
    for secret in SECRETS {
        assert!(before.contains(secret), "{secret} was not planted");
        assert!(!after.contains(secret), "{secret} stays in {after}");
    }
}

#[test]
fn equal_secrets_get_equal_tokens() {
    let redacted = redact(&telling()).expect("a snapshot");
    assert_eq!(redacted.subject.user, "userxxx");
    assert_eq!(redacted.subject.group_names, [(1000, "userxxx".to_owned()), (36, "kvm".to_owned())]);
    assert_eq!(redacted.subject.home.as_deref(), Some("/home/userxxx".as_ref()));
    assert_eq!(redacted.acl.files[1].path.to_str(), Some("/home/userxxx/more.conf"));
    assert_eq!(redacted.acl.files[1].content, Fact::Known(Bytes(b"# \xff userxxx 02:00:00:00:00:01\n".to_vec())));
    let Fact::Known(network) = redacted.network else { panic!("the network stays known") };
    let bridge = network.links.iter().find(|link| link.bridge.is_some()).expect("the host has a bridge");
    assert_eq!(bridge.mac.as_deref(), Some("02:00:00:00:00:01"));
    assert_eq!(bridge.altnames, ["enx020000000001"]);
    assert_eq!(bridge.addresses, ["192.168.1.10/24", "2001:db8::2/64"]);
    assert_eq!(bridge.alias.as_deref(), Some("userxxx's, 198.18.0.1 via 2001:db8::2"));
}

#[test]
fn root_and_a_host_named_like_its_system_change_nothing_else() {
    let mut snapshot = hosts::healthy();
    snapshot.subject.user = "root".to_owned();
    snapshot.subject.uid = 0;
    snapshot.subject.home = Some("/root".into());
    snapshot.machine.hostname = Some("debian".to_owned());
    let redacted = redact(&snapshot).expect("a snapshot");
    assert_eq!(redacted.machine.hostname.as_deref(), Some("hostxx"));
    assert_eq!(redacted.machine.os, snapshot.machine.os);
    assert_eq!(redacted.helper, snapshot.helper);
    assert_eq!(redacted.subject, snapshot.subject);
}

#[test]
fn names_that_are_words_of_the_snapshot_do_no_harm() {
    for word in ["all", "allow", "qemu", "known", "regular", "bridge", "yes", "a", "etc", "lib", "option", "elf"] {
        let mut snapshot = hosts::healthy();
        snapshot.subject.user = word.to_owned();
        snapshot.machine.hostname = Some(word.to_owned());
        let redacted = redact(&snapshot).unwrap_or_else(|error| panic!("{word}: {error}"));
        assert_ne!(redacted.subject.user, word);
        assert_eq!(redacted.acl, snapshot.acl, "{word}");
        assert_eq!(redacted.helper, snapshot.helper, "{word}");
    }
}

#[test]
fn the_checks_find_the_same() {
    let mut broken = telling();
    broken.helper.file = hosts::unprivileged_helper().helper.file;
    for snapshot in [telling(), broken] {
        assert_eq!(found(&snapshot), found(&redact(&snapshot).expect("a snapshot")));
    }
}

/// Status and cause of every check.
fn found(snapshot: &Snapshot) -> Vec<[Value; 4]> {
    let output =
        run_with_input(["check", "--from", "-", "--bridge", "br0", "--format", "json"], &hosts::json(snapshot));
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let checks = report["checks"].as_array().expect("checks");
    assert!(!checks.is_empty());
    checks.iter().map(|check| ["id", "bridge", "status", "cause"].map(|member| check[member].clone())).collect()
}

#[test]
fn no_format_tells_a_secret_and_all_find_the_same() {
    let mut snapshot = telling();
    // The bridge that is asked about bears the name of its owner, and the ACL cannot be parsed.
    let Some(acl) = snapshot.acl.files.first_mut() else { unreachable!("the host has an ACL") };
    acl.content = Fact::Known(Bytes(b"allow br-mallory\nalow br0 # of mallory at workhorse, 203.0.114.77\n".to_vec()));
    let input = hosts::json(&snapshot);
    for format in ["human", "json", "junit", "tap", "nagios", "prometheus", "github", "markdown"] {
        let plain = ["check", "--from", "-", "--bridge", "br-mallory", "--verbose", "--format", format];
        let before = run_with_input(plain, &input);
        let after = run_with_input(plain.iter().chain([&"--redact"]), &input);
        assert_eq!(after.status.code(), before.status.code(), "{format}");
        let (before, after) = (String::from_utf8_lossy(&before.stdout), String::from_utf8_lossy(&after.stdout));
        assert!(before.contains("mallory") && after.contains("userxxx"), "{format}: {after}");
        for secret in SECRETS {
            assert!(!after.to_lowercase().contains(secret), "{format}: {secret} stays in {after}");
        }
    }
}
