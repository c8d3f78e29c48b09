//! Runs the probes in order, writes `blocked`, names root causes.

mod select;

use std::collections::HashMap;

use crate::catalogue::{self, Severity};
use crate::helper::{self, Prediction};
use crate::probe::{self, Case, Evidence, Expect, Finding, Judgement, Level, PROBES, Probe, Remedy, Scope, Target};
use crate::report::{
    Check, CheckStatus, EvidenceEntry, FixEntry, Host, Report, SCHEMA, Status, SubjectEntry, Summary, TargetEntry, Tool,
};
use crate::snapshot::{Snapshot, Unknown};

/// What to judge, beside the snapshot.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The bridges asked for; empty: those of the snapshot.
    pub bridges: Vec<String>,
    /// What the bridges are for.
    pub expect: Option<Expect>,
    /// Run only these checks; empty: all.
    pub only: Vec<String>,
    /// Leave these out.
    pub skip: Vec<String>,
}

impl Options {
    fn selects(&self, id: &str) -> bool {
        (self.only.is_empty() || self.only.iter().any(|other| other == id))
            && !self.skip.iter().any(|other| other == id)
    }
}

/// The report on a snapshot.
pub fn judge(snapshot: &Snapshot, options: &Options) -> Report {
    let acl = helper::acl_reading(snapshot);
    let target = select::target(snapshot, &acl, options);
    let all = run_probes(snapshot, &target, options.expect);
    let predictions = target.bridges.iter().filter_map(|bridge| {
        let prediction = helper::predict(snapshot, &acl, bridge)?;
        Some(Prediction { cause: cause_of(&prediction, &all), ..prediction })
    });
    let predictions = predictions.collect();
    let checks: Vec<Check> = all.into_iter().filter(|check| options.selects(check.id)).collect();
    Report {
        schema: SCHEMA,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        host: host(snapshot),
        subject: subject(snapshot),
        status: status(&checks, options.expect),
        root_causes: root_causes(&checks),
        summary: summary(&checks),
        target: TargetEntry {
            helper: snapshot.helper.path.display().to_string(),
            acl: snapshot.acl.path.display().to_string(),
            bridges: target.bridges,
            why: target.why,
        },
        checks,
        predictions,
        attach: None,
    }
}

/// Every probe is run whatever was selected: a selected check may wait for one that was not.
fn run_probes(snapshot: &Snapshot, target: &Target, expect: Option<Expect>) -> Vec<Check> {
    let acl = probe::read_acl(snapshot);
    let mut checks = Vec::new();
    let mut roots: HashMap<(&str, &str), &'static str> = HashMap::new();
    for probe in PROBES {
        let bridges: &[String] = match probe.scope {
            Scope::Host => target.bridges.get(..1).unwrap_or(&[]),
            Scope::Bridge => &target.bridges,
        };
        for bridge in bridges {
            let judgement = (probe.judge)(&Case { snapshot, acl: &acl, bridge, target, expect });
            let about = (probe.scope == Scope::Bridge).then_some(bridge.as_str());
            let root = judgement_root(probe, &judgement, bridge, &roots);
            if let Some(root) = root {
                roots.insert((probe.id, about.unwrap_or("")), root);
            }
            checks.extend(entries(probe, about, judgement, root));
        }
    }
    checks
}

/// The cause that stands behind a check that did not pass: its own, or that of the check it waits for.
fn judgement_root<'a>(
    probe: &Probe,
    judgement: &Judgement,
    bridge: &'a str,
    roots: &HashMap<(&'static str, &'a str), &'static str>,
) -> Option<&'static str> {
    match judgement {
        Judgement::Found(findings) => {
            findings.iter().find(|finding| finding.level == Level::Fail).map(|finding| finding.cause)
        }
        Judgement::Unjudged(_) => catalogue::page(probe.id)?
            .requires
            .iter()
            .find_map(|required| roots.get(&(*required, "")).or_else(|| roots.get(&(*required, bridge))))
            .copied(),
        Judgement::Pass { .. } | Judgement::NotApplicable { .. } => None,
    }
}

fn entries(probe: &Probe, bridge: Option<&str>, judgement: Judgement, root: Option<&'static str>) -> Vec<Check> {
    let entry = |status, message: String| Check {
        id: probe.id,
        title: catalogue::page(probe.id).map_or(probe.id, |page| page.title),
        status,
        bridge: bridge.map(ToOwned::to_owned),
        cause: None,
        message,
        consequence: None,
        evidence: Vec::new(),
        blocked_by: None,
        fix: None,
        diagnostics: Vec::new(),
    };
    match judgement {
        Judgement::Pass { message, evidence } => {
            vec![Check { evidence: evidence_entries(evidence), ..entry(CheckStatus::Pass, message) }]
        }
        Judgement::NotApplicable { because } => vec![entry(CheckStatus::NotApplicable, because)],
        Judgement::Unjudged(unknown) if root.is_some() => {
            vec![Check { blocked_by: root, ..entry(CheckStatus::Blocked, unknown.because) }]
        }
        Judgement::Unjudged(Unknown { because, command }) => {
            let fix = command.map(|command| FixEntry { commands: vec![command], automatic: false, note: None });
            vec![Check { fix, ..entry(CheckStatus::Unknown, because) }]
        }
        Judgement::Found(findings) => findings
            .into_iter()
            .map(|Finding { cause, level, message, consequence, evidence, remedy, diagnostics }| Check {
                cause: Some(cause),
                consequence,
                evidence: evidence_entries(evidence),
                fix: remedy.map(|Remedy { commands, automatic, note }| FixEntry { commands, automatic, note }),
                diagnostics,
                ..entry(
                    match level {
                        Level::Warn => CheckStatus::Warn,
                        Level::Fail => CheckStatus::Fail,
                    },
                    message,
                )
            })
            .collect(),
    }
}

fn evidence_entries(evidence: Vec<Evidence>) -> Vec<EvidenceEntry> {
    evidence.into_iter().map(|Evidence { fact, value }| EvidenceEntry { fact, value }).collect()
}

/// The first failure among the checks that judge the step at which the helper stops.
fn cause_of(prediction: &Prediction, checks: &[Check]) -> Option<&'static str> {
    prediction.judged_by.iter().find_map(|id| {
        let concerned = |check: &&Check| {
            check.id == *id
                && check.status == CheckStatus::Fail
                && check.bridge.as_ref().is_none_or(|bridge| *bridge == prediction.bridge)
        };
        checks.iter().find(concerned)?.cause
    })
}

fn root_causes(checks: &[Check]) -> Vec<&'static str> {
    let mut causes = Vec::new();
    for cause in checks.iter().filter(|check| check.status == CheckStatus::Fail).filter_map(|check| check.cause) {
        if !causes.contains(&cause) {
            causes.push(cause);
        }
    }
    causes
}

fn status(checks: &[Check], expect: Option<Expect>) -> Status {
    let any = |status| checks.iter().any(|check| check.status == status);
    let matters = |check: &Check| {
        let page = catalogue::page(check.id);
        check.status == CheckStatus::Unknown
            && (expect.is_some() || page.is_some_and(|page| page.severity == Severity::Fail))
    };
    if any(CheckStatus::Fail) {
        Status::Fail
    } else if checks.iter().any(matters) {
        Status::Unknown
    } else if any(CheckStatus::Warn) {
        Status::Warn
    } else {
        Status::Pass
    }
}

fn summary(checks: &[Check]) -> Summary {
    let mut summary = Summary::default();
    for check in checks {
        *match check.status {
            CheckStatus::Pass => &mut summary.pass,
            CheckStatus::Warn => &mut summary.warn,
            CheckStatus::Fail => &mut summary.fail,
            CheckStatus::Blocked => &mut summary.blocked,
            CheckStatus::Unknown => &mut summary.unknown,
            CheckStatus::NotApplicable => &mut summary.not_applicable,
        } += 1;
    }
    summary
}

fn host(snapshot: &Snapshot) -> Host {
    let machine = &snapshot.machine;
    Host {
        os: machine.os.id.clone(),
        os_version: machine.os.version.clone(),
        kernel: machine.kernel.clone(),
        root: machine.root.display().to_string(),
        container: machine.container.clone(),
    }
}

fn subject(snapshot: &Snapshot) -> SubjectEntry {
    let subject = &snapshot.subject;
    let mut groups = vec![subject.gid];
    groups.extend(subject.groups.iter().filter(|group| **group != subject.gid));
    SubjectEntry { user: subject.user.clone(), uid: subject.uid, gid: subject.gid, groups, how: subject.how.clone() }
}
