//! Guix System and NixOS: one declaration for all, read by the real readers of their languages.

use std::io::Write as _;
use std::process::{Command, Stdio};

use bridge_doctor::engine::Options;
use bridge_doctor::fix::{self, Choice};
use bridge_doctor::platform::{self, Declaration};
use bridge_doctor::probe::Expect;
use bridge_doctor::snapshot::{Fact, Machine, Snapshot};
use insta::assert_snapshot;

use crate::faults::{acl, acl_missing, bridge_missing, healthy, unprivileged, with};
use crate::untested;

/// Nothing is built; a store would be one database for all tests.
const NO_STORE: &str = "dummy://";

/// Evaluates every form with records that only show what they were given.
const STUBS: &str = include_str!("stubs.scm");

pub(crate) fn machine(id: &str, store: &str) -> Machine {
    let mut machine = healthy().machine;
    machine.os.id = id.to_owned();
    machine.stores = vec![store.into()];
    machine.network_managers.clear();
    machine
}

pub(crate) fn everything() -> Vec<Declaration> {
    vec![
        Declaration::PrivilegedHelper,
        Declaration::Acl(vec![b"allow virbr0".to_vec(), b"deny br9".to_vec()]),
        Declaration::Acl(vec![b"allow virbr0".to_vec(), b"allow br0".to_vec()]),
        Declaration::Member { user: "alice".to_owned(), group: "kvm".to_owned() },
        Declaration::Bridge { name: "br0".to_owned(), port: Some("enp3s0".to_owned()) },
        Declaration::Bridge { name: "br1".to_owned(), port: None },
        Declaration::ForwardsIp,
    ]
}

/// Names and rules that would end a string, open an interpolation or command a terminal.
fn hostile() -> Vec<Declaration> {
    let name = "a\"b\\${pkgs.evil}$(id)\n\t;#|\u{1b}é🌉";
    vec![
        Declaration::PrivilegedHelper,
        Declaration::Acl(vec![format!("allow {name}").into_bytes(), b"deny \xff\"".to_vec()]),
        Declaration::Member { user: name.to_owned(), group: name.to_owned() },
        Declaration::Bridge { name: name.to_owned(), port: Some(name.to_owned()) },
        Declaration::ForwardsIp,
    ]
}

pub(crate) fn text(machine: &Machine, declarations: &[Declaration]) -> String {
    platform::of(machine).declare(declarations).join("\n") + "\n"
}

/// What a program makes of the input; nothing where it is not installed.
fn fed(program: &str, arguments: &[&str], input: &str) -> Option<String> {
    if !untested::has(program, "declarations").expect("everything must be tested here") {
        return None;
    }
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .env("GUILE_AUTO_COMPILE", "0")
        .env("LC_ALL", "C.UTF-8")
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program}: {said}\n{input}");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What the Scheme text means, as Guile sees it.
fn evaluated(text: &str) -> Option<String> {
    let stubs = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(stubs.path(), STUBS).expect("it can be written");
    fed("guile", &["-s", &stubs.path().display().to_string()], text)
}

fn parsed_by_nix(text: &str) {
    fed("nix-instantiate", &["--store", NO_STORE, "--parse", "-"], text);
}

#[test]
fn guile_evaluates_what_guix_is_told() {
    for (name, store) in [("guix_today", "/run/privileged"), ("guix_before", "/run/setuid-programs")] {
        let machine = machine("guix", store);
        let Some(meaning) = evaluated(&text(&machine, &everything())) else { return };
        assert_snapshot!(name, meaning);
        for declaration in everything() {
            evaluated(&text(&machine, &[declaration]));
        }
    }
}

#[test]
fn nix_parses_what_nixos_is_told() {
    let machine = machine("nixos", "/nix/store");
    let all = text(&machine, &everything());
    parsed_by_nix(&all);
    assert_snapshot!("nixos_module", all);
    for declaration in everything() {
        parsed_by_nix(&text(&machine, &[declaration]));
    }
}

/// What a string means to the reader is what was meant: nothing in a name ends it.
#[test]
fn hostile_names_stay_inside_of_their_strings() {
    if let Some(scheme) = evaluated(&text(&machine("guix", "/run/privileged"), &hostile())) {
        assert!(scheme.contains("a\\\"b\\\\${pkgs.evil}$(id)"), "{scheme}");
    }
    let nix = text(&machine("nixos", "/nix/store"), &hostile());
    parsed_by_nix(&nix);
    let value = fed(
        "nix-instantiate",
        &[
            "--store",
            NO_STORE,
            "--eval",
            "--strict",
            "--json",
            "-E",
            &format!(
                "({nix}) {{ config = {{}}; pkgs = {{ qemu = \"QEMU\"; }}; lib = {{ mkForce = x: x; mkDefault = x: x; }}; }}"
            ),
        ],
        "",
    );
    let Some(value) = value else { return };
    let value: serde_json::Value = serde_json::from_str(&value).expect("JSON");
    let acl = value["environment"]["etc"]["qemu/bridge.conf"]["text"].as_str().expect("the ACL is text");
    assert!(acl.starts_with("allow a\"b\\${pkgs.evil}$(id)\n\t;#|\u{1b}é🌉\n"), "{acl:?}");
    assert_eq!(value["security"]["wrappers"]["qemu-bridge-helper"]["source"], "QEMU/libexec/qemu-bridge-helper");
}

fn store_host(id: &str, store: &str, helper: &str) -> Snapshot {
    with(|host| {
        host.machine = machine(id, store);
        unprivileged(host);
        host.helper.path = helper.into();
        host.helper.real_path = Some(helper.into());
        host.helper.owners.truncate(1);
        host.helper.owners[0].path = helper.into();
        host.helper.statoverride = None;
        acl(host, "# ours\nallow virbr0\ndeny br9\n");
        bridge_missing(host);
        host.acl.files[0].link = Some("/etc/static/qemu/bridge.conf".into());
    })
}

#[test]
fn one_plan_gives_one_declaration() {
    let options = Options { bridges: vec!["br0".to_owned()], expect: Some(Expect::Isolated), ..Options::default() };
    for (id, store, helper) in [
        ("guix", "/run/privileged", "/gnu/store/abc-qemu-9.1.3/libexec/qemu-bridge-helper"),
        ("guix", "/run/setuid-programs", "/gnu/store/abc-qemu-8.2.2/libexec/qemu-bridge-helper"),
        ("nixos", "/nix/store", "/nix/store/abc-qemu-9.1.2/libexec/qemu-bridge-helper"),
    ] {
        let host = store_host(id, store, helper);
        let plan = fix::plan(&host, &options, &Choice::default());
        assert!(plan.actions.is_empty(), "{id}: nothing is changed by hand");
        let declared: Vec<_> = plan.manual.iter().filter(|entry| entry.commands.len() > 3).collect();
        assert_eq!(declared.len(), 1, "{id}: {:?}", plan.manual);
        assert_eq!(declared[0].causes, ["helper-not-setuid", "acl-denied", "bridge-missing"], "{id}");
        let text = declared[0].commands.join("\n");
        assert!(text.contains(r"allow virbr0\ndeny br9\nallow br0\n"), "{id}: {text}");
        match id {
            "nixos" => parsed_by_nix(&text),
            _ => _ = evaluated(&text),
        }
    }
}

#[test]
fn a_slip_in_a_declared_acl_is_declared_anew() {
    let host = with(|host| {
        host.machine = machine("nixos", "/nix/store");
        acl(host, "allow virbr0\nalow br0\n");
    });
    let plan = fix::plan(
        &host,
        &Options { bridges: vec!["br0".to_owned(), "virbr0".to_owned()], ..Options::default() },
        &Choice { ids: vec!["acl-syntax".to_owned()] },
    );
    assert!(plan.actions.is_empty());
    assert!(plan.manual[0].commands.join("\n").contains(r#""allow virbr0\nallow br0\n""#), "{:?}", plan.manual);
    let missing = with(|host| {
        host.machine = machine("nixos", "/nix/store");
        acl_missing(host);
        host.process = Fact::Known(host.process.known().cloned().expect("it has one"));
    });
    let plan =
        fix::plan(&missing, &Options { bridges: vec!["br0".to_owned()], ..Options::default() }, &Choice::default());
    assert!(plan.actions.is_empty() && plan.manual.len() == 1, "{:?}", plan.manual);
}
