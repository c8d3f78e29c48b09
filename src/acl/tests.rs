//! Facts about the helper's reading, each seen with the real one.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use super::{IncludeResult, Limits, Opened, Outcome, Reading, RuleKind, Source, Verdict, lint, read};
use crate::snapshot::Errno;

type Files = BTreeMap<OsString, Vec<u8>>;

fn files(contents: &[(&str, &str)]) -> Files {
    contents.iter().map(|(path, content)| (OsString::from(path), content.as_bytes().to_vec())).collect()
}

fn read_files(contents: &[(&str, &str)]) -> Reading {
    read(Path::new(contents[0].0), &files(contents), Limits::default())
}

fn read_text(content: &str) -> Reading {
    read_files(&[("acl", content)])
}

fn stderr(reading: &Reading) -> Vec<String> {
    reading.stderr.iter().map(|line| String::from_utf8_lossy(line).into_owned()).collect()
}

fn rules(reading: &Reading) -> Vec<String> {
    let text = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
    let kind = |kind| if kind == RuleKind::Allow { '+' } else { '-' };
    reading.rules.iter().map(|rule| format!("{}{}", kind(rule.kind), text(&rule.bridge))).collect()
}

#[test]
fn an_allow_counts_and_a_deny_wins_wherever_it_stands() {
    let verdict = |content: &str, bridge: &[u8]| read_text(content).decide(bridge).verdict;
    assert_eq!(verdict("allow br0\n", b"br0"), Verdict::Allow);
    assert_eq!(verdict("allow br0\n", b"br1"), Verdict::Deny);
    assert_eq!(verdict("allow all\n", b"br1"), Verdict::Allow);
    assert_eq!(verdict("deny br0\nallow br0\n", b"br0"), Verdict::Deny);
    assert_eq!(verdict("allow all\ndeny all\n", b"br0"), Verdict::Deny);
    assert_eq!(verdict("allow \n", b""), Verdict::Allow);
    assert_eq!(verdict("", b"br0"), Verdict::Deny);
}

#[test]
fn a_decision_names_the_first_rule_behind_it() {
    let reading = read_text("allow br0\nallow all\ndeny br1\ndeny all\n");
    let line = |bridge: &[u8]| reading.decide(bridge).rule.map(|rule| rule.place.line);
    assert_eq!((line(b"br0"), line(b"br1")), (Some(4), Some(3)));
    let reading = read_text("allow all\nallow br0\n");
    assert_eq!(reading.decide(b"br0").rule.map(|rule| rule.place.line), Some(1));
}

#[test]
fn an_invalid_line_is_echoed_with_its_line_feed() {
    assert_eq!(stderr(&read_text("  allow=br0\n")), ["Invalid config line:", "    allow=br0", ""]);
    assert_eq!(stderr(&read_text("allow=br0")), ["Invalid config line:", "  allow=br0"]);
    assert_eq!(stderr(&read_text("x\0y\n")), ["Invalid config line:", "  x"]);
}

#[test]
fn reading_stops_at_the_first_error() {
    let reading = read_text("allow br0\nalow br1\nallow=br2\n");
    assert_eq!(reading.outcome, Outcome::Broken);
    assert_eq!(stderr(&reading), ["Unknown command `alow'"]);
    assert_eq!(reading.decide(b"br0").verdict, Verdict::ParseError);
    assert_eq!(stderr(&read_text("alow 0123456789abcdef\n")), ["name `0123456789abcdef' too long: 16"]);
}

#[test]
fn an_error_in_an_included_file_is_printed_and_passed_over() {
    let reading = read_files(&[("acl", "include inc\nallow br2\n"), ("inc", "allow br0\noops x\nallow br1\n")]);
    assert_eq!(reading.outcome, Outcome::Parsed);
    assert_eq!(rules(&reading), ["+br0", "+br2"]);
    assert_eq!(stderr(&reading), ["Unknown command `oops'"]);
    assert_eq!(reading.includes[0].result, IncludeResult::Broken);
}

#[test]
fn an_include_that_does_not_open_is_passed_over_in_silence() {
    let reading = read_files(&[("acl", "include missing\nallow br0\n")]);
    assert_eq!(reading.includes[0].result, IncludeResult::NotOpened(Errno::ENOENT));
    assert_eq!(rules(&reading), ["+br0"]);
    assert_eq!(reading.outcome, Outcome::Parsed);
}

#[test]
fn the_first_file_has_to_open() {
    let reading = read(Path::new("acl"), &Files::new(), Limits::default());
    assert_eq!(reading.outcome, Outcome::NotOpened(Errno::ENOENT));
    assert_eq!(reading.file(super::Place { file: 0, line: 1, column: 1, length: 0 }), Path::new("acl"));
}

#[test]
fn rules_come_in_the_order_of_meeting_and_once() {
    let shared = ("shared", "deny br9\n");
    let contents = [
        ("acl", "allow br0\ninclude a\nallow br1\ninclude b\n"),
        ("a", "include shared\n"),
        ("b", "include shared\n"),
        shared,
    ];
    let reading = read_files(&contents);
    assert_eq!(rules(&reading), ["+br0", "-br9", "+br1"]);
    assert!(reading.includes.iter().all(|include| include.result == IncludeResult::Read));
}

#[test]
fn a_cycle_with_one_way_back_ends_when_no_descriptor_is_left() {
    let contents = [("acl", "include acl\ninclude a\nallow br0\n"), ("a", "allow br1\n")];
    let reading = read_files(&contents);
    assert_eq!(reading.outcome, Outcome::Parsed);
    let results: Vec<_> = reading.includes.iter().map(|include| include.result).collect();
    assert_eq!(results, [IncludeResult::Cycle, IncludeResult::Read]);
    // At the bottom of the cycle `a` does not open either: `allow br0` is met there, `allow br1` one level up.
    assert_eq!(rules(&reading), ["+br0", "+br1"]);
}

#[test]
fn a_cycle_prints_its_error_once_for_each_time_it_is_opened() {
    let limits = Limits { open_files: 5, ..Limits::default() };
    let reading = read(Path::new("acl"), &files(&[("acl", "include acl\noops x\n")]), limits);
    assert_eq!((reading.outcome, reading.stderr.len()), (Outcome::Broken, 5));
}

#[test]
fn includes_too_deep_for_the_stack_or_too_many_have_no_end() {
    let outcome = |content: &str, limits| read(Path::new("acl"), &files(&[("acl", content)]), limits).outcome;
    let many_files = Limits { open_files: 100_000, ..Limits::default() };
    assert_eq!(outcome("include acl\n", many_files), Outcome::Endless);
    assert_eq!(outcome("include acl\ninclude acl\n", Limits::default()), Outcome::Endless);
    let few_files = Limits { open_files: 8, ..Limits::default() };
    assert_eq!(outcome("include acl\ninclude acl\n", few_files), Outcome::Parsed);
}

struct Unseen;

impl Source for Unseen {
    fn open(&self, path: &Path) -> Opened<'_> {
        if path == Path::new("acl") {
            Opened::Content(b"include other\nallow br0\ndeny br1\n")
        } else {
            Opened::Unknown
        }
    }
}

#[test]
fn what_nobody_could_see_leaves_open_all_but_a_deny() {
    let reading = read(Path::new("acl"), &Unseen, Limits::default());
    let verdict = |bridge: &[u8]| reading.decide(bridge).verdict;
    assert_eq!(
        [verdict(b"br0"), verdict(b"br1"), verdict(b"br2")],
        [Verdict::Unknown, Verdict::Deny, Verdict::Unknown]
    );
    let nothing = read(Path::new("other"), &Unseen, Limits::default());
    assert_eq!((nothing.outcome.clone(), nothing.decide(b"br0").verdict), (Outcome::Unknown, Verdict::Unknown));
}

#[test]
fn a_slash_at_the_end_makes_another_file() {
    let reading = read_files(&[("acl", "include inc/\n"), ("inc", "allow br0\n")]);
    assert_eq!(reading.includes[0].result, IncludeResult::NotOpened(Errno::ENOENT));
}

#[test]
fn a_file_without_oddities_gives_no_remark() {
    let contents =
        [("acl", "# bridges\n\nallow br0\r\n\tallow\tbr1\ninclude inc\ndeny eth0.5\n"), ("inc", "allow virbr0")];
    let source = files(&contents);
    let reading = read(Path::new("acl"), &source, Limits::default());
    assert_eq!(lint(&reading, &source), []);
}

#[test]
fn places_are_those_of_the_names() {
    let reading = read_text("# x\n  allow \t br0 \n");
    let place = reading.rules[0].place;
    assert_eq!((place.line, place.column, place.length), (2, 11, 3));
}
