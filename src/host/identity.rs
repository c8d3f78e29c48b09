//! Under which identity the helper opens its files.

use crate::snapshot::{Fact, Helper, Process, Subject};

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
pub(super) fn helper_identity(_subject: &Subject, _process: &Fact<Process>, _helper: &Helper) -> Option<Identity> {
    None
}
