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
    let user = match uid {
        0 => "root".to_owned(),
        uid if uid == subject.uid => subject.user.clone(),
        uid => uid.to_string(),
    };
    format!("{mode:04o} {user}:{}", group(gid, subject))
}

/// The group's name, else its number.
pub(in crate::probe) fn group(gid: u32, subject: &Subject) -> String {
    let known = subject.group_names.iter().find(|(number, _)| *number == gid).map(|(_, name)| name.clone());
    known.unwrap_or_else(|| if gid == 0 { "root".to_owned() } else { gid.to_string() })
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
