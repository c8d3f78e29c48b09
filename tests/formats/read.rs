//! Strict readers of the formats: what is not in their grammar is an error.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use regex::Regex;

use super::Line;

/// Each pattern is compiled once: it is used for every line of every report.
fn regex(pattern: &'static str) -> &'static Regex {
    static COMPILED: Mutex<BTreeMap<&str, &Regex>> = Mutex::new(BTreeMap::new());
    let compile =
        || -> &'static Regex { Box::leak(Box::new(Regex::new(pattern).unwrap_or_else(|error| panic!("{error}")))) };
    COMPILED.lock().expect("no reader panics here").entry(pattern).or_insert_with(compile)
}

/// `bridge-up on br0`.
fn named(name: &str, status: &str) -> Line {
    let (id, bridge) = name.split_once(" on ").map_or((name, None), |(id, bridge)| (id, Some(bridge.to_owned())));
    assert!(regex("^[a-z-]+$").is_match(id), "`{name}` begins with no id");
    (id.to_owned(), bridge, status.to_owned())
}

/// JUnit: failure, error and skipped have the cause or the status as their type.
pub(crate) fn junit(text: &str, strict: bool) -> Vec<Line> {
    let document = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
    let read = cases.map(|case| {
        let name = case.attribute("name").expect("a name");
        let child = case.children().find(roxmltree::Node::is_element);
        let kind = child.and_then(|child| child.attribute("type"));
        let status = match (child.map(|child| child.tag_name().name().to_owned()).as_deref(), kind) {
            (None, _) => "pass",
            (Some("failure"), Some(cause)) => {
                // With --strict a warning is a failure.
                let message = child.and_then(|child| child.attribute("message")).expect("a message");
                assert!(!cause.is_empty());
                if strict && message.starts_with("warning: ") { "warn" } else { "fail" }
            }
            (Some("error"), Some(kind @ "unknown")) | (Some("skipped"), Some(kind)) => kind,
            (Some("system-out"), _) => {
                assert!(child.and_then(|child| child.text()).is_some_and(|text| text.starts_with("warning (")));
                "warn"
            }
            other => panic!("{other:?}"),
        };
        named(name, status)
    });
    read.collect()
}

/// TAP 13 as `prove` reads it: a plan, test points in order, a directive, a YAML block.
pub(crate) fn tap(text: &str) -> Vec<Line> {
    let mut lines = text.lines().peekable();
    assert_eq!(lines.next(), Some("TAP version 13"));
    let plan = lines.next().and_then(|plan| plan.strip_prefix("1..")?.parse::<usize>().ok()).expect("a plan");
    let point = regex(r"^(not )?ok ([0-9]+) - ((?:[^\\#]|\\\\)*?)(?: # SKIP ([a-z-]+): [^#]*)?$");
    let mut read = Vec::new();
    while let Some(line) = lines.next() {
        let found = point.captures(line).unwrap_or_else(|| panic!("no test point: {line}"));
        assert_eq!(found[2].parse(), Ok(read.len() + 1), "{line}");
        let name = found[3].replace("\\\\", "\\").replace("\\x23", "#");
        let failed = found.get(1).is_some();
        let mut status = found.get(4).map(|skipped| skipped.as_str().to_owned());
        if lines.next_if(|line| *line == "  ---").is_some() {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "  ...").collect();
            let value = |key: &str| block.iter().find_map(|line| line.strip_prefix(&format!("  {key}: ")));
            status = value("status").map(str::to_owned);
            assert_eq!(
                block.iter().filter(|line| !line.starts_with("    ")).count(),
                2 + usize::from(value("cause").is_some())
            );
        }
        let status = status.unwrap_or_else(|| "pass".to_owned());
        assert!(!failed || ["fail", "warn", "unknown"].contains(&status.as_str()), "{line}: {status}");
        assert!(status != "fail" || failed, "{line}");
        read.push(named(&name, &status));
    }
    assert_eq!(read.len(), plan);
    read
}

/// The plugin guidelines: one line, a bar, performance data; then details without a bar.
pub(crate) fn nagios(text: &str) -> Vec<Line> {
    let (first, details) = text.split_once('\n').expect("a first line");
    let (head, data) = first.split_once(" | ").expect("performance data");
    assert!(regex("^BRIDGE (OK|WARNING|CRITICAL|UNKNOWN) - .+$").is_match(head), "{head}");
    let datum = regex(r"^[a-z_]+=[0-9]+(\.[0-9]+)?(s|ms|us|%|B|KB|MB|GB|TB|c)?(;[0-9.]*){0,4}$");
    for one in data.split(' ') {
        assert!(datum.is_match(one), "{one}");
    }
    assert!(!head.contains('|') && !details.contains('|'));
    let line = regex(r"^\[([a-z-]+)\] (.*)$");
    let mut read = Vec::new();
    for detail in details.lines() {
        match line.captures(detail) {
            Some(found) => {
                let shape = regex(r"^([a-z-]+)(?: on (.*?))?(?: \([a-z-]+\))?: ");
                let named = shape.captures(&found[2]).unwrap_or_else(|| panic!("{detail}"));
                let bridge = named.get(2).map(|bridge| bridge.as_str().to_owned());
                read.push((named[1].to_owned(), bridge, found[1].to_owned()));
            }
            None => assert!(detail.starts_with("  "), "{detail}"),
        }
    }
    read
}

/// The text format: families of their own, each series once, labels with three escapes.
pub(crate) fn prometheus(text: &str) -> Vec<Line> {
    assert!(text.ends_with('\n'));
    let sample = regex(r#"^([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\]|\\["\\n])*",?)*)\})? ([0-9.]+)$"#);
    let label = regex(r#"([a-z_]+)="((?:[^"\\]|\\["\\n])*)""#);
    let (mut family, mut families, mut series) = ("", BTreeSet::new(), BTreeSet::new());
    let mut read = Vec::new();
    let mut states: BTreeMap<(String, String), Vec<(String, String)>> = BTreeMap::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            family = rest.split(' ').next().expect("a name");
            assert!(families.insert(family), "{family} begins twice");
            continue;
        }
        if line.starts_with("# TYPE ") {
            assert_eq!(line, format!("# TYPE {family} gauge"));
            continue;
        }
        let found = sample.captures(line).unwrap_or_else(|| panic!("no sample: {line}"));
        assert_eq!(&found[1], family, "a sample outside of its family");
        let labels = found.get(2).map_or("", |labels| labels.as_str());
        assert!(series.insert(format!("{family} {labels}")), "{line} stands twice");
        let unescaped = |text: &str| {
            regex(r"\\(.)")
                .replace_all(text, |found: &regex::Captures<'_>| match &found[1] {
                    "n" => "\n".to_owned(),
                    other => other.to_owned(),
                })
                .into_owned()
        };
        let labels: BTreeMap<String, String> =
            label.captures_iter(labels).map(|found| (found[1].to_owned(), unescaped(&found[2]))).collect();
        if family == "bridge_doctor_check_status" {
            let key = (labels["check"].clone(), labels["bridge"].clone());
            states.entry(key).or_default().push((labels["status"].clone(), found[3].to_owned()));
        }
    }
    for ((check, bridge), states) in states {
        assert_eq!(states.len(), 6, "{check} has every state");
        let holding: Vec<&(String, String)> = states.iter().filter(|(_, value)| value == "1").collect();
        assert!(holding.len() == 1 && states.iter().filter(|(_, value)| value == "0").count() == 5, "{states:?}");
        read.push((check, (!bridge.is_empty()).then_some(bridge), holding[0].0.clone()));
    }
    read
}

/// Workflow commands: `::NAME KEY=VALUE,KEY=VALUE::DATA`, a line each, everything else escaped; plain lines of the log.
pub(crate) fn github(text: &str) -> Vec<Line> {
    let command = regex(r"^::(error|warning|notice) ((?:[a-z]+=[^:,]*,?)+)::(.*)$");
    let plain = regex(r"^\[(pass|blocked|not-applicable)\] ([^#]*?)(?:: waits for [a-z-]+)?$");
    let escape = regex("%(?:[^02AD3C]|0[^AD]|2[^5C]|3[^A])|%.?$");
    let unescaped = |text: &str| {
        text.replace("%2C", ",").replace("%3A", ":").replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
    };
    let mut read = Vec::new();
    for line in text.lines() {
        if let Some(found) = plain.captures(line) {
            read.push(named(&found[2].replace("\\x23", "#"), &found[1]));
            continue;
        }
        let found = command.captures(line).unwrap_or_else(|| panic!("no command: {line}"));
        assert!(!escape.is_match(line), "a bare per cent sign: {line}");
        assert!(!found[3].is_empty(), "an annotation needs a message: {line}");
        let properties: BTreeMap<String, String> = found[2]
            .split(',')
            .map(|pair| pair.split_once('=').expect("a value"))
            .map(|(key, value)| (key.to_owned(), unescaped(value)))
            .collect();
        let shape = regex(r"(?s)^([a-z-]+)(?: \([a-z-]+\))?(?: on (.*))?$");
        // Further places of one finding have annotations of their own.
        if regex("^[a-z-]+: [a-z-]+$").is_match(&properties["title"]) {
            assert!(properties.contains_key("file"));
            continue;
        }
        let title = shape.captures(&properties["title"]).unwrap_or_else(|| panic!("{line}"));
        let status = match &found[1] {
            "error" => "fail",
            "warning" => "warn",
            _ => "unknown",
        };
        assert_eq!(properties.contains_key("file"), properties.contains_key("line"));
        read.push((title[1].to_owned(), title.get(2).map(|bridge| bridge.as_str().to_owned()), status.to_owned()));
    }
    read
}

/// The table of a page in Markdown.
pub(crate) fn markdown(text: &str) -> Vec<Line> {
    let begin = "| status | check | bridge | cause | observed |\n|---|---|---|---|---|";
    let (_, table) = text.split_once(begin).expect("a table");
    let rows = table.split("\n\n").next().expect("rows").lines().filter(|line| !line.is_empty());
    let cell = |text: &str| {
        let text = text.trim();
        let fence = text.chars().take_while(|letter| *letter == '`').count();
        assert!(text.is_empty() || fence > 0, "text outside of code: {text}");
        let inside = text.get(fence..text.len() - fence).expect("a closed span");
        let spaced = inside.starts_with(' ') && inside.ends_with(' ') && !inside.trim().is_empty();
        let inside = if spaced { &inside[1..inside.len() - 1] } else { inside };
        assert!(!inside.split(|letter| letter != '`').any(|run| run.len() == fence && fence > 0), "it closes: {text}");
        inside.replace("\\|", "|")
    };
    let read = rows.map(|row| {
        let bars: Vec<&str> =
            regex(r"\\\||\|").find_iter(row).map(|bar| bar.as_str()).filter(|bar| *bar == "|").collect();
        assert_eq!(bars.len(), 6, "{row}");
        let cells: Vec<String> = split_cells(row);
        let bridge = cell(&cells[2]);
        (cell(&cells[1]), (!bridge.is_empty()).then_some(bridge), cells[0].trim().to_owned())
    });
    read.collect()
}

fn split_cells(row: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut letters = row.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if letters.peek() == Some(&'|') => {
                letters.next();
                cells.last_mut().expect("a cell").push_str("\\|");
            }
            '|' => cells.push(String::new()),
            letter => cells.last_mut().expect("a cell").push(letter),
        }
    }
    cells[1..cells.len() - 1].to_vec()
}
