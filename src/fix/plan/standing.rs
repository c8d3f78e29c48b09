//! What stands at a path, as far as the facts tell.

use std::path::Path;

use crate::platform::{Action, Effect};
use crate::report::{FoundFile, Preimage};
use crate::snapshot::{AclFile, Errno, Fact, Inode, Kind, Owned, Snapshot};

/// The path that an action is about: its own, or, of a program that sets one, the helper's.
pub(super) fn subject<'a>(action: &'a Action, effect: &'a Effect) -> Option<&'a Path> {
    match effect {
        Effect::Owned { path, .. } => Some(path),
        _ => action.path(),
    }
}

/// The file of this action, or what is known of its absence.
pub(super) fn preimage(snapshot: &Snapshot, action: &Action, effect: &Effect) -> Preimage {
    let Some(path) = subject(action, effect) else { return Preimage::Unknown };
    match (at(snapshot, path), action) {
        (Preimage::Unknown, Action::WriteFile { .. }) => Preimage::Free,
        (found, _) => found,
    }
}

/// What stands there.
pub(super) fn at(snapshot: &Snapshot, path: &Path) -> Preimage {
    let helper = &snapshot.helper;
    if let Some(step) = helper.chain.known().and_then(|chain| chain.iter().find(|step| step.path == path)) {
        let link = FoundFile { target: Some(step.target.clone()), ..of_inode(&step.inode, None) };
        return Preimage::Standing(FoundFile { kind: Kind::Symlink, ..link });
    }
    if helper.real_path.as_deref().unwrap_or(&helper.path) == path {
        return of_fact(&helper.file, None);
    }
    if path == Path::new("/dev/net/tun") {
        return match (&snapshot.tun.link, &snapshot.tun.inode) {
            (Some(target), Fact::Known(Err(_))) => link_to(target),
            (_, inode) => of_fact(inode, None),
        };
    }
    if let Some(file) = snapshot.acl.standing_at(path) {
        return of_acl(file, path);
    }
    let mut owned = helper.owners.iter().chain(snapshot.acl.files.iter().flat_map(|file| &file.owners));
    owned.find(|owned| owned.path == path).map_or(Preimage::Unknown, of_owned)
}

fn of_acl(file: &AclFile, path: &Path) -> Preimage {
    match (&file.link, &file.inode) {
        (Some(target), Fact::Known(Err(_))) if file.path == path => link_to(target),
        _ => of_fact(&file.inode, file.content.known().map(|content| content.0.clone())),
    }
}

/// A link that leads nowhere.
fn link_to(target: &Path) -> Preimage {
    Preimage::Standing(FoundFile {
        kind: Kind::Symlink,
        mode: 0o777,
        uid: 0,
        gid: 0,
        content: None,
        capabilities: None,
        target: Some(target.to_owned()),
    })
}

fn of_fact(fact: &Fact<Result<Inode, Errno>>, content: Option<Vec<u8>>) -> Preimage {
    match fact {
        Fact::Known(Ok(inode)) => Preimage::Standing(of_inode(inode, content)),
        Fact::Known(Err(Errno::ENOENT | Errno::ENOTDIR)) => Preimage::Absent,
        Fact::Known(Err(_)) | Fact::Unknown(_) | Fact::NeedsLiveHost => Preimage::Unknown,
    }
}

fn of_inode(inode: &Inode, content: Option<Vec<u8>>) -> FoundFile {
    FoundFile {
        kind: inode.kind,
        mode: inode.mode,
        uid: inode.uid,
        gid: inode.gid,
        content,
        capabilities: inode.capabilities.known().copied(),
        target: None,
    }
}

fn of_owned(owned: &Owned) -> Preimage {
    Preimage::Standing(FoundFile {
        kind: if owned.directory { Kind::Directory } else { Kind::Regular },
        mode: owned.mode,
        uid: owned.uid,
        gid: owned.gid,
        content: None,
        capabilities: None,
        target: None,
    })
}
