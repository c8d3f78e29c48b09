//! How a finding is mended, as a report says it.

use crate::platform::{self, Remedy, shell};
use crate::probe::{Probe, Scope, Target};
use crate::report::{FixEntry, TargetEntry};
use crate::snapshot::{Snapshot, Subject};

/// The remedy as commands, and the command that has bridge-doctor run them.
pub(super) fn entry(
    snapshot: &Snapshot,
    target: &Target,
    probe: &Probe,
    bridge: Option<&str>,
    remedy: &Remedy,
) -> FixEntry {
    FixEntry {
        commands: remedy.commands(snapshot),
        automatic: remedy.is_automatic(),
        note: remedy.note.clone(),
        why: remedy.why.clone(),
        by_program: by_program(snapshot, target, probe, bridge).filter(|_| remedy.is_automatic()),
    }
}

/// How bridge-doctor is told to mend what this check found, for the same user and bridges.
fn by_program(snapshot: &Snapshot, target: &Target, probe: &Probe, bridge: Option<&str>) -> Option<String> {
    if !snapshot.machine.live || probe.scope == Scope::Trial {
        return None;
    }
    let mut command = format!("bridge-doctor fix {}", probe.id);
    if snapshot.subject.how == Subject::NAMED {
        command += &format!(" --user {}", shell::word(&snapshot.subject.user));
    }
    if target.why == TargetEntry::ASKED {
        let asked: Vec<&str> = match bridge {
            Some(bridge) => vec![bridge],
            None if probe.id.starts_with("acl-") => target.bridges.iter().map(String::as_str).collect(),
            None => Vec::new(),
        };
        command.extend(asked.iter().map(|bridge| format!(" --bridge {}", shell::word(bridge))));
    }
    Some(platform::of(&snapshot.machine).as_root(&command))
}
