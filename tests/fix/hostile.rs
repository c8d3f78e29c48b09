//! Text that others chose: it never becomes more than text.

use bridge_doctor::snapshot::{Fact, Snapshot};

use crate::faults::{acl, acl_missing, bridge_missing, with};
use crate::shown::{plan_for, written};

/// Names that a shell, a file name or a configuration file could take for more.
const NAMES: [&str; 9] = ["$(reboot)", "`id`", "a;b", "it's", "x\ny", "\x1b]0;t\x07", "${pkgs}", "a\"b", "-rf"];

#[test]
fn a_bridge_of_any_name_is_allowed_by_that_name_only() {
    for name in NAMES.iter().filter(|name| !name.contains('\n')) {
        let host = with(acl_missing);
        let plan = plan_for(&host, &[name], &["acl-file"]);
        let after = plan
            .actions
            .iter()
            .fold(host, |facts, planned| bridge_doctor::fix::simulate(&facts, &planned.action, &planned.effect));
        let content = after.acl.files[0].content.known().map(|content| content.0.clone());
        assert_eq!(content, Some(format!("allow {name}\n").into_bytes()), "{name:?}");
        assert!(!written(&plan).contains('\x1b'), "{name:?}: {}", written(&plan));
    }
}

/// A name with a line feed would be two rules: it is never written.
#[test]
fn a_name_never_writes_a_second_line() {
    let host = with(acl_missing);
    let plan = plan_for(&host, &["br0\nallow all"], &["acl-file", "acl-allows"]);
    assert!(plan.actions.is_empty(), "{}", written(&plan));
    assert!(!plan.manual.is_empty());
}

/// A line with it would be an error, and void all others.
#[test]
fn an_impossible_name_is_never_written() {
    for name in ["a-bridge-of-mine-own", "", "two words", "a/b", "all"] {
        let plan = plan_for(&with(acl_missing), &[name], &[]);
        assert!(!plan.actions.iter().any(|action| action.kind == "edit-file"), "{name:?}: {}", written(&plan));
        assert!(plan.manual.iter().any(|entry| entry.cause == "acl-missing"), "{name:?}: {}", written(&plan));
    }
}

#[test]
fn a_bridge_is_made_by_a_plain_name_only() {
    for name in NAMES {
        let host = with(bridge_missing);
        let plan = plan_for(&host, &[name], &["bridge-exists"]);
        assert!(plan.actions.is_empty(), "{name:?}: {}", written(&plan));
    }
}

/// A snapshot from elsewhere may hold any number.
#[test]
fn the_last_index_of_all_is_an_index() {
    let mut host = with(bridge_missing);
    let Fact::Known(network) = &mut host.network else { panic!("the links are known") };
    network.links[0].index = u32::MAX;
    assert!(!plan_for(&host, &["br0"], &["bridge-exists"]).actions.is_empty());
}

#[test]
fn a_line_of_the_acl_cannot_command_the_terminal() {
    let host = with(|host| acl(host, "allow br0\nallow \x1b[2J\x07\nalow \u{202e}x\n"));
    let plan = plan_for(&host, &["br0"], &["acl-syntax"]);
    let text = written(&plan);
    assert!(text.chars().all(|letter| !letter.is_control() || letter == '\n'), "{text:?}");
    assert!(!text.contains('\u{202e}'), "{text:?}");
}

/// Another's facts are judged as data, whatever is missing in them.
#[test]
fn a_host_that_nobody_could_look_at_is_left_alone() {
    let host = with(|host: &mut Snapshot| {
        host.helper.file = Fact::unknown("only root may look");
        host.helper.chain = Fact::unknown("only root may look");
        host.helper.binary = Fact::unknown("only root may look");
        host.acl.files[0].content = Fact::unknown("only root may look");
        host.acl.files[0].readable.subject = Fact::unknown("only root may look");
        host.network = Fact::unknown("only root may look");
        host.process = Fact::unknown("only root may look");
    });
    let plan = plan_for(&host, &["br0"], &[]);
    assert!(plan.actions.is_empty() && plan.blind, "{}", written(&plan));
}
