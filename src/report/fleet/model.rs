//! The data of `check --from` with many snapshots: frozen as `bridge-doctor/fleet/v1`.

use std::cmp::Reverse;
use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::report::{CheckStatus, Report, Status, Tool, distinct};

/// The identifier and version of the JSON.
pub const FLEET_SCHEMA: &str = "bridge-doctor/fleet/v1";

/// Many hosts, each in a line.
#[derive(Clone, Debug, JsonSchema, PartialEq, Serialize)]
pub struct Fleet {
    /// [`FLEET_SCHEMA`].
    pub schema: &'static str,
    /// Who says so.
    pub tool: Tool,
    /// That of the worst host.
    pub status: HostStatus,
    /// How many hosts ended how.
    pub summary: FleetSummary,
    /// What is wrong, the worst and most frequent first; a host with several causes stands in each of them.
    pub causes: Vec<CauseEntry>,
    /// Every host, the worst first, those with the same first cause together.
    pub hosts: Vec<HostEntry>,
}

/// How a host ended, the worst first.
#[derive(Clone, Copy, Debug, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostStatus {
    /// The file is no snapshot.
    Unreadable,
    /// Something failed.
    Fail,
    /// Nothing failed, and something that matters could not be seen.
    Unknown,
    /// Nothing failed, something warned.
    Warn,
    /// Everything passed.
    Pass,
}

impl HostStatus {
    /// Every one, the worst first.
    pub const ALL: [Self; 5] = [Self::Unreadable, Self::Fail, Self::Unknown, Self::Warn, Self::Pass];

    /// The word that JSON has for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Warn => "warn",
            Self::Pass => "pass",
        }
    }
}

/// How many hosts ended how.
#[derive(Clone, Copy, Debug, Default, Eq, JsonSchema, PartialEq, Serialize)]
pub struct FleetSummary {
    /// All of them.
    pub hosts: usize,
    /// No snapshot.
    pub unreadable: usize,
    /// Failed.
    pub fail: usize,
    /// Could not be judged.
    pub unknown: usize,
    /// Warned.
    pub warn: usize,
    /// Passed.
    pub pass: usize,
}

impl FleetSummary {
    /// How many ended so.
    pub fn of(&self, status: HostStatus) -> usize {
        match status {
            HostStatus::Unreadable => self.unreadable,
            HostStatus::Fail => self.fail,
            HostStatus::Unknown => self.unknown,
            HostStatus::Warn => self.warn,
            HostStatus::Pass => self.pass,
        }
    }
}

/// One cause, or one check that could not look, and where.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct CauseEntry {
    /// `fail`, `warn`, or `unknown`, where it is the id of a check.
    pub status: HostStatus,
    /// The id.
    pub id: &'static str,
    /// How many hosts it was found on.
    pub count: usize,
    /// Their names, in the order of `hosts`.
    pub hosts: Vec<String>,
}

/// One host, or one file that is none.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct HostEntry {
    /// Its name; the file's where the snapshot has none that tells anything.
    pub host: String,
    /// Where the snapshot was read.
    pub file: String,
    /// How it ended.
    pub status: HostStatus,
    /// Whose virtual machine.
    pub user: Option<String>,
    /// What was asked about.
    pub bridges: Vec<String>,
    /// The causes behind every failure, in the order in which they would bite.
    pub root_causes: Vec<&'static str>,
    /// The causes of every warning.
    pub warnings: Vec<&'static str>,
    /// Checks that matter and could not look.
    pub unknown: Vec<&'static str>,
    /// What was observed first of what is wrong; why the file could not be read.
    pub message: Option<String>,
}

impl HostEntry {
    /// The line for a report.
    pub fn of(report: &Report, host: String, file: String, expecting: bool) -> Self {
        Self {
            host,
            file,
            status: match report.status {
                Status::Pass => HostStatus::Pass,
                Status::Warn => HostStatus::Warn,
                Status::Fail => HostStatus::Fail,
                Status::Unknown => HostStatus::Unknown,
            },
            user: Some(report.subject.user.clone()),
            bridges: report.target.bridges.clone(),
            root_causes: report.root_causes.clone(),
            warnings: distinct(report.ended(CheckStatus::Warn).filter_map(|check| check.cause)),
            unknown: distinct(report.unseen(expecting).map(|check| check.id)),
            message: report.wrong(expecting).next().map(|check| check.message.clone()),
        }
    }

    /// The line for a file that is no snapshot.
    pub fn unreadable(file: String, reason: String) -> Self {
        Self {
            host: file.clone(),
            file,
            status: HostStatus::Unreadable,
            user: None,
            bridges: Vec::new(),
            root_causes: Vec::new(),
            warnings: Vec::new(),
            unknown: Vec::new(),
            message: Some(reason),
        }
    }

    /// How it ended, where with `strict` a warning counts as a failure.
    pub fn verdict(&self, strict: bool) -> HostStatus {
        match self.status {
            HostStatus::Unknown | HostStatus::Warn if strict && !self.warnings.is_empty() => HostStatus::Fail,
            status => status,
        }
    }

    /// What is wrong: causes with their status, the worst first.
    pub fn wrong(&self) -> impl Iterator<Item = (HostStatus, &'static str)> {
        let with = |status, ids: &[&'static str]| ids.iter().map(move |id| (status, *id)).collect::<Vec<_>>();
        let fails = with(HostStatus::Fail, &self.root_causes);
        fails.into_iter().chain(with(HostStatus::Unknown, &self.unknown)).chain(with(HostStatus::Warn, &self.warnings))
    }
}

impl Fleet {
    /// Counts the hosts and puts them in order.
    pub fn of(mut hosts: Vec<HostEntry>, tool: Tool) -> Self {
        let ended = |status| hosts.iter().filter(|host| host.status == status).count();
        let summary = FleetSummary {
            hosts: hosts.len(),
            unreadable: ended(HostStatus::Unreadable),
            fail: ended(HostStatus::Fail),
            unknown: ended(HostStatus::Unknown),
            warn: ended(HostStatus::Warn),
            pass: ended(HostStatus::Pass),
        };
        let mut counts: HashMap<(HostStatus, &str), usize> = HashMap::new();
        for cause in hosts.iter().flat_map(HostEntry::wrong) {
            *counts.entry(cause).or_default() += 1;
        }
        let place = |cause: Option<(HostStatus, &'static str)>| {
            cause.map(|cause| (cause.0, Reverse(counts.get(&cause).copied().unwrap_or(0)), cause.1))
        };
        hosts.sort_by_cached_key(|host| {
            (host.status, place(host.wrong().next()), host.host.clone(), host.user.clone(), host.file.clone())
        });
        let mut causes: Vec<CauseEntry> = Vec::new();
        let mut places = HashMap::new();
        for host in &hosts {
            for (status, id) in host.wrong() {
                let at = *places.entry((status, id)).or_insert_with(|| {
                    causes.push(CauseEntry { status, id, count: 0, hosts: Vec::new() });
                    causes.len() - 1
                });
                causes[at].count += 1;
                causes[at].hosts.push(host.host.clone());
            }
        }
        causes.sort_by_key(|cause| (cause.status, Reverse(cause.count), cause.id));
        let status = hosts.first().map_or(HostStatus::Pass, |host| host.status);
        Self { schema: FLEET_SCHEMA, tool, status, summary, causes, hosts }
    }
}
