//! Modes and owners that are set, and what may be done afterwards.

use std::path::Path;

use super::acl::made;
use crate::platform::ModeChange;
use crate::snapshot::{AclFile, Answer, Driver, Errno, Fact, FileCapabilities, Inode, Kind, Owned, Snapshot, Subject};

const TUN: &str = "/dev/net/tun";

/// Sets owner and mode of a file or directory, wherever the facts speak of it.
pub(super) fn set(after: &mut Snapshot, path: &Path, owner: Option<(&str, &str)>, mode: Option<ModeChange>) {
    if let Some((_, group)) = owner
        && group_id(group, &after.subject) == Some(UNKNOWN_GROUP)
    {
        // Reports of what will be should call it by its name, not by a number that stands for it here only.
        after.subject.group_names.retain(|(gid, _)| *gid != UNKNOWN_GROUP);
        after.subject.group_names.push((UNKNOWN_GROUP, group.to_owned()));
    }
    let subject = after.subject.clone();
    let ids = owner.map(|(user, group)| (user_id(user, &subject), group_id(group, &subject)));
    let change = Change { ids, mode };
    for owned in &mut after.helper.owners {
        change.of_owned(owned, path);
    }
    if after.helper.real_path.as_deref().unwrap_or(&after.helper.path) == path
        && let Fact::Known(Ok(inode)) = &mut after.helper.file
    {
        change.of_inode(inode);
    }
    if path == Path::new(TUN)
        && let Fact::Known(Ok(inode)) = &mut after.tun.inode
    {
        change.of_inode(inode);
    }
    if path == Path::new(TUN) || after.tun.closed_directory.as_deref() == Some(path) {
        after.tun.closed_directory = None;
        after.tun.opens.subject = Fact::Known(Answer::Yes);
        after.tun.opens.helper = after.tun.opens.helper.take().map(|_| Fact::Known(Answer::Yes));
    }
    for file in &mut after.acl.files {
        let is_file = file.stands_at(path);
        let concerned = is_file || file.owners.iter().any(|owned| owned.path == path);
        for owned in &mut file.owners {
            change.of_owned(owned, path);
        }
        if let Fact::Known(Ok(inode)) = &mut file.inode
            && is_file
        {
            change.of_inode(inode);
        }
        if concerned {
            look_again(file, &subject);
        }
    }
}

struct Change {
    ids: Option<(Option<u32>, Option<u32>)>,
    mode: Option<ModeChange>,
}

impl Change {
    fn of_owned(&self, owned: &mut Owned, path: &Path) {
        if owned.path == path {
            self.apply(&mut owned.mode, &mut owned.uid, &mut owned.gid);
        }
    }

    /// A new owner takes file capabilities away.
    fn of_inode(&self, inode: &mut Inode) {
        self.apply(&mut inode.mode, &mut inode.uid, &mut inode.gid);
        if self.ids.is_some() && inode.kind == Kind::Regular {
            inode.capabilities = Fact::Known(None::<FileCapabilities>);
        }
    }

    fn apply(&self, mode: &mut u32, uid: &mut u32, gid: &mut u32) {
        if let Some((user, group)) = self.ids {
            *uid = user.unwrap_or(*uid);
            *gid = group.unwrap_or(*gid);
        }
        *mode = self.mode.map_or(*mode, |change| change.applied(*mode));
    }
}

fn user_id(name: &str, subject: &Subject) -> Option<u32> {
    if name == "root" { Some(0) } else { Some(subject.uid).filter(|_| subject.user == name) }
}

/// Stands for a group whose number no fact tells.
const UNKNOWN_GROUP: u32 = u32::MAX - 1;

/// A group that nobody named is one that the subject is not in.
fn group_id(name: &str, subject: &Subject) -> Option<u32> {
    let known = subject.group_names.iter().find(|(_, known)| known == name).map(|(gid, _)| *gid);
    known.or_else(|| name.parse().ok()).or(if name == "root" { Some(0) } else { Some(UNKNOWN_GROUP) })
}

/// Whether the mode lets the subject do this: 4 read, 1 execute or search.
pub(super) fn permits(subject: &Subject, mode: u32, uid: u32, gid: u32, bit: u32) -> bool {
    if subject.uid == 0 {
        return bit != 1 || mode & 0o111 != 0;
    }
    let shift = match () {
        () if subject.uid == uid => 6,
        () if subject.is_in_group(gid) => 3,
        () => 0,
    };
    mode >> shift & bit != 0
}

/// Which directory is closed now, and whether the file opens.
fn look_again(file: &mut AclFile, subject: &Subject) {
    let closed = |owned: &&Owned| owned.directory && !permits(subject, owned.mode, owned.uid, owned.gid, 1);
    file.closed_directory = file.owners.iter().rev().find(closed).map(|owned| owned.path.clone());
    let Fact::Known(Ok(inode)) = &file.inode else { return };
    // What a POSIX ACL says beside the mode is not known here.
    if inode.has_posix_acl {
        return;
    }
    let opens = file.closed_directory.is_none() && permits(subject, inode.mode, inode.uid, inode.gid, 4);
    file.readable.subject = Fact::Known(if opens { Answer::Yes } else { Answer::No(Errno::EACCES) });
}

/// The device is there, with its driver behind it.
pub(super) fn tun_ready(after: &mut Snapshot) {
    let tun = &mut after.tun;
    if !matches!(tun.inode, Fact::Known(Ok(_))) {
        tun.inode = Fact::Known(Ok(Inode { kind: Kind::TUN, ..made(0o666) }));
        tun.closed_directory = None;
        tun.link = None;
    }
    tun.driver = Fact::Known(Driver::Loaded);
    tun.opens.subject = Fact::Known(Answer::Yes);
    tun.opens.helper = tun.opens.helper.take().map(|_| Fact::Known(Answer::Yes));
}
