//! What the helper's file says about privilege: shared by the checks that ask for it.

use std::path::Path;

use super::Case;
use crate::helper::CAP_NET_ADMIN;
use crate::platform::{self, Remedy, shell};
use crate::snapshot::{Fact, FileCapabilities, Helper, Inode};

/// What the user sees where the privilege is missing.
pub(super) const REFUSAL: &str = "it would stop with \"failed to create tun device: Operation not permitted\"";
/// The setuid bit of a mode.
pub(super) const SETUID: u32 = 0o4000;

/// Whether a program with this file would get `cap_net_admin`, the mount and the process permitting.
pub(super) fn is_privileged(inode: &Inode) -> bool {
    is_setuid_root(inode) || capabilities(inode).is_some_and(grants_net_admin)
}

/// Whether the name itself is a link, and what it leads to is not privileged.
///
/// A link among the directories alone (`/lib` to `/usr/lib`) makes no copy.
pub(super) fn links_to_unprivileged(helper: &Helper) -> bool {
    let linked = helper
        .chain
        .known()
        .is_some_and(|chain| chain.iter().any(|step| step.path.file_name() == helper.path.file_name()));
    linked && matches!(&helper.file, Fact::Known(Ok(inode)) if !is_privileged(inode))
}

/// Setuid, and owned by root.
pub(super) fn is_setuid_root(inode: &Inode) -> bool {
    inode.mode & SETUID != 0 && inode.uid == 0
}

/// The file capabilities, where they were seen.
pub(super) fn capabilities(inode: &Inode) -> Option<FileCapabilities> {
    inode.capabilities.known().copied().flatten()
}

/// `cap_net_admin`, in effect at once.
pub(super) fn grants_net_admin(capabilities: FileCapabilities) -> bool {
    capabilities.permitted & CAP_NET_ADMIN != 0 && capabilities.effective
}

/// Whether the subject is root where it stands, and so brings its own privilege along.
pub(super) fn needs_none(case: &Case<'_>) -> bool {
    let snapshot = case.snapshot;
    snapshot
        .process
        .known()
        .map_or(snapshot.subject.uid == 0, |process| process.user_namespace.users.root == Some(snapshot.subject.uid))
}

/// `4755 root:root`-like text for a mode and its owner.
pub(super) fn mode_and_owner(inode: &Inode) -> String {
    let group = inode.gid;
    format!("{:04o} {}:{}", inode.mode, name_of(inode.uid), name_of(group))
}

fn name_of(id: u32) -> String {
    if id == 0 { "root".to_owned() } else { id.to_string() }
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
