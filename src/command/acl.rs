//! `acl`: an ACL file as the helper reads it.

use std::os::unix::ffi::OsStrExt as _;

use crate::acl::{
    self, BridgeName, Charset, Decision, IndexedAcl, Limits, Outcome, Reading, RuleKind, Verdict, visible,
};
use crate::exit::Exit;
use crate::report::{ACL_SCHEMA, AclDecision, AclReport, DecidingRule, Parse, RuleTable};
use crate::snapshot;

/// How many bridges are decided about where none was asked for.
const UNASKED: usize = 16;

/// Reads the ACL as the helper would, and decides about `bridges`; where there are none, about those it names.
pub fn acl_report(files: &snapshot::Acl, bridges: &[impl AsRef<[u8]>], limits: Limits) -> AclReport {
    let source = IndexedAcl::new(files);
    let reading = acl::read(&files.path, &source, limits);
    let diagnostics = acl::lint(&reading, &source);
    let asked: Vec<&[u8]> = bridges.iter().map(AsRef::as_ref).collect();
    let named = if asked.is_empty() { allowed_names(&reading) } else { Vec::new() };
    let bridges = if asked.is_empty() { named.iter().map(BridgeName::as_bytes).collect() } else { asked.clone() };
    let names: Vec<_> =
        reading.files.iter().map(|path| visible(path.as_os_str().as_bytes(), Charset::Unicode)).collect();
    let decisions = reading
        .decide_each(&bridges)
        .into_iter()
        .zip(&bridges)
        .map(|(decision, bridge)| entry(bridge, decision, &names))
        .collect();
    AclReport {
        schema: ACL_SCHEMA,
        file: names.first().cloned().unwrap_or_default(),
        parse: match reading.outcome {
            Outcome::Parsed => Parse::Ok,
            Outcome::NotOpened(_) | Outcome::Broken | Outcome::Endless => Parse::Error,
            Outcome::Unknown => Parse::Unknown,
        },
        stderr: stderr(&reading, files),
        rules: RuleTable { files: names, rules: reading.rules },
        diagnostics,
        decisions,
        outcome: reading.outcome,
        asked: !asked.is_empty(),
    }
}

/// How `acl` ends.
pub fn acl_exit(report: &AclReport) -> Exit {
    let any = |verdict| report.asked && report.decisions.iter().any(|decision| decision.verdict == verdict);
    if report.parse == Parse::Error || any(Verdict::Deny) {
        Exit::Broken
    } else if report.parse == Parse::Unknown || any(Verdict::Unknown) {
        Exit::Unknown
    } else {
        Exit::Healthy
    }
}

fn allowed_names(reading: &Reading) -> Vec<BridgeName> {
    let mut names = Vec::new();
    for rule in reading.rules.iter().filter(|rule| rule.kind == RuleKind::Allow && !rule.bridge.is_all()) {
        if names.len() == UNASKED {
            break;
        }
        if !names.contains(&rule.bridge) {
            names.push(rule.bridge);
        }
    }
    names
}

fn entry(bridge: &[u8], decision: Decision<'_>, names: &[String]) -> AclDecision {
    let rule = decision.rule.map(|rule| DecidingRule {
        file: names.get(rule.place.file as usize).cloned().unwrap_or_default(),
        line: rule.place.line,
    });
    AclDecision { bridge: String::from_utf8_lossy(bridge).into_owned(), verdict: decision.verdict, rule }
}

/// All that the helper prints up to the end of the ACL.
fn stderr(reading: &Reading, files: &snapshot::Acl) -> Option<String> {
    let mut lines: Vec<_> = reading.stderr.iter().map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    if matches!(reading.outcome, Outcome::NotOpened(_) | Outcome::Broken) {
        lines.push(format!("failed to parse default acl file `{}'", files.path.display()));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}
