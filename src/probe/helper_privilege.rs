//! What the helper's file says about privilege: shared by the checks that ask for it.

use std::path::Path;

use super::Case;
use super::view::owner;
use crate::helper::CAP_NET_ADMIN;
use crate::platform::{self, Action, Place, Remedy, shell};
use crate::snapshot::{Fact, FileCapabilities, Inode, OtherHelper, Step};

/// What the user sees where the privilege is missing.
pub(super) const REFUSAL: &str = "it would stop with \"failed to create tun device: Operation not permitted\"";
/// What the user sees where the helper is not executed at all.
pub(super) const BARE: &str = "QEMU prints a bare \"bridge helper failed\"";
/// The setuid bit of a mode.
pub(super) const SETUID: u32 = 0o4000;

/// What privilege the helper's file gives.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Privilege {
    /// Setuid root, or `cap_net_admin` in effect from its capabilities.
    Granted,
    /// Setuid, and the user namespace does not know its owner, so that nobody in it can tell whose file it is.
    OwnerHidden,
    /// Neither.
    Plain,
}

/// What a file's bits are worth, the mount and the process permitting.
pub(super) fn privilege(case: &Case<'_>, inode: &Inode) -> Privilege {
    if is_setuid_root(inode) || capabilities(case, inode).is_some_and(grants_net_admin) {
        return Privilege::Granted;
    }
    let process = case.snapshot.process.known();
    let hidden = process.is_some_and(|process| !process.user_namespace.knows(inode.uid, inode.gid));
    if hidden && inode.mode & SETUID != 0 { Privilege::OwnerHidden } else { Privilege::Plain }
}

/// Whether the name itself is a link, and what it leads to is not privileged.
///
/// A link among the directories alone (`/lib` to `/usr/lib`) makes no copy.
pub(super) fn links_to_unprivileged(case: &Case<'_>) -> bool {
    let helper = &case.snapshot.helper;
    let same_name = |step: &Step| step.path.file_name() == helper.path.file_name();
    let linked = helper.chain.known().is_some_and(|chain| chain.iter().any(same_name));
    linked && matches!(&helper.file, Fact::Known(Ok(inode)) if privilege(case, inode) == Privilege::Plain)
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
    let kept = kept_to(case);
    let policy = platform::HelperPolicy {
        overridden: helper.statoverride.as_deref(),
        kept_to: kept.as_ref().map(|(group, mode)| (group.as_str(), *mode)),
    };
    let remedy = platform::make_privileged(&case.snapshot.machine, end, policy);
    let remedy = match untrusted(case) {
        Some(why) if remedy.is_automatic() => {
            let again = install_again(case);
            Remedy { why: Some(why), ..again.then(remedy) }
                .with_note("First what stands there has to be the package's own.")
        }
        _ => remedy,
    };
    // Beside a setuid bit, capabilities of its own keep the helper from what it needs of root's.
    let capable = helper.file.found().is_some_and(|inode| matches!(inode.capabilities, Fact::Known(Some(_))));
    let leads = |(action, _): (&Action, _)| matches!(action, Action::SetCapabilities { .. });
    if capable && remedy.acts().next().is_some() && !remedy.acts().any(leads) {
        let none = Remedy::actions([Action::SetCapabilities { path: end.to_owned(), net_admin: false }]);
        return none.then(remedy);
    }
    remedy
}

/// The group of whose members alone the helper is, and the mode that leaves it so with the setuid bit.
fn kept_to(case: &Case<'_>) -> Option<(String, u32)> {
    let inode = case.snapshot.helper.file.found().filter(|inode| inode.gid != 0)?;
    Some((case.snapshot.subject.group_name(inode.gid), platform::kept_mode(inode.mode)?))
}

/// How to get the bytes of whoever put the helper there.
pub(super) fn install_again(case: &Case<'_>) -> Remedy {
    let helper = &case.snapshot.helper;
    match Place::of(helper.real_path.as_ref().unwrap_or(&helper.path)) {
        Place::Package => platform::of(&case.snapshot.machine).package_again(),
        Place::Local => Remedy::advice(
            "only whoever built it has its sources",
            "Install it anew from the sources that it was built from.",
        ),
        Place::NixStore | Place::GuixStore | Place::Flatpak => platform::of(&case.snapshot.machine).package_of_helper(),
    }
}

/// Why the helper's bytes may not be given root's power without a person who looks at them first.
fn untrusted(case: &Case<'_>) -> Option<String> {
    let helper = &case.snapshot.helper;
    let path = helper.path.display();
    match helper.binary.known() {
        Some(binary) if binary.is_helper => {}
        Some(_) => return Some(format!("{path} is not known to be qemu-bridge-helper")),
        None => return Some(format!("nobody could look whether {path} is qemu-bridge-helper")),
    }
    if helper.owners.is_empty() {
        return Some(format!("nobody could see who may change {path}"));
    }
    if let Some((owned, who)) = helper.owners.iter().find_map(|owned| Some((owned, owner::foreign_writer(owned)?))) {
        let place = owned.path.display();
        return Some(format!("{who} can change {place}, and could have put anything there: it must not become root's"));
    }
    if helper.file.found().is_some_and(|inode| inode.has_posix_acl) {
        return Some(format!("a POSIX ACL on {path} may let others write it"));
    }
    None
}

/// How to put a link to a privileged copy where a program looks for the helper, and the program's own way.
pub(super) fn link_for(case: &Case<'_>, at: &Path, other: &OtherHelper) -> Remedy {
    let action = Action::MakeLink { path: at.to_owned(), target: other.path.clone() };
    let remedy =
        Remedy::actions([action]).with_note(format!(
        "Or give QEMU the other one, helper={0}, and libvirt by `bridge_helper = \"{0}\"` in the user's libvirt/qemu.conf.",
        other.path.display()
    ));
    let platform = platform::of(&case.snapshot.machine);
    if platform.is_declarative() || Place::of(at) != Place::Package {
        return remedy.by_hand("whoever put programs there keeps that place");
    }
    if privilege(case, &other.inode) != Privilege::Granted {
        return remedy.by_hand("the other copy is not privileged, and whether it is to be is a decision");
    }
    if other.inode.uid != 0 || other.inode.mode & 0o022 != 0 {
        return remedy.by_hand("others than root can write the other copy");
    }
    remedy
}

/// How to put a link to another helper where this one is looked for.
pub(super) fn link(case: &Case<'_>, other: &OtherHelper) -> Remedy {
    link_for(case, &case.snapshot.helper.path, other)
}

/// How to mount the file system below the helper with another option.
pub(super) fn remount(case: &Case<'_>, option: &str) -> Remedy {
    let helper = &case.snapshot.helper;
    let path = shell::path(helper.real_path.as_ref().unwrap_or(&helper.path));
    let command = format!("mount -o remount,{option} \"$(findmnt -n -o TARGET -T {path})\"");
    Remedy::manual(
        format!("no{option} was asked for, and holds for everything on that file system"),
        [platform::of(&case.snapshot.machine).as_root(&command)],
    )
    .with_note(format!("Take no{option} out of the options in /etc/fstab, too; or use a helper on another mount."))
}
