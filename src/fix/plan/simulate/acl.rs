//! ACL files that are made or changed.

use std::path::Path;

use super::mode::permits;
use crate::platform::LineEdit;
use crate::snapshot::{Answer, Bytes, Errno, Fact, Inode, Kind, Mount, Owned, Snapshot, without_dots};

/// A directory that is made where there was none.
pub(super) fn directory(after: &mut Snapshot, path: &Path, mode: u32) {
    for file in &mut after.acl.files {
        let known = file.owners.iter().any(|owned| owned.path == path);
        if !known && without_dots(&file.path).starts_with(path) {
            let made = Owned { path: path.to_owned(), mode, uid: 0, gid: 0, directory: true };
            file.owners.insert(0, made);
        }
    }
}

/// Lines that change; of a file whose content nobody saw, nothing more is known afterwards.
pub(super) fn edit(after: &mut Snapshot, path: &Path, edits: &[LineEdit], mode: u32) {
    let Some(file) = after.acl.standing_at(path) else { return };
    let content = match (&file.content, &file.inode) {
        (Fact::Known(content), _) => content.0.clone(),
        (_, Fact::Known(Err(_))) => Vec::new(),
        _ => return,
    };
    write(after, path, LineEdit::applied(edits, &content), mode);
}

/// A file that has this content; a new one belongs to root and has this mode.
pub(super) fn write(after: &mut Snapshot, path: &Path, content: Vec<u8>, mode: u32) {
    let subject = after.subject.clone();
    let Some(file) = after.acl.files.iter_mut().find(|file| file.stands_at(path)) else {
        return;
    };
    if !matches!(file.inode, Fact::Known(Ok(_))) {
        file.link = None;
        file.owners.retain(|owned| owned.path != path);
        file.owners.insert(0, Owned { path: path.to_owned(), mode, uid: 0, gid: 0, directory: false });
        file.inode = Fact::Known(Ok(made(mode)));
        let readable = permits(&subject, mode, 0, 0, 4);
        file.readable.subject = Fact::Known(if readable { Answer::Yes } else { Answer::No(Errno::EACCES) });
        if file.readable.helper.is_some() {
            file.readable.helper = Some(Fact::Known(Answer::Yes));
        }
    }
    if let Fact::Known(Ok(inode)) = &mut file.inode {
        inode.size = content.len() as u64;
    }
    file.content = Fact::Known(Bytes(content));
}

/// A file that bridge-doctor made.
pub(super) fn made(mode: u32) -> Inode {
    Inode {
        kind: Kind::Regular,
        mode,
        uid: 0,
        gid: 0,
        size: 0,
        identity: (0, 0),
        mount: Fact::Known(Mount { nosuid: false, noexec: false, nodev: false, readonly: false }),
        capabilities: Fact::Known(None),
        has_posix_acl: false,
    }
}
