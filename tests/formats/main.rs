//! Every format of `check`, parsed back and compared with the JSON, and given to the programs that read it.

mod consumers;
mod escapes;
mod fleet;
mod read;
mod samples;
mod tools;
#[path = "../common/untested.rs"]
mod untested;

use std::collections::BTreeMap;

use bridge_doctor::report::text::{Charset, printable};
use bridge_doctor::report::{Report, github, json, junit as junit_format, markdown, nagios, prometheus, tap};
use samples::{Sample, samples};

/// A check, its bridge as it is printed, and its status.
type Line = (String, Option<String>, String);

/// Every line of the JSON, in its order.
fn lines(report: &Report) -> Vec<Line> {
    let text = json::render(report).expect("JSON");
    let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let line = |check: &serde_json::Value| {
        let bridge = check["bridge"].as_str().map(|bridge| printable(bridge, Charset::Unicode));
        (text(&check["id"]).expect("an id"), bridge, text(&check["status"]).expect("a status"))
    };
    report["checks"].as_array().expect("checks").iter().map(line).collect()
}

/// The worst status of each check for each bridge.
fn worst(lines: &[Line]) -> BTreeMap<(String, Option<String>), String> {
    const RANK: [&str; 6] = ["pass", "not-applicable", "blocked", "unknown", "warn", "fail"];
    let rank = |status: &str| RANK.iter().position(|other| *other == status).expect("a status");
    let mut worst: BTreeMap<(String, Option<String>), String> = BTreeMap::new();
    for (id, bridge, status) in lines {
        let standing = worst.entry((id.clone(), bridge.clone())).or_insert_with(|| status.clone());
        if rank(status) > rank(standing) {
            standing.clone_from(status);
        }
    }
    worst
}

fn only(lines: &[Line], statuses: &[&str]) -> Vec<Line> {
    lines.iter().filter(|line| statuses.contains(&line.2.as_str())).cloned().collect()
}

/// Sorted, since the order of lines with the same check is not part of a format.
fn sorted(mut lines: Vec<Line>) -> Vec<Line> {
    lines.sort();
    lines
}

#[test]
fn every_format_says_what_the_json_says() {
    for Sample { name, report, run } in samples() {
        let lines = lines(&report);
        let read = read::junit(&junit_format::render(&report, &run).expect("XML"), run.strict);
        assert_eq!(worst(&read), worst(&lines), "{name}: junit");
        assert_eq!(read.len(), worst(&read).len(), "{name}: junit has a test twice");

        let read = read::tap(&tap::render(&report, &run));
        assert_eq!(worst(&read), worst(&lines), "{name}: tap");
        assert_eq!(read.len(), worst(&read).len(), "{name}: tap has a test twice");

        let read = read::prometheus(&prometheus::render(&report, &run));
        assert_eq!(worst(&read), worst(&lines), "{name}: prometheus");

        let read = read::nagios(&nagios::render(&report, &run));
        let plain = |(id, bridge, status): Line| (id, bridge.map(|bridge| bridge.replace('|', "\\x7c")), status);
        let told: Vec<Line> = only(&lines, &["fail", "warn", "unknown", "blocked"]).into_iter().map(plain).collect();
        assert_eq!(sorted(read), sorted(told), "{name}: nagios");

        let read = read::github(&github::render(&report, &run));
        assert_eq!(sorted(read), sorted(lines.clone()), "{name}: github");

        assert_eq!(read::markdown(&markdown::render(&report, &run)), lines, "{name}: markdown");
    }
}

#[test]
fn the_causes_are_there_as_well() {
    for Sample { name, report, run } in samples() {
        let causes: Vec<&str> = report.checks.iter().filter_map(|check| check.cause).collect();
        let metrics = prometheus::render(&report, &run);
        let annotations = github::render(&report, &run);
        let plugin = nagios::render(&report, &run);
        let page = markdown::render(&report, &run);
        for cause in causes {
            assert!(metrics.contains(&format!("cause=\"{cause}\"")), "{name}: no metric of {cause}");
            assert!(annotations.contains(&format!("({cause})")), "{name}: no annotation of {cause}");
            assert!(plugin.contains(&format!("({cause})")), "{name}: the plugin does not name {cause}");
            assert!(page.contains(&format!("| `{cause}` |")), "{name}: the page does not name {cause}");
        }
    }
}

#[test]
fn nothing_from_the_host_commands_a_terminal_or_a_reader() {
    for Sample { name, report, run } in samples() {
        let texts = [
            junit_format::render(&report, &run).expect("XML"),
            tap::render(&report, &run),
            nagios::render(&report, &run),
            prometheus::render(&report, &run),
            github::render(&report, &run),
            markdown::render(&report, &run),
        ];
        for text in texts {
            let bad = text.chars().find(|letter| (letter.is_control() && *letter != '\n') || *letter == '\u{202e}');
            assert_eq!(bad, None, "{name}: {text}");
        }
    }
}
