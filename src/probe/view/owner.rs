//! Mode, owner and group as `ls -l` readers know them.

use crate::snapshot::{Inode, Kind, Owned, Subject};

/// `0640 root:kvm`, with names where the snapshot holds them.
pub(in crate::probe) fn of_inode(inode: &Inode, subject: &Subject) -> String {
    written(inode.mode, inode.uid, inode.gid, subject)
}

/// The same for a file or directory on the way.
pub(in crate::probe) fn of_owned(owned: &Owned, subject: &Subject) -> String {
    written(owned.mode, owned.uid, owned.gid, subject)
}

fn written(mode: u32, uid: u32, gid: u32, subject: &Subject) -> String {
    format!("{mode:04o} {}:{}", subject.user_name(uid), subject.group_name(gid))
}

/// Who beside root may change the file, or replace what stands in the directory.
///
/// In a sticky directory nobody can replace what belongs to root.
pub(in crate::probe) fn foreign_writer(owned: &Owned) -> Option<String> {
    const GROUP_WRITE: u32 = 0o020;
    const OTHER_WRITE: u32 = 0o002;
    const STICKY: u32 = 0o1000;
    if owned.uid != 0 {
        return Some(format!("user {}", owned.uid));
    }
    if owned.directory && owned.mode & STICKY != 0 {
        return None;
    }
    if owned.mode & OTHER_WRITE != 0 {
        return Some("everybody".to_owned());
    }
    (owned.mode & GROUP_WRITE != 0 && owned.gid != 0).then(|| format!("group {}", owned.gid))
}

/// What stands there, with its article.
pub(in crate::probe) fn kind(kind: Kind) -> String {
    match kind {
        Kind::Regular => "a regular file".to_owned(),
        Kind::Directory => "a directory".to_owned(),
        Kind::Symlink => "a symbolic link".to_owned(),
        Kind::CharDevice { major, minor } => format!("character device {major}:{minor}"),
        Kind::BlockDevice { .. } => "a block device".to_owned(),
        Kind::Fifo => "a named pipe".to_owned(),
        Kind::Socket => "a socket".to_owned(),
    }
}
