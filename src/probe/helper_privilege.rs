//! What the helper's file says about privilege: shared by the checks that ask for it.

use std::path::Path;

use super::Case;
use crate::helper::CAP_NET_ADMIN;
use crate::platform::{self, Remedy, shell};
use crate::snapshot::{Fact, FileCapabilities, Inode, Step};

/// What the user sees where the privilege is missing.
pub(super) const REFUSAL: &str = "it would stop with \"failed to create tun device: Operation not permitted\"";
/// The setuid bit of a mode.
pub(super) const SETUID: u32 = 0o4000;

/// How the helper's file stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Standing {
    /// Setuid root, or `cap_net_admin` in effect from its capabilities.
    Privileged,
    /// Setuid, and the user namespace does not know its owner, so that nobody in it can tell whose file it is.
    OwnerHidden,
    /// Neither.
    Plain,
}

/// What a file's bits are worth, the mount and the process permitting.
pub(super) fn standing(case: &Case<'_>, inode: &Inode) -> Standing {
    if is_setuid_root(inode) || capabilities(case, inode).is_some_and(grants_net_admin) {
        return Standing::Privileged;
    }
    let process = case.snapshot.process.known();
    let hidden = process.is_some_and(|process| !process.user_namespace.knows(inode.uid, inode.gid));
    if hidden && inode.mode & SETUID != 0 { Standing::OwnerHidden } else { Standing::Plain }
}

/// Whether the name itself is a link, and what it leads to is not privileged.
///
/// A link among the directories alone (`/lib` to `/usr/lib`) makes no copy.
pub(super) fn links_to_unprivileged(case: &Case<'_>) -> bool {
    let helper = &case.snapshot.helper;
    let same_name = |step: &Step| step.path.file_name() == helper.path.file_name();
    let linked = helper.chain.known().is_some_and(|chain| chain.iter().any(same_name));
    linked && matches!(&helper.file, Fact::Known(Ok(inode)) if standing(case, inode) == Standing::Plain)
}

/// Setuid, and owned by root.
pub(super) fn is_setuid_root(inode: &Inode) -> bool {
    inode.mode & SETUID != 0 && inode.uid == 0
}

/// The file capabilities that count for this process.
pub(super) fn capabilities(case: &Case<'_>, inode: &Inode) -> Option<FileCapabilities> {
    let root = case.snapshot.process.known().and_then(|process| process.user_namespace.users.root);
    let found = inode.capabilities.known().copied().flatten()?;
    (found.root_uid == 0 || Some(found.root_uid) == root).then_some(found)
}

/// `cap_net_admin`, in effect at once.
pub(super) fn grants_net_admin(capabilities: FileCapabilities) -> bool {
    capabilities.permitted & CAP_NET_ADMIN != 0 && capabilities.effective
}

/// Whether the process brings the privilege along, so that the helper's file need not give it.
pub(super) fn needs_none(case: &Case<'_>) -> bool {
    let subject = &case.snapshot.subject;
    case.snapshot.process.known().map_or(subject.uid == 0, |process| {
        process.user_namespace.users.root == Some(subject.uid) || process.capabilities.ambient & CAP_NET_ADMIN != 0
    })
}

/// How to make the helper's file privileged for good.
pub(super) fn grant(case: &Case<'_>) -> Remedy {
    let helper = &case.snapshot.helper;
    let end = helper.real_path.as_ref().unwrap_or(&helper.path);
    platform::make_privileged(&case.snapshot.machine, end, helper.statoverride.as_deref())
}

/// How to put a link to another helper where this one is looked for.
pub(super) fn link(case: &Case<'_>, other: &Path) -> Remedy {
    let platform = platform::of(&case.snapshot.machine);
    let command = format!("ln -sfn {} {}", shell::path(other), shell::path(&case.snapshot.helper.path));
    Remedy::manual([platform.as_root(&command)])
        .with_note(format!("Or give QEMU the other one: helper={}", other.display()))
}

/// How to mount the file system below the helper with another option.
pub(super) fn remount(case: &Case<'_>, option: &str) -> Remedy {
    let helper = &case.snapshot.helper;
    let path = shell::path(helper.real_path.as_ref().unwrap_or(&helper.path));
    let command = format!("mount -o remount,{option} \"$(findmnt -n -o TARGET -T {path})\"");
    Remedy::manual([platform::of(&case.snapshot.machine).as_root(&command)])
        .with_note(format!("Take no{option} out of the options in /etc/fstab, too; or use a helper on another mount."))
}
