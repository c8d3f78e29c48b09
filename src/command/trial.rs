//! Running the real helper for the subject of a snapshot.

use std::io::{self, ErrorKind};
use std::os::fd::AsFd;
use std::time::Duration;

use crate::attach::{self, Attempt, Eyes, Ladder};
use crate::helper::run::Identity;
use crate::host;
use crate::snapshot::{Chain, Errno, Fact, Link, Snapshot, Trial};

use super::failure::{Failure, reason};
use super::interrupt::Interrupt;
use super::progress::Progress;

/// Looks through `host`.
pub(super) struct Host;

impl Eyes for Host {
    fn link(&self, name: &str) -> Result<Option<Link>, Errno> {
        host::link(name)
    }

    fn bridge_chains(&self) -> Fact<Vec<Chain>> {
        host::bridge_chains()
    }
}

/// Tries every bridge; `ladder` gives the rungs that are climbed before a bridge.
///
/// A signal that asks the program to end does so in here, after everything was put away.
pub(super) fn run(
    snapshot: &Snapshot,
    bridges: &[String],
    timeout: Duration,
    ladder: impl Fn(&str) -> Ladder,
) -> Result<Vec<Trial>, Failure> {
    let identity = identity(snapshot)?;
    let interrupt = Interrupt::hold("attach")?;
    let mut progress = Progress::new();
    let attempt = |bridge: &String| {
        let attempt = Attempt {
            helper: &snapshot.helper.path,
            bridge,
            identity: &identity,
            token: attach::token()?,
            timeout,
            interrupt: Some(interrupt.as_fd()),
            firewall: &snapshot.firewall,
        };
        attach::run(&attempt, &ladder(bridge), &Host, &mut |stage| progress.show(stage))
    };
    let trials: io::Result<Vec<Trial>> = bridges.iter().map(attempt).collect();
    drop(progress);
    drop(interrupt);
    trials.map_err(|error| match error.kind() {
        ErrorKind::Interrupted => Failure::internal("interrupted", "attach", "run it again"),
        _ => lacking(&error),
    })
}

/// The subject's identity: this process's own, or one that only root can take.
fn identity(snapshot: &Snapshot) -> Result<Identity, Failure> {
    let subject = &snapshot.subject;
    let me = rustix::process::geteuid();
    if subject.uid == me.as_raw() {
        return Ok(Identity::Own);
    }
    if me.is_root() {
        return Ok(Identity::User { uid: subject.uid, gid: subject.gid, groups: subject.groups.clone() });
    }
    let user = &subject.user;
    Err(Failure::blind(
        format!("only root can run the helper as `{user}`"),
        format!("--user {user}"),
        format!("sudo bridge-doctor attach --user {user}"),
    ))
}

fn lacking(error: &io::Error) -> Failure {
    Failure::internal(
        format!("the helper could not be run: {}", reason(error)),
        "attach",
        "free descriptors or processes (`ulimit -n`, `ulimit -u`)",
    )
}
