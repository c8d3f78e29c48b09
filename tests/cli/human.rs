//! What a person sees, as golden files.

use bridge_doctor::probe::ONLY_LIVE;
use bridge_doctor::report::human::{Options, render};
use bridge_doctor::report::{Check, CheckStatus, FixEntry, Status};
use insta::assert_snapshot;

use crate::hosts;
use crate::invocation::run_with_input;
use crate::reports::{Edit, check, evidence, healthy, not_setuid, setuid_fails};

const PLAIN: Options =
    Options { colour: false, ascii: false, verbose: false, width: 120, partial: false, expecting: false };

fn denied(bridge: &str) -> Check {
    Check {
        bridge: Some(bridge.to_owned()),
        cause: Some("acl-denied"),
        consequence: Some("it would stop with \"access denied by acl file\"".to_owned()),
        fix: Some(FixEntry {
            commands: vec![format!("echo 'allow {bridge}' | sudo tee -a /etc/qemu/bridge.conf")],
            automatic: true,
            note: Some("the rule counts at once; nothing has to be restarted".to_owned()),
            ..FixEntry::default()
        }),
        ..check("acl-allows", CheckStatus::Fail, &format!("no rule of /etc/qemu/bridge.conf allows {bridge}"))
    }
}

fn no_uplink() -> Check {
    Check {
        bridge: Some("br0".to_owned()),
        cause: Some("bridge-no-uplink"),
        consequence: Some("guests reach each other and nobody else".to_owned()),
        ..check("bridge-uplink", CheckStatus::Warn, "br0 has no port but taps, and no address")
    }
}

fn unseen(id: &'static str, because: &str, command: &str) -> Check {
    Check {
        fix: Some(FixEntry { commands: vec![command.to_owned()], ..FixEntry::default() }),
        ..check(id, CheckStatus::Unknown, because)
    }
}

#[test]
fn a_healthy_host_is_a_short_story() {
    assert_snapshot!(render(&healthy(&["br0"]), &PLAIN));
}

#[test]
fn one_failure() {
    assert_snapshot!(render(&not_setuid(), &PLAIN));
}

#[test]
fn one_failure_in_ascii() {
    let shown = render(&not_setuid(), &Options { ascii: true, ..PLAIN });
    assert!(shown.is_ascii());
    assert_snapshot!(shown);
}

#[test]
fn one_failure_on_a_narrow_terminal() {
    assert_snapshot!(render(&not_setuid(), &Options { width: 60, ..PLAIN }));
}

#[test]
fn one_failure_with_every_fact() {
    assert_snapshot!(render(&not_setuid(), &Options { verbose: true, ..PLAIN }));
}

#[test]
fn colours_change_no_character() {
    let coloured = render(&not_setuid(), &Options { colour: true, ..PLAIN });
    assert!(coloured.contains("\x1b["));
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), render(&not_setuid(), &PLAIN));
}

#[test]
fn two_failures_and_a_warning() {
    assert_snapshot!(render(&not_setuid().with(denied("br0")).with(no_uplink()), &PLAIN));
}

#[test]
fn warnings_only() {
    let exposed = check("acl-exposure", CheckStatus::Warn, "/etc/qemu/bridge.conf allows every bridge (line 1)");
    assert_snapshot!(render(&healthy(&["br0"]).with(no_uplink()).with(exposed), &PLAIN));
}

#[test]
fn a_check_that_matters_could_not_look() {
    let tun = unseen("tun-device", "/dev is not mounted", "ls -l /dev/net/tun");
    let chain = unseen("bridge-netfilter", "only root may read the FORWARD chain", "sudo nft list ruleset");
    assert_snapshot!(render(&healthy(&["br0"]).with(tun).with(chain), &PLAIN));
}

#[test]
fn a_check_that_matters_little_does_not_spoil_the_answer() {
    let chain = unseen("bridge-netfilter", "only root may read the FORWARD chain", "sudo nft list ruleset");
    assert_snapshot!(render(&healthy(&["br0"]).with(chain), &PLAIN));
}

#[test]
fn every_check_matters_where_the_bridge_has_a_purpose() {
    let mut report =
        healthy(&["br0"]).with(unseen("bridge-netfilter", "only root may read the chain", "sudo nft list"));
    report.status = Status::Unknown;
    assert_snapshot!(render(&report, &Options { expecting: true, ..PLAIN }));
}

#[test]
fn of_many_bridges_those_with_something_to_say_are_drawn() {
    let names: Vec<String> = (0..40).map(|number| format!("br{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_snapshot!(render(&healthy(&names).with(denied("br7")), &PLAIN));
}

#[test]
fn a_file_tree() {
    let mut report = healthy(&["br0"]);
    report.host.root = "/mnt".to_owned();
    for id in ["bridge-exists", "bridge-capacity", "bridge-up", "bridge-uplink", "bridge-forwarding"] {
        let waiting = check(id, CheckStatus::NotApplicable, ONLY_LIVE);
        report = report.with(Check { bridge: Some("br0".to_owned()), ..waiting });
    }
    assert_snapshot!(render(&report, &PLAIN));
}

#[test]
fn two_bridges_of_which_one_works() {
    assert_snapshot!(render(&healthy(&["br0", "virbr0"]).with(denied("virbr0")), &PLAIN));
}

#[test]
fn two_bridges_and_a_fault_of_the_host_told_once() {
    let mut report = healthy(&["br0", "virbr0"]).with(setuid_fails());
    report.target.why = "named by an allow line";
    assert_snapshot!(render(&report, &PLAIN));
}

#[test]
fn root_needs_no_helper() {
    let mut report = healthy(&["br0"]);
    report.subject.user = "root".to_owned();
    report.subject.uid = 0;
    assert_snapshot!(render(&report, &PLAIN));
}

#[test]
fn a_user_whose_process_may_not_gain_privilege() {
    let fail = check("privilege-gain", CheckStatus::Fail, "the process has NoNewPrivs set");
    assert_snapshot!(render(&healthy(&["br0"]).with(fail), &PLAIN));
}

#[test]
fn a_part_of_the_checks_is_a_part_of_the_answer() {
    let mut report = healthy(&["br0"]);
    report.checks.retain(|check| check.id == "bridge-up");
    assert_snapshot!(render(&report.counted(), &Options { partial: true, ..PLAIN }));
}

#[test]
fn names_from_the_host_command_no_terminal() {
    let hostile = "br\x1b[2J\u{202e}0";
    let mut report = healthy(&[hostile]).with(Check {
        evidence: evidence(&[("name", hostile)]),
        cause: Some("bridge-missing"),
        fix: Some(FixEntry {
            commands: vec![format!("ip link show '{hostile}'\nsecond line\x07")],
            automatic: false,
            note: Some("a note\x1b]0;title\x07".to_owned()),
            ..FixEntry::default()
        }),
        consequence: Some("get mtu of bridge `\x1b[31m'".to_owned()),
        ..check("bridge-exists", CheckStatus::Fail, &format!("there is no interface called {hostile}\nno"))
    });
    report.subject.user = "al\x1b[31mice\u{200b}".to_owned();
    report.target.helper = "/tmp/\x1bhelper".to_owned();
    for verbose in [false, true] {
        let shown = render(&report, &Options { verbose, ..PLAIN });
        let unsafe_character =
            |letter: char| letter != '\n' && (letter.is_control() || "\u{202e}\u{200b}".contains(letter));
        assert_eq!(shown.find(unsafe_character), None, "{shown:?}");
    }
    assert_snapshot!(render(&report, &PLAIN));
}

#[test]
fn an_endless_name_does_not_drown_the_answer() {
    let name = "b".repeat(100_000);
    let shown = render(&healthy(&[&name]), &PLAIN);
    let first = shown.lines().next().expect("an answer");
    assert!(first.len() < 100, "{first}");
}

#[test]
fn an_acl_error_shows_the_line() {
    let arguments = ["check", "--from", "-", "--bridge", "br0"];
    let output = run_with_input(arguments, &hosts::json(&hosts::misspelt_acl()));
    let shown = String::from_utf8_lossy(&output.stdout);
    for part in ["✗ acl-syntax", "/etc/qemu/bridge.conf:2", "alow br0", "━━━━", "allow br0"] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
}
