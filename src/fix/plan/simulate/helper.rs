//! The helper: its capabilities, links to it, and as whom it runs.

use std::path::Path;

use super::acl::made;
use super::mode::permits;
use crate::helper::{CAP_NET_ADMIN, Launch, launch};
use crate::snapshot::{Answer, Errno, Fact, FileCapabilities, Inode, Kind, Owned, Snapshot, Step};

pub(super) fn set_capabilities(after: &mut Snapshot, path: &Path, net_admin: bool) {
    let helper = &mut after.helper;
    if helper.real_path.as_deref().unwrap_or(&helper.path) != path {
        return;
    }
    if let Fact::Known(Ok(inode)) = &mut helper.file {
        let granted = FileCapabilities { permitted: CAP_NET_ADMIN, inheritable: 0, effective: true, root_uid: 0 };
        inode.capabilities = Fact::Known(net_admin.then_some(granted));
    }
}

/// A link to another helper where this one is looked for.
pub(super) fn link(after: &mut Snapshot, path: &Path, target: &Path) {
    if after.helper.path != path {
        return;
    }
    let Some(other) = after.helper.others.iter().find(|other| other.path == target).cloned() else { return };
    let link = Inode { kind: Kind::Symlink, ..made(0o777) };
    let helper = &mut after.helper;
    helper.chain = Fact::Known(vec![Step { path: path.to_owned(), target: target.to_owned(), inode: link }]);
    helper.owners = vec![owned(&other.real_path, &other.inode)];
    helper.real_path = Some(other.real_path);
    helper.file = Fact::Known(Ok(other.inode));
    helper.binary = Fact::unknown("nobody looked into the other copy");
    helper.closed_directory = None;
    helper.executable = Fact::Known(Answer::Yes);
}

/// The copy that the system makes privileged itself.
pub(super) fn declared(after: &mut Snapshot, path: &str) {
    let helper = &mut after.helper;
    let inode = made(0o4555);
    helper.path = path.into();
    helper.real_path = Some(path.into());
    helper.chain = Fact::Known(Vec::new());
    helper.owners = vec![owned(path.as_ref(), &inode)];
    helper.file = Fact::Known(Ok(Inode { size: 1, ..inode }));
    helper.binary = Fact::unknown("it is not made yet");
    helper.closed_directory = None;
    helper.executable = Fact::Known(Answer::Yes);
    after.libvirt.helper = Fact::Known(Some(path.into()));
}

fn owned(path: &Path, inode: &Inode) -> Owned {
    Owned { path: path.to_owned(), mode: inode.mode, uid: inode.uid, gid: inode.gid, directory: false }
}

/// Whether the subject may execute it now, and as whom it then opens its files.
pub(super) fn settle(after: &mut Snapshot) {
    let subject = &after.subject;
    if let (Fact::Known(Ok(inode)), None) = (&after.helper.file, &after.helper.closed_directory)
        && after.helper.executable.known().is_some()
        && !inode.has_posix_acl
        && inode.mount.known().is_some_and(|mount| !mount.noexec)
        && inode.kind == Kind::Regular
    {
        let may = permits(subject, inode.mode, inode.uid, inode.gid, 1);
        after.helper.executable = Fact::Known(if may { Answer::Yes } else { Answer::No(Errno::EACCES) });
    }
    let Launch::Started(credentials) = launch(subject, &after.process, &after.helper) else { return };
    let as_subject = credentials.euid == subject.uid && credentials.egid == subject.gid;
    let accesses = after.acl.files.iter_mut().map(|file| &mut file.readable).chain([&mut after.tun.opens]);
    for access in accesses {
        if as_subject {
            access.helper = None;
        } else if credentials.euid == 0 && access.helper.is_some() {
            // Root opens whatever is there.
            let absent = matches!(access.subject, Fact::Known(Answer::No(errno)) if errno != Errno::EACCES);
            access.helper = Some(if absent { access.subject.clone() } else { Fact::Known(Answer::Yes) });
        }
    }
}
