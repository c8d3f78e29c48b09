//! Runs the probes in order, writes `blocked`, names root causes.

mod mend;
mod select;
mod trial;

use std::borrow::Cow;
use std::collections::HashMap;

use crate::acl::Reading;
use crate::catalogue;
use crate::helper::{self, Prediction};
use crate::probe::{self, Case, Evidence, Expect, Finding, Judgement, Level, PROBES, Probe, Scope, Target};
use crate::report::{
    Check, CheckStatus, EvidenceEntry, FixEntry, Host, Report, SCHEMA, Status, SubjectEntry, Summary, TargetEntry,
    Tool, distinct,
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
    /// Whether this check is one of those to run.
    pub fn selects(&self, id: &str) -> bool {
        (self.only.is_empty() || self.only.iter().any(|other| other == id))
            && !self.skip.iter().any(|other| other == id)
    }
}

/// The report on a snapshot.
pub fn judge(snapshot: &Snapshot, options: &Options) -> Report {
    let acl = helper::acl_reading(snapshot);
    let target = select::target(snapshot, &acl, options);
    let mut round = Round::new(snapshot, &target, options, &acl);
    round.ask(|scope| scope != Scope::Trial);
    let predictions = target.bridges.iter().filter_map(|bridge| {
        let prediction = helper::predict(snapshot, &acl, bridge)?;
        Some(Prediction { cause: cause_of(&prediction, &round.checks), ..prediction })
    });
    round.predictions = predictions.collect();
    round.ask(|scope| scope == Scope::Trial);
    let Round { checks: all, predictions, .. } = round;
    let attach = trial::entries(snapshot, &predictions, &all);
    let checks: Vec<Check> = all.into_iter().filter(|check| options.selects(check.id)).collect();
    Report {
        schema: SCHEMA,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        host: host(snapshot),
        subject: subject(snapshot),
        status: Status::of(&checks, options.expect.is_some()),
        root_causes: root_causes(&checks),
        summary: Summary::of(&checks),
        target: TargetEntry {
            helper: snapshot.helper.path.display().to_string(),
            acl: snapshot.acl.path.display().to_string(),
            bridges: target.bridges,
            why: target.why,
        },
        checks,
        predictions,
        attach,
    }
}

/// The bridges in question.
pub fn target(snapshot: &Snapshot, options: &Options) -> Target {
    select::target(snapshot, &helper::acl_reading(snapshot), options)
}

/// The checks as far as they were asked.
struct Round<'a> {
    snapshot: &'a Snapshot,
    target: &'a Target,
    options: &'a Options,
    acl: Cow<'a, Reading>,
    predictions: Vec<Prediction>,
    checks: Vec<Check>,
    /// The cause behind each check that did not pass, by check and bridge.
    roots: HashMap<(&'static str, &'a str), &'static str>,
}

impl<'a> Round<'a> {
    fn new(snapshot: &'a Snapshot, target: &'a Target, options: &'a Options, as_helper: &'a Reading) -> Self {
        let acl = probe::acl_as_it_stands(snapshot, as_helper);
        Self { snapshot, target, options, acl, predictions: Vec::new(), checks: Vec::new(), roots: HashMap::new() }
    }

    /// Every probe is run whatever was selected: a selected check may wait for one that was not.
    fn ask(&mut self, wanted: impl Fn(Scope) -> bool) {
        for probe in PROBES.iter().filter(|probe| wanted(probe.scope)) {
            let bridges: &[String] = match probe.scope {
                Scope::Host => self.target.bridges.get(..1).unwrap_or(&[]),
                Scope::Bridge | Scope::Trial => &self.target.bridges,
            };
            for bridge in bridges {
                let tried = || self.snapshot.trials.iter().any(|trial| trial.bridge == *bridge);
                if probe.scope != Scope::Trial || tried() {
                    self.ask_one(probe, bridge);
                }
            }
        }
    }

    fn ask_one(&mut self, probe: &Probe, bridge: &'a str) {
        let about = (probe.scope != Scope::Host).then_some(bridge);
        let judgement = (probe.judge)(&Case {
            snapshot: self.snapshot,
            acl: &self.acl,
            bridge,
            target: self.target,
            expect: self.options.expect,
            prediction: self.predictions.iter().find(|prediction| prediction.bridge == bridge),
        });
        let root = self.root_of(probe, &judgement, bridge);
        if let Some(root) = root {
            self.roots.insert((probe.id, about.unwrap_or("")), root);
        }
        let mut entries = self.entries(probe, about, judgement, root);
        if probe.scope == Scope::Trial {
            for entry in &mut entries {
                trial::wait_for_what_is_told(entry, &self.checks, self.options);
            }
        }
        self.checks.extend(entries);
    }

    /// The cause that stands behind a check that did not pass: its own, or that of the check it waits for.
    fn root_of(&self, probe: &Probe, judgement: &Judgement, bridge: &'a str) -> Option<&'static str> {
        match judgement {
            Judgement::Found(findings) => {
                findings.iter().find(|finding| finding.level == Level::Fail).map(|finding| finding.cause)
            }
            Judgement::Unjudged(_) => catalogue::page(probe.id)?
                .requires
                .iter()
                .find_map(|required| self.roots.get(&(*required, "")).or_else(|| self.roots.get(&(*required, bridge))))
                .copied(),
            Judgement::Pass { .. } | Judgement::NotApplicable { .. } => None,
        }
    }

    /// What the report says of a judgement: an entry for each cause that was found, else one.
    fn entries(
        &self,
        probe: &Probe,
        bridge: Option<&str>,
        judgement: Judgement,
        root: Option<&'static str>,
    ) -> Vec<Check> {
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
            remedy: None,
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
                let fix = command.map(|command| FixEntry { commands: vec![command], ..FixEntry::default() });
                vec![Check { fix, ..entry(CheckStatus::Unknown, because) }]
            }
            Judgement::Found(findings) => findings
                .into_iter()
                .map(|Finding { cause, level, message, consequence, evidence, remedy, diagnostics }| Check {
                    cause: Some(cause),
                    consequence,
                    evidence: evidence_entries(evidence),
                    fix: remedy.as_ref().map(|remedy| mend::entry(self.snapshot, self.target, probe, bridge, remedy)),
                    remedy,
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
    let failed = checks.iter().filter(|check| check.status == CheckStatus::Fail);
    distinct(failed.filter_map(|check| check.cause))
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
