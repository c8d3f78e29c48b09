//! Under which identity the helper opens its files.

use crate::helper::{Launch, launch};
use crate::snapshot::{Fact, Helper, Process, Subject};

/// The capabilities that decide about files, as masks: who has one reads what the modes forbid.
pub(super) const CAP_DAC_OVERRIDE: u64 = 1 << 1;
pub(super) const CAP_DAC_READ_SEARCH: u64 = 1 << 2;
pub(super) const PASSES_MODES: u64 = CAP_DAC_OVERRIDE | CAP_DAC_READ_SEARCH;

/// What the kernel looks at when it decides about a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Identity {
    /// The user.
    pub(super) uid: u32,
    /// The primary group.
    pub(super) gid: u32,
    /// Supplementary groups.
    pub(super) groups: Vec<u32>,
    /// Capabilities in effect.
    pub(super) capabilities: u64,
}

impl Identity {
    /// Whether it belongs to a group.
    pub(super) fn has_group(&self, group: u32) -> bool {
        self.gid == group || self.groups.contains(&group)
    }
}

/// The helper's identity where it is not the subject's own.
pub(super) fn helper_identity(subject: &Subject, process: &Fact<Process>, helper: &Helper) -> Option<Identity> {
    let Launch::Started(credentials) = launch(subject, process, helper) else { return None };
    let is_subject = credentials.euid == subject.uid && credentials.egid == subject.gid;
    // Whoever asks for the subject has what the process has in effect, which the helper may have lost.
    let asked_with = process.known().map_or(0, |process| process.capabilities.effective) & PASSES_MODES;
    if is_subject && (credentials.effective & PASSES_MODES == asked_with || subject.uid == 0) {
        return None;
    }
    Some(Identity {
        uid: credentials.euid,
        gid: credentials.egid,
        groups: subject.groups.clone(),
        capabilities: credentials.effective,
    })
}
