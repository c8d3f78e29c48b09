//! The report as metrics, in Prometheus' text format, for the textfile collector of node_exporter.
//!
//! A state is a set of series, one for each state it could have, of which one is 1: an alert has a series to look at
//! before anything is wrong. Causes come and go, so they are series of their own. `user` stands on every series,
//! because the files of two users end up in one place.

use std::fmt::Write as _;

use super::run::{Point, points};
use super::{CheckStatus, Report, Run, Status};

const STATUSES: [Status; 4] = [Status::Pass, Status::Warn, Status::Fail, Status::Unknown];

/// Writes the report for Prometheus.
pub fn render(report: &Report, run: &Run) -> String {
    let user = run.text(&report.subject.user);
    let user = ("user", user.as_str());
    let mut metrics = Metrics::default();
    metrics.family("bridge_doctor_status", "Whether a guest can go on the bridges: 1 for the status that holds.");
    for status in STATUSES {
        metrics.sample(&[user, ("status", status.word())], u8::from(status == report.status));
    }
    let points = distinct(&report.checks, run);
    metrics.family("bridge_doctor_check_status", "How a check ended: 1 for the status that holds.");
    for (bridge, point) in &points {
        let check = point.worst;
        for status in CheckStatus::ALL {
            let labels = [user, ("check", check.id), ("bridge", bridge), ("status", status.word())];
            metrics.sample(&labels, u8::from(status == check.status));
        }
    }
    metrics.family("bridge_doctor_check_cause", "A cause that a check found, or that it waits for.");
    for (bridge, point) in &points {
        let mut told: Vec<&str> = Vec::new();
        for check in &point.found {
            let Some(cause) = check.cause.or(check.blocked_by).filter(|cause| !told.contains(cause)) else { continue };
            told.push(cause);
            let status = check.status.word();
            let labels = [user, ("check", check.id), ("bridge", bridge), ("cause", cause), ("status", status)];
            metrics.sample(&labels, 1);
        }
    }
    metrics.run(&[user], run);
    let (os, helper, acl) = (run.text(&report.host.os), run.text(&report.target.helper), run.text(&report.target.acl));
    metrics.family("bridge_doctor_info", "What was looked at, and by which version.");
    let version = ("version", report.tool.version);
    metrics.sample(&[user, version, ("schema", report.schema), ("os", &os), ("helper", &helper), ("acl", &acl)], 1);
    metrics.text
}

/// Each check once for each bridge, by the name that is written: a series that stands twice spoils the whole file.
fn distinct<'a>(checks: &'a [super::Check], run: &Run) -> Vec<(String, Point<'a>)> {
    let mut distinct: Vec<(String, Point<'a>)> = Vec::new();
    for point in points(checks) {
        let bridge = point.worst.bridge.as_deref().map_or_else(String::new, |bridge| run.text(bridge));
        let same = |(other, other_point): &&mut (String, Point<'_>)| {
            *other == bridge && other_point.worst.id == point.worst.id
        };
        match distinct.iter_mut().find(same) {
            Some((_, first)) => {
                if rank(point.worst.status) > rank(first.worst.status) {
                    first.worst = point.worst;
                }
                first.found.extend(point.found);
            }
            None => distinct.push((bridge, point)),
        }
    }
    distinct
}

fn rank(status: CheckStatus) -> Option<usize> {
    CheckStatus::ALL.iter().position(|other| *other == status)
}

/// Metric families, written one after the other.
#[derive(Default)]
pub(super) struct Metrics {
    pub(super) text: String,
    name: &'static str,
}

impl Metrics {
    pub(super) fn family(&mut self, name: &'static str, help: &str) {
        self.name = name;
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} gauge");
    }

    pub(super) fn sample(&mut self, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.text, "{}{labels} {value}", self.name);
    }

    /// When it was made, and how long that took.
    pub(super) fn run(&mut self, labels: &[(&str, &str)], run: &Run) {
        self.family("bridge_doctor_last_run_timestamp_seconds", "When the checks were last run, since 1970.");
        self.sample(labels, format_args!("{:.3}", run.made_at.as_secs_f64()));
        self.family("bridge_doctor_last_run_duration_seconds", "How long the last run took.");
        self.sample(labels, format_args!("{:.6}", run.took.as_secs_f64()));
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
