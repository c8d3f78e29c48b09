//! Runs the probes in order, writes `blocked`, names root causes.

use crate::probe::Expect;
use crate::report::{Host, Report, SCHEMA, Status, SubjectEntry, Summary, TargetEntry, Tool};
use crate::snapshot::Snapshot;

/// The question.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `--bridge`.
    pub bridges: Vec<String>,
    /// `--expect`.
    pub expect: Option<Expect>,
    /// `--only`.
    pub only: Vec<String>,
    /// `--skip`.
    pub skip: Vec<String>,
}

/// Stands in for the engine.
pub fn judge(snapshot: &Snapshot, options: &Options) -> Report {
    let subject = &snapshot.subject;
    Report {
        schema: SCHEMA,
        tool: Tool { name: "bridge-doctor", version: env!("CARGO_PKG_VERSION") },
        host: Host {
            os: snapshot.machine.os.id.clone(),
            os_version: None,
            kernel: None,
            root: snapshot.machine.root.display().to_string(),
            container: None,
        },
        subject: SubjectEntry {
            user: subject.user.clone(),
            uid: subject.uid,
            gid: subject.gid,
            groups: subject.groups.clone(),
            how: subject.how.clone(),
        },
        target: TargetEntry {
            helper: snapshot.helper.path.display().to_string(),
            acl: snapshot.acl.path.display().to_string(),
            bridges: options.bridges.clone(),
            why: "--bridge",
        },
        status: Status::Pass,
        checks: Vec::new(),
        predictions: Vec::new(),
        attach: None,
        root_causes: Vec::new(),
        summary: Summary::default(),
    }
}
