//! How to let the subject read an ACL file, and nobody more than that takes.

use std::path::Path;

use crate::platform::{self, Action, ModeChange};
use crate::probe::{Case, Remedy};
use crate::snapshot::{AclFile, Inode};

/// Opens the closed directory, or the file itself, for reading.
pub(in crate::probe) fn file(case: &Case<'_>, path: &Path) -> Remedy {
    let platform = platform::of(&case.snapshot.machine);
    let Some(file) = case.snapshot.acl.file(path) else {
        return Remedy::advice("nobody looked at the file", format!("Make {} readable.", path.display()));
    };
    let remedy = match &file.closed_directory {
        Some(directory) => directory_of(case, file, directory),
        None => itself(case, file),
    };
    if file.content.known().is_none() {
        return remedy.by_hand("nobody could read which rules that would bring into force; as root bridge-doctor can");
    }
    if platform.is_declarative() && path.starts_with("/etc") {
        return remedy
            .by_hand(platform::DECLARED)
            .with_note("A file that the configuration declares is readable for all.");
    }
    remedy
}

/// To search a directory shows nothing of what is in it.
fn directory_of(case: &Case<'_>, file: &AclFile, directory: &Path) -> Remedy {
    let owned = file.owners.iter().find(|owned| owned.path == directory);
    let bits = owned.map_or(0o111, |owned| class(case, owned.uid, owned.gid) & 0o111);
    let opened = set(directory, ModeChange::Add(bits));
    if ["/", "/etc", "/etc/qemu", "/etc/qemu-kvm", "/usr", "/usr/local", "/usr/local/etc", "/usr/local/etc/qemu"]
        .iter()
        .any(|place| directory == Path::new(place))
    {
        return opened;
    }
    opened.by_hand("the directory was not made for the ACL alone, and its owner may want it closed")
}

fn itself(case: &Case<'_>, file: &AclFile) -> Remedy {
    let path = file.real_path();
    let subject = &case.snapshot.subject;
    let Some(Ok(inode)) = file.inode.known() else {
        return set(path, ModeChange::Add(0o444)).by_hand("nobody could look at its mode and owner");
    };
    let opened = set(path, ModeChange::Add(class(case, inode.uid, inode.gid) & 0o444));
    if inode.has_posix_acl {
        let command =
            format!("setfacl -m u:{}:r {}", platform::shell::word(&subject.user), platform::shell::path(path));
        let command = platform::of(&case.snapshot.machine).as_root(&command);
        return Remedy::manual("a POSIX ACL on the file says who may read it, and was written on purpose", [command]);
    }
    if is_for_a_group(inode) {
        let group = subject.group_name(inode.gid);
        return platform::of(&case.snapshot.machine).add_to_group(&subject.user, &group).with_note(format!(
            "The file is for members of {group}. `chmod a+r {}` would let everybody use the bridges that it allows.",
            platform::shell::path(path)
        ));
    }
    opened.with_note("The helper reads it with the rights of the calling user, not as root.")
}

/// Members of a group may read it, and others not: somebody chose who is to use the bridges.
fn is_for_a_group(inode: &Inode) -> bool {
    inode.gid != 0 && inode.mode & 0o044 == 0o040
}

/// The bits that the kernel looks at for the subject; what everybody gets, the group gets as well.
fn class(case: &Case<'_>, uid: u32, gid: u32) -> u32 {
    let subject = &case.snapshot.subject;
    if uid == subject.uid {
        0o700
    } else if subject.is_in_group(gid) {
        0o070
    } else {
        0o777
    }
}

fn set(path: &Path, mode: ModeChange) -> Remedy {
    Remedy::actions([Action::SetMode { path: path.to_owned(), owner: None, mode: Some(mode) }])
}
