//! What holds for every combination of faults.

use std::collections::BTreeSet;

use bridge_doctor::acl::Verdict;
use bridge_doctor::engine::{self, Options};
use bridge_doctor::fix::{self, Choice, simulate};
use bridge_doctor::helper;
use bridge_doctor::report::Plan;
use bridge_doctor::snapshot::Snapshot;
use proptest::prelude::*;

use crate::faults::{FAULTS, acl, with};
use crate::shown::written;

fn options(bridges: &[&str]) -> Options {
    Options { bridges: bridges.iter().map(|name| (*name).to_owned()).collect(), ..Options::default() }
}

fn after(host: &Snapshot, plan: &Plan) -> Snapshot {
    plan.actions.iter().fold(host.clone(), |facts, planned| simulate(&facts, &planned.action, &planned.effect))
}

/// Which of these bridges the ACL lets guests onto, for the subject.
fn allowed(host: &Snapshot, bridges: &BTreeSet<String>) -> BTreeSet<String> {
    let reading = helper::acl_reading(host);
    bridges.iter().filter(|name| reading.decide(name.as_bytes()).verdict == Verdict::Allow).cloned().collect()
}

#[track_caller]
fn hold(host: &Snapshot, plan: &Plan, options: &Options, choice: &Choice, bridges: &BTreeSet<String>) {
    let mended = after(host, plan);
    // A second fix has nothing to do.
    let again = fix::plan(&mended, options, choice);
    assert!(again.actions.is_empty(), "again:\n{}\nafter:\n{}", written(&again), written(plan));
    assert_eq!(again.remaining, plan.remaining);
    // What the plan foretells is what is judged then.
    assert_eq!(engine::judge(&mended, options).predictions, plan.predictions);
    // It allows what was asked for, and nothing else.
    let (old, new) = (allowed(host, bridges), allowed(&mended, bridges));
    let gained: BTreeSet<&String> = new.difference(&old).collect();
    let asked: BTreeSet<&String> = options.bridges.iter().collect();
    assert!(gained.is_subset(&asked), "{gained:?} besides {asked:?}:\n{}", written(plan));
    // Each action has its own words.
    for action in &plan.actions {
        assert!(!action.causes.is_empty() && !action.command.is_empty() && !action.undo.is_empty(), "{action:?}");
    }
}

fn named() -> BTreeSet<String> {
    ["br0", "br1", "br7", "virbr0", "all", "other"].iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn all_pairs_of_faults() {
    let usual: Vec<_> = FAULTS.iter().filter(|fault| fault.bridge == "br0" && fault.expect.is_none()).collect();
    let options = options(&["br0"]);
    for (at, one) in usual.iter().enumerate() {
        for other in &usual[at..] {
            // The change of a file that the other took away is no state of a host.
            let Ok(host) = std::panic::catch_unwind(|| {
                with(|host| {
                    (one.change)(host);
                    (other.change)(host);
                })
            }) else {
                continue;
            };
            for choice in [Choice::default(), Choice { ids: vec![one.cause.to_owned(), other.cause.to_owned()] }] {
                let plan = fix::plan(&host, &options, &choice);
                hold(&host, &plan, &options, &choice, &named());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn acls_of_every_kind(
        lines in prop::collection::vec(
            prop_oneof![
                Just("allow br0"), Just("allow br1"), Just("alow br7"), Just("Allow br0"), Just("deny br0"), Just("allow all"),
                Just("deny all"), Just("# x"), Just(""), Just("allow br0 # lan"), Just("allow:br1"), Just("\u{feff}allow br7"),
                Just("nonsense"), Just("allow \"br0\""), Just("allow br0 br1"), Just("allow a-name-of-many-bytes"),
                Just("include /gone"), Just("\tallow br0"), Just("allow br7\r"),
            ],
            0..8,
        ),
        finished: bool,
        asked in prop_oneof![Just(vec!["br0"]), Just(vec!["br1"]), Just(vec!["br0", "br1"])],
        closed: bool,
    ) {
        let text = lines.join("\n") + if finished && !lines.is_empty() { "\n" } else { "" };
        let host = with(|host| {
            acl(host, &text);
            if closed {
                crate::faults::acl_mode(host, 0o600, 0);
            }
        });
        let options = options(&asked);
        let ids = ["acl-file", "acl-syntax", "acl-allows"];
        for choice in [Choice::default(), Choice { ids: ids.iter().map(|id| (*id).to_owned()).collect() }] {
            let plan = fix::plan(&host, &options, &choice);
            hold(&host, &plan, &options, &choice, &named());
            // Comments and the order of what stays are kept.
            let before: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).collect();
            let mended = after(&host, &plan);
            let content = mended.acl.files[0].content.known().map(|content| content.0.clone()).unwrap_or_default();
            let content = String::from_utf8(content).expect("text");
            let kept: Vec<&str> = content.lines().filter(|line| before.contains(line)).collect();
            prop_assert_eq!(kept, before, "{}", content);
        }
    }
}
