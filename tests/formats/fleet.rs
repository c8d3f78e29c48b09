//! Many hosts in one table.

use bridge_doctor::report::text::Charset;
use bridge_doctor::report::{Fleet, HostEntry, HostStatus, Tool, render_fleet, render_fleet_metrics};
use insta::assert_snapshot;

use crate::samples::{acl, blind, healthy, judge, run};
use crate::tools::{consume, said};

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
    assert_snapshot!(render_fleet(&fleet(), Charset::Unicode, false));
}

#[test]
fn the_whole_table_in_ascii() {
    let table = render_fleet(&fleet(), Charset::Ascii, true);
    assert!(table.is_ascii());
    assert_snapshot!(table);
}

#[test]
fn a_crowd_is_cut_short_for_people_only() {
    let report = judge(&acl("allow br1\n"), &["br0"], None);
    let hosts =
        (0..1000).map(|at| HostEntry::of(&report, format!("host{at:04}"), format!("{at}.json"), false)).collect();
    let fleet = Fleet::of(hosts, Tool { name: "bridge-doctor", version: "0.1.0" });
    let table = render_fleet(&fleet, Charset::Unicode, false);
    assert!(table.lines().count() < 30 && table.contains("and 980 more"), "{table}");
    assert_eq!(render_fleet(&fleet, Charset::Unicode, true).lines().count(), 1003);
    assert_eq!(fleet.causes[0].hosts.len(), 1000);
}

#[test]
fn promtool_takes_the_metrics_of_a_fleet() {
    let mut fleet = fleet();
    // The same host collected twice.
    fleet.hosts.push(fleet.hosts[1].clone());
    let metrics = render_fleet_metrics(&fleet, &run());
    let mut series: Vec<&str> =
        metrics.lines().filter_map(|line| line.rsplit_once(' ')).map(|(name, _)| name).collect();
    let all = series.len();
    series.sort_unstable();
    series.dedup();
    assert_eq!(series.len(), all, "a series stands twice");
    let Some(output) = consume("promtool", &["check", "metrics"], &metrics) else { return };
    assert!(output.status.success() && said(&output).is_empty(), "{}", said(&output));
}
