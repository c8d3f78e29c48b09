//! Each cause of the catalogue is mended, or left to a person with a reason.

use std::collections::BTreeSet;

use bridge_doctor::catalogue;
use bridge_doctor::engine::{self, Options};
use bridge_doctor::fix::{self, Choice};
use bridge_doctor::helper::Outcome;
use insta::assert_snapshot;

use crate::faults::{FAULTS, Fault, acl, acl_missing, acl_mode, healthy, mode, unprivileged, with};
use crate::shown::{plan, plan_for, written};

fn options(fault: &Fault) -> Options {
    Options { bridges: vec![fault.bridge.to_owned()], expect: fault.expect, ..Options::default() }
}

#[test]
fn every_cause_of_the_catalogue_is_tried() {
    let tried: BTreeSet<&str> = FAULTS.iter().map(|fault| fault.cause).collect();
    let known: BTreeSet<&str> =
        catalogue::pages().iter().flat_map(|page| page.causes.iter().map(|cause| cause.id)).collect();
    assert_eq!(tried, known);
}

#[test]
fn each_cause_is_mended_or_left_with_a_reason() {
    let mut table = String::new();
    for fault in FAULTS {
        let host = fault.host();
        let report = engine::judge(&host, &options(fault));
        assert!(report.checks.iter().any(|check| check.cause == Some(fault.cause)), "{}: not found", fault.name);
        let plan = fix::plan(&host, &options(fault), &Choice { ids: vec![fault.cause.to_owned()] });
        let acts = plan.actions.iter().any(|action| action.causes.contains(&fault.cause));
        let manual: Vec<_> = plan.manual.iter().filter(|entry| entry.causes.contains(&fault.cause)).collect();
        assert!(acts || !manual.is_empty(), "{}: nobody says how it is mended", fault.name);
        for entry in &manual {
            assert!(!entry.why.is_empty() && !entry.summary.is_empty(), "{}: {entry:?}", fault.name);
            assert!(!entry.why.contains("planned and does not mend"), "{}: {entry:?}", fault.name);
        }
        assert!(!acts || !plan.remaining.contains(&fault.cause), "{}: planned in vain\n{}", fault.name, written(&plan));
        let how = if acts { "mended" } else { "by hand" };
        table += &format!("{how:8} {:34} {}\n", fault.cause, fault.name);
        for action in &plan.actions {
            for line in action.command.lines() {
                table += &format!("             {line}\n");
            }
        }
        for entry in manual {
            table += &format!("             because {}\n", entry.why);
            for line in &entry.commands {
                table += &format!("             : {line}\n");
            }
        }
    }
    assert_snapshot!(table);
}

#[test]
fn a_healthy_host_needs_nothing() {
    let plan = plan(&healthy());
    assert_eq!((plan.actions.len(), plan.manual.len()), (0, 0), "{}", written(&plan));
    assert_eq!(plan.predictions[0].outcome, Outcome::Attached);
}

/// The second fault comes to light when the first is gone.
#[test]
fn faults_behind_faults_are_mended_in_one_plan() {
    let host = with(|host| {
        unprivileged(host);
        acl(host, "# ours\nalow br1\n");
        acl_mode(host, 0o600, 0);
    });
    let plan = plan_for(&host, &["br0", "br1"], &[]);
    assert_eq!(plan.remaining, ["bridge-missing"], "{}", written(&plan));
    assert_snapshot!(written(&plan));
}

#[test]
fn the_rules_of_several_bridges_are_one_change() {
    let host = with(acl_missing);
    let plan = plan_for(&host, &["br0", "br1"], &["acl-file", "acl-allows"]);
    let kinds: Vec<&str> = plan.actions.iter().map(|action| action.kind).collect();
    assert_eq!(kinds, ["make-directory", "edit-file"]);
    assert!(plan.actions[1].diff.as_ref().is_some_and(|diff| diff.contains("+allow br0\n+allow br1\n")), "{plan:?}");
}

#[test]
fn a_warning_is_mended_only_where_it_is_named() {
    let host = with(|host| host.acl.files[0].owners[0].mode = 0o666);
    assert!(plan(&host).actions.is_empty());
    for name in ["acl-writable", "acl-exposure"] {
        let plan = plan_for(&host, &["br0"], &[name]);
        let commands: Vec<&str> = plan.actions.iter().map(|action| action.command.as_str()).collect();
        assert_eq!(commands, ["sudo chmod go-w /etc/qemu/bridge.conf"], "{name}");
    }
}

#[test]
fn only_what_is_named_is_mended() {
    let host = with(|host| {
        unprivileged(host);
        acl_missing(host);
    });
    let plan = plan_for(&host, &["br0"], &["acl-missing"]);
    assert!(plan.actions.iter().all(|action| action.causes == ["acl-missing"]), "{}", written(&plan));
    assert!(plan.remaining.is_empty());
}

/// Makes a fault.
type Change = fn(&mut bridge_doctor::snapshot::Snapshot);

/// Whoever could change the bytes must not get root's power with them.
#[test]
fn a_helper_of_others_is_never_made_privileged() {
    let states: [(&str, Change); 5] = [
        ("in a user's directory", |host| host.helper.owners[1].uid = 1000),
        ("in a directory that a group writes", |host| {
            host.helper.owners[1].mode = 0o775;
            host.helper.owners[1].gid = 1000;
        }),
        ("writable for all", |host| mode(host, 0o777)),
        ("not the helper", |host| {
            if let bridge_doctor::snapshot::Fact::Known(binary) = &mut host.helper.binary {
                binary.is_helper = false;
            }
        }),
        ("unseen", |host| host.helper.binary = bridge_doctor::snapshot::Fact::unknown("nobody looked")),
    ];
    for (name, change) in states {
        let host = with(|host| {
            unprivileged(host);
            change(host);
        });
        let plan = plan_for(&host, &["br0"], &["helper-setuid", "helper-executable", "helper-tamper"]);
        assert!(plan.actions.is_empty(), "{name}: {}", written(&plan));
    }
}

/// `fix acl-allows` on a host without an ACL means the ACL, too.
#[test]
fn what_a_named_check_waits_for_is_mended_before_it() {
    let host = with(|host| {
        unprivileged(host);
        acl_missing(host);
    });
    for name in ["acl-allows", "acl-denied", "acl-syntax"] {
        let plan = plan_for(&host, &["br0"], &[name]);
        assert!(!plan.actions.is_empty(), "{name}");
        assert!(plan.actions.iter().all(|action| action.causes == ["acl-missing"]), "{name}: {}", written(&plan));
    }
}

/// Nobody asked for docker0: that it exists does not mean that guests should be on it.
#[test]
fn of_several_bridges_none_is_allowed_that_nobody_named() {
    let host = with(|host| {
        acl_missing(host);
        host.asked_bridges.clear();
        if let bridge_doctor::snapshot::Fact::Known(network) = &mut host.network {
            let mut other = network.resolve("br0").cloned().expect("br0 is there");
            other.name = "docker0".to_owned();
            other.index = 99;
            network.links.push(other);
        }
    });
    let unnamed = plan_for(&host, &[], &[]);
    assert!(unnamed.actions.is_empty(), "{}", written(&unnamed));
    assert!(unnamed.manual[0].why.contains("nobody said which bridge is wanted"), "{}", written(&unnamed));
    let named = plan_for(&host, &["br0"], &[]);
    assert!(named.remaining.is_empty() && named.actions.len() == 2, "{}", written(&named));
}

#[test]
fn a_link_to_nowhere_is_replaced_by_the_device() {
    let fault = FAULTS.iter().find(|fault| fault.name == "a link to nowhere for a tun device").expect("it is there");
    assert_snapshot!(written(&plan(&fault.host())));
}

#[test]
fn one_action_for_two_bridges_says_why_for_both() {
    let host = with(|host| acl(host, "# nothing yet\n"));
    let plan = plan_for(&host, &["br0", "br1"], &["acl-denied"]);
    let edit = plan.actions.iter().find(|action| action.kind == "edit-file").expect("an edit");
    for bridge in ["br0", "br1"] {
        assert!(edit.reason.contains(bridge), "{}", written(&plan));
    }
}
