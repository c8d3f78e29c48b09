//! Many hosts in one table.

use bridge_doctor::report::fleet::{human, junit, markdown, nagios, prometheus, tap};
use bridge_doctor::report::text::Charset;
use bridge_doctor::report::{Fleet, HostEntry, HostStatus, Run, Tool};
use bridge_doctor::snapshot::Fact;
use insta::assert_snapshot;

use crate::samples::{acl, blind, healthy, judge, run};
use crate::tools::{consume, consume_file, said};

fn fleet() -> Fleet {
    let entry = |host: &str, snapshot, bridges: &[&str]| {
        HostEntry::of(&judge(snapshot, bridges, None), host.to_owned(), format!("{host}.json"), false)
    };
    let hosts = vec![
        entry("well", &healthy(), &["br0"]),
        entry("lone", &healthy(), &["br9"]),
        entry("twice", &acl("allow br1\n"), &["br0"]),
        entry("denied\x1b[2J", &acl("allow br1\n"), &["br0"]),
        entry("generous", &acl("allow all\n"), &["br0"]),
        entry("blind", &blind(), &["br0"]),
        HostEntry::unreadable("broken.json".to_owned(), "the snapshot is empty".to_owned()),
    ];
    Fleet::of(hosts, Tool { name: "bridge-doctor", version: "0.1.0" })
}

/// `acl-syntax` is the name of a check and of a cause.
#[test]
fn a_check_that_could_not_look_found_nothing() {
    let mut snapshot = healthy();
    snapshot.acl.files[0].content = Fact::unknown("it is too large");
    let entry = HostEntry::of(&judge(&snapshot, &["br0"], None), "huge".to_owned(), "huge.json".to_owned(), false);
    let fleet = Fleet::of(vec![entry], Tool { name: "bridge-doctor", version: "0.1.0" });
    let table = human::render(&fleet, Charset::Unicode, false);
    assert!(table.contains("? unknown acl-syntax (could not look whether the ACL file parses): 1 host"), "{table}");
}

#[test]
fn no_name_ends_a_block_of_tap() {
    let mut snapshot = acl("allow br1\n");
    snapshot.subject.user = "...".to_owned();
    let entry = HostEntry::of(&judge(&snapshot, &["br0"], None), "a".to_owned(), "a.json".to_owned(), false);
    let fleet = Fleet::of(vec![entry], Tool { name: "bridge-doctor", version: "0.1.0" });
    let points = tap::render(&fleet, &run());
    let ends: Vec<&str> = points.lines().filter(|line| line.trim_start().starts_with("...")).collect();
    assert_eq!(ends, ["  ..."], "{points}");
}

#[test]
fn the_worst_comes_first_and_what_is_alike_stands_together() {
    let fleet = fleet();
    let order: Vec<(HostStatus, &str)> = fleet.hosts.iter().map(|host| (host.status, host.host.as_str())).collect();
    assert!(order.is_sorted_by_key(|(status, _)| *status), "{order:?}");
    assert_eq!(order[0], (HostStatus::Unreadable, "broken.json"));
    let denied: Vec<usize> =
        (0..order.len()).filter(|at| fleet.hosts[*at].root_causes.contains(&"acl-denied")).collect();
    assert!(denied.windows(2).all(|pair| pair[1] == pair[0] + 1), "{order:?}");
    assert_eq!(fleet.causes[0].id, "acl-denied");
    assert_eq!(fleet.causes[0].count, 3, "the lone host is denied as well");
    assert_eq!(fleet.summary.hosts, 7);
}

#[test]
fn the_table() {
    assert_snapshot!(human::render(&fleet(), Charset::Unicode, false));
}

#[test]
fn the_whole_table_in_ascii() {
    let table = human::render(&fleet(), Charset::Ascii, true);
    assert!(table.is_ascii());
    assert_snapshot!(table);
}

#[test]
fn a_crowd_is_cut_short_for_people_only() {
    let report = judge(&acl("allow br1\n"), &["br0"], None);
    let hosts =
        (0..1000).map(|at| HostEntry::of(&report, format!("host{at:04}"), format!("{at}.json"), false)).collect();
    let fleet = Fleet::of(hosts, Tool { name: "bridge-doctor", version: "0.1.0" });
    let table = human::render(&fleet, Charset::Unicode, false);
    assert!(table.lines().count() < 30 && table.contains("and 980 more"), "{table}");
    assert_eq!(human::render(&fleet, Charset::Unicode, true).lines().count(), 1003);
    assert_eq!(fleet.causes[0].hosts.len(), 1000);
}

#[test]
fn promtool_takes_the_metrics_of_a_fleet() {
    let mut fleet = fleet();
    // The same host collected twice.
    fleet.hosts.push(fleet.hosts[1].clone());
    let metrics = prometheus::render(&fleet, &run());
    let mut series: Vec<&str> =
        metrics.lines().filter_map(|line| line.rsplit_once(' ')).map(|(name, _)| name).collect();
    let all = series.len();
    series.sort_unstable();
    series.dedup();
    assert_eq!(series.len(), all, "a series stands twice");
    let Some(output) = consume("promtool", &["check", "metrics"], &metrics) else { return };
    assert!(output.status.success() && said(&output).is_empty(), "{}", said(&output));
}

/// Host and status of each host that a format tells of.
fn pairs(fleet: &Fleet, told: &[HostStatus]) -> Vec<(String, String)> {
    let printed = |text: &str| bridge_doctor::report::text::printable(text, Charset::Unicode);
    let hosts = fleet.hosts.iter().filter(|host| told.contains(&host.status));
    hosts.map(|host| (printed(&host.host), host.status.word().to_owned())).collect()
}

fn captured(text: &str, pattern: &str) -> Vec<(String, String)> {
    let pattern = regex::Regex::new(pattern).expect("a pattern");
    pattern.captures_iter(text).map(|found| (found["host"].to_owned(), found["status"].to_owned())).collect()
}

#[test]
fn every_format_tells_of_every_host() {
    let (fleet, run) = (fleet(), run());
    let wrong = [HostStatus::Unreadable, HostStatus::Fail, HostStatus::Unknown, HostStatus::Warn];
    let read = captured(&nagios::render(&fleet, &run), r"(?m)^\[(?<status>[a-z]+)\] (?<host>.*?): ");
    assert_eq!(read, pairs(&fleet, &wrong));
    let read = captured(&markdown::render(&fleet, &run), r"(?m)^\| (?<status>[a-z]+) \| `(?<host>[^`]*)` \|");
    assert_eq!(read, pairs(&fleet, &HostStatus::ALL));
    let points = tap::render(&fleet, &run);
    let read = captured(&points, r"(?m)^(?:not )?ok \d+ - (?<host>.*)\n  ---\n  status: (?<status>.*)$");
    let read: Vec<_> = read.into_iter().map(|(host, status)| (host.replace("\\\\", "\\"), status)).collect();
    assert_eq!(read, pairs(&fleet, &wrong));
    let cases = junit::render(&fleet, &run).expect("XML");
    let document = roxmltree::Document::parse(&cases).expect("XML");
    let cases: Vec<_> = document.descendants().filter(|node| node.has_tag_name("testcase")).collect();
    let names: Vec<&str> = cases.iter().filter_map(|case| case.attribute("name")).collect();
    let all: Vec<String> = pairs(&fleet, &HostStatus::ALL).into_iter().map(|(host, _)| host).collect();
    assert_eq!(names, all);
}

#[test]
fn consumers_take_them_and_agree_with_the_exit_code() {
    let folder = tempfile::tempdir().expect("a directory");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    };
    let whole = fleet();
    for worst in HostStatus::ALL {
        let hosts = whole.hosts.iter().filter(|host| host.status >= worst).cloned().collect();
        let fleet = Fleet::of(hosts, whole.tool.clone());
        for strict in [false, true] {
            let run = Run { strict, ..run() };
            let exit = bridge_doctor::exit::Exit::of_fleet(&fleet, strict).code();
            let points = file("points.tap", &tap::render(&fleet, &run));
            let Some(output) = consume_file("prove", &["--norc"], &points) else { return };
            assert!(!said(&output).contains("Parse errors"), "{}", said(&output));
            assert_eq!(output.status.success(), exit == 0, "{worst:?} {strict}: {}", said(&output));
            let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/formats/junit.xsd");
            let cases = file("cases.xml", &junit::render(&fleet, &run).expect("XML"));
            let Some(output) = consume_file("xmllint", &["--noout", "--nonet", "--schema", schema], &cases) else {
                return;
            };
            assert!(output.status.success(), "{}", said(&output));
        }
    }
}
