//! What the checks make of a run of the real helper.

use bridge_doctor::engine::{self, Options};
use bridge_doctor::report::{Check, CheckStatus, ForwardingStatus, Report};
use bridge_doctor::snapshot::{
    Chain, End, Errno, Fact, Frames, Link, Loss, Payload, Port, Rung, Sent, Silence, Snapshot, Tap, Trial,
};

use crate::state::{State, network, unseen};

/// A run on the healthy host that went well.
fn attached(host: &Snapshot) -> Trial {
    let bridge = host.network.known().and_then(|network| network.resolve("br0")).cloned().expect("br0 is there");
    let link = Link {
        index: 77,
        name: "tap0".to_owned(),
        mac: Some("fe:00:00:00:00:01".to_owned()),
        master: Some(bridge.index),
        bridge: None,
        port: Some(Port { state: 3, isolated: false }),
        ..bridge.clone()
    };
    let tap = Tap { name: "tap0".to_owned(), vnet_header: true, link: Some(link), bridge: Some(bridge) };
    Trial {
        bridge: "br0".to_owned(),
        reached: Rung::Bridge,
        end: End::Exited(0),
        stderr: None,
        sent: Sent::Tap(Box::new(tap)),
        frames: Frames::Sent { sent: 4, received: 4, lost: None },
        left_behind: vec![],
        seconds: 0.012,
    }
}

fn refused(line: &str) -> Trial {
    Trial {
        bridge: "br0".to_owned(),
        reached: Rung::Acl,
        end: End::Exited(1),
        stderr: Some(line.to_owned()),
        sent: Sent::Nothing,
        frames: Frames::NotSent,
        left_behind: vec![],
        seconds: 0.004,
    }
}

fn judge(host: &Snapshot, only: &[&str]) -> Report {
    let only = only.iter().map(|id| (*id).to_owned()).collect();
    engine::judge(host, &Options { bridges: vec!["br0".to_owned()], only, ..Options::default() })
}

fn check<'a>(report: &'a Report, id: &str) -> &'a Check {
    report.checks.iter().find(|check| check.id == id).expect("the check was made")
}

fn failures(report: &Report) -> Vec<(&str, Option<&str>)> {
    let failed = report.checks.iter().filter(|check| check.status == CheckStatus::Fail);
    failed.map(|check| (check.id, check.cause)).collect()
}

/// The healthy host, with a run that is made from it.
fn tried(change: impl Fn(&mut Snapshot), run: impl Fn(&Snapshot) -> Trial) -> Snapshot {
    let mut host = State::with(change).host;
    host.trials = vec![run(&host)];
    host
}

fn losing(silence: Option<Silence>) -> impl Fn(&Snapshot) -> Trial {
    move |host| {
        let lost = Loss { payload: Payload::Ip, answer: false, silences: silence.iter().cloned().collect() };
        Trial { frames: Frames::Sent { sent: 9, received: 2, lost: Some(lost) }, ..attached(host) }
    }
}

#[test]
fn without_a_run_there_is_nothing_to_say_about_one() {
    let report = judge(&State::healthy().host, &[]);
    assert!(report.attach.is_none());
    assert!(!report.checks.iter().any(|check| check.id == "attach" || check.id == "forwarding"));
}

#[test]
fn a_run_that_went_well_passes_and_agrees() {
    let report = judge(&tried(|_| {}, attached), &[]);
    assert_eq!(failures(&report), []);
    assert_eq!(check(&report, "attach").status, CheckStatus::Pass);
    assert_eq!(check(&report, "forwarding").status, CheckStatus::Pass);
    let told = &report.attach.expect("a run was made")[0];
    assert_eq!((told.agrees_with_prediction, told.port_state), (Some(true), Some("forwarding")));
    assert_eq!((told.forwarding.status, told.forwarding.reason.as_deref()), (ForwardingStatus::Pass, None));
}

#[test]
fn a_run_that_was_not_foretold_is_a_mismatch_with_both_sides() {
    let line = "failed to create tun device: Operation not permitted";
    let report = judge(&tried(|_| {}, |_| refused(line)), &[]);
    assert_eq!(failures(&report), [("attach", Some("model-mismatch"))]);
    let evidence: Vec<&str> = check(&report, "attach").evidence.iter().map(|seen| seen.value.as_str()).collect();
    assert!(evidence.iter().any(|value| value.contains(line)), "{evidence:?}");
    assert!(evidence.contains(&"that it attaches a tap"), "{evidence:?}");
    assert_eq!(check(&report, "forwarding").blocked_by, Some("model-mismatch"));
    assert_eq!(report.attach.expect("a run was made")[0].agrees_with_prediction, Some(false));
}

#[test]
fn a_mismatch_is_never_hidden_by_another_failure() {
    let host = tried(|host| network(host).links.iter_mut().for_each(|link| link.up = false), |_| refused("gone"));
    let report = judge(&host, &[]);
    assert!(failures(&report).contains(&("attach", Some("model-mismatch"))), "{:?}", failures(&report));
}

#[test]
fn what_was_foretold_is_one_failure_and_not_two() {
    let no_rule = |host: &mut Snapshot| host.acl.files[0].content = Fact::Known(Default::default());
    let host = tried(no_rule, |_| refused("access denied by acl file"));
    let report = judge(&host, &[]);
    assert_eq!(failures(&report), [("acl-allows", Some("acl-denied"))]);
    assert_eq!(check(&report, "attach").blocked_by, Some("acl-denied"));
    assert_eq!(check(&report, "forwarding").blocked_by, Some("acl-denied"));
    let alone = judge(&host, &["attach"]);
    assert_eq!(failures(&alone), [("attach", Some("acl-denied"))], "asked alone it fails by itself");
}

#[test]
fn where_nothing_was_foretold_the_helpers_own_words_name_the_cause() {
    let blind = |host: &mut Snapshot| host.process = unseen();
    let report =
        judge(&tried(blind, |_| refused("failed to open /dev/net/tun: No such file or directory")), &["attach"]);
    assert_eq!(failures(&report), [("attach", Some("tun-device-missing"))]);
    let report = judge(&tried(blind, |_| refused("words of nobody")), &["attach"]);
    assert_eq!(failures(&report), [("attach", Some("model-mismatch"))]);
    assert_eq!(report.attach.expect("a run was made")[0].agrees_with_prediction, None);
}

#[test]
fn a_helper_that_exits_well_without_a_tap_refused() {
    for (sent, words) in [
        (Sent::Nothing, "without a descriptor"),
        (Sent::NoTap(Errno::ENOTTY), "no tap (Inappropriate ioctl for device)"),
        (Sent::Several(2), "sent 2 descriptors"),
    ] {
        let run = |_: &Snapshot| Trial { end: End::Exited(0), stderr: None, sent: sent.clone(), ..refused("") };
        let report = judge(&tried(|_| {}, run), &[]);
        let told = &report.attach.as_ref().expect("a run was made")[0];
        assert_eq!((serde_json::json!(told.outcome), told.exit_code), ("refused".into(), Some(0)));
        assert!(told.forwarding.reason.as_ref().is_some_and(|reason| reason.contains(words)), "{told:?}");
    }
}

#[test]
fn a_tap_that_is_not_as_the_helper_leaves_it_warns() {
    let changed = |change: fn(&mut Tap)| {
        move |host: &Snapshot| {
            let mut trial = attached(host);
            if let Sent::Tap(tap) = &mut trial.sent {
                change(tap);
            }
            trial
        }
    };
    for (run, words) in [
        (changed(|tap| tap.vnet_header = false), "no vnet header"),
        (changed(|tap| tap.link.iter_mut().for_each(|link| link.mtu = 9000)), "its MTU is 9000"),
        (changed(|tap| tap.link.iter_mut().for_each(|link| link.mac = Some("02:00:00:00:00:01".into()))), "02:00"),
    ] {
        let report = judge(&tried(|_| {}, run), &[]);
        let check = check(&report, "attach");
        assert_eq!((check.status, check.cause), (CheckStatus::Warn, Some("model-mismatch")));
        assert!(check.message.contains(words), "{}", check.message);
    }
    let left = judge(&tried(|_| {}, |host| Trial { left_behind: vec!["tap0".into()], ..attached(host) }), &[]);
    assert!(check(&left, "attach").message.contains("`tap0` did not vanish"));
}

#[test]
fn lost_frames_fail_with_what_swallows_them() {
    let chain = Chain { table: "bridge house".into(), name: "gate".into(), drops: true, accepts: vec![] };
    let netfilter = Silence::Netfilter(Fact::Known(vec![Chain { table: "ip filter".into(), ..chain.clone() }]));
    for (silence, words) in [
        (Silence::BridgeGone, "`br0` is gone"),
        (Silence::NotAPort("tap0".into()), "no port of `br0`"),
        (Silence::TapDown("tap0".into()), "`tap0` is down"),
        (Silence::PortWaits { tap: "tap0".into(), state: 1, delay: 3000 }, "takes 30 s, try --timeout 32s"),
        (Silence::PortClosed { tap: "tap0".into(), state: 4 }, "`tap0` is blocking"),
        (Silence::Isolated, "isolated"),
        (Silence::BridgeRule(chain), "`bridge house gate` drops"),
        (netfilter, "`ip filter gate`"),
        (Silence::VlanFiltering, "VLAN"),
    ] {
        let report = judge(&tried(|_| {}, losing(Some(silence))), &[]);
        assert_eq!(failures(&report), [("forwarding", Some("frames-lost"))]);
        let message = &check(&report, "forwarding").message;
        assert!(message.contains(words) && message.starts_with("no IP packet"), "{message}");
        assert_eq!(report.attach.as_ref().expect("a run was made")[0].forwarding.reason.as_ref(), Some(message));
    }
    let unexplained = judge(&tried(|_| {}, losing(None)), &[]);
    assert_eq!(failures(&unexplained), [("forwarding", Some("frames-lost"))]);
}

#[test]
fn a_bridge_that_is_down_is_one_failure_and_not_two() {
    let down = |host: &mut Snapshot| network(host).links.iter_mut().for_each(|link| link.up = false);
    let report = judge(&tried(down, losing(Some(Silence::BridgeDown))), &[]);
    assert_eq!(failures(&report), [("bridge-up", Some("bridge-down"))]);
    assert_eq!(check(&report, "forwarding").blocked_by, Some("bridge-down"));
    let alone = judge(&tried(down, losing(Some(Silence::BridgeDown))), &["forwarding"]);
    assert_eq!(failures(&alone), [("forwarding", Some("frames-lost"))]);
}

#[test]
fn one_tap_is_no_answer_about_frames() {
    let full = Frames::NoSecondTap { end: End::Exited(1), stderr: Some("Exchange full".into()) };
    let report = judge(&tried(|_| {}, |host| Trial { frames: full.clone(), ..attached(host) }), &[]);
    let check = check(&report, "forwarding");
    assert_eq!(check.status, CheckStatus::Unknown);
    assert!(check.message.contains("Exchange full"), "{}", check.message);
}

#[test]
fn a_run_is_a_fact_that_a_snapshot_can_carry() {
    let host = tried(|_| {}, losing(Some(Silence::Isolated)));
    let text = serde_json::to_string(&host).expect("a snapshot is JSON");
    let again: Snapshot = serde_json::from_str(&text).expect("and is read again");
    assert_eq!(again, host);
}
