//! Where the bytes come from.

use std::collections::{BTreeMap, HashMap};
use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::{Opened, Source};
use crate::snapshot::{Acl, AclFile, Answer, Errno, Fact, Kind};

/// `/dev/zero`, which has no end.
const ZERO_DEVICE: Kind = Kind::CharDevice { major: 1, minor: 5 };
/// `/dev/full`, which reads as that one.
const FULL_DEVICE: Kind = Kind::CharDevice { major: 1, minor: 7 };

/// The files as the helper can open them.
impl Source for Acl {
    fn open(&self, path: &Path) -> Opened<'_> {
        self.file(path).map_or(Opened::Unknown, as_helper)
    }

    fn is_directory(&self, path: &Path) -> bool {
        self.file(path).is_some_and(is_directory)
    }
}

/// The same, found by their hash: for an ACL with a great many includes.
#[derive(Clone, Debug)]
pub struct IndexedAcl<'a>(HashMap<&'a OsStr, &'a AclFile>);

impl<'a> IndexedAcl<'a> {
    /// Indexes the files of `acl`.
    pub fn new(acl: &'a Acl) -> Self {
        // Of two files by one name the first one counts, as it does without an index.
        Self(acl.files.iter().rev().map(|file| (file.path.as_os_str(), file)).collect())
    }
}

impl Source for IndexedAcl<'_> {
    fn open(&self, path: &Path) -> Opened<'_> {
        self.0.get(path.as_os_str()).map_or(Opened::Unknown, |file| as_helper(file))
    }

    fn is_directory(&self, path: &Path) -> bool {
        self.0.get(path.as_os_str()).copied().is_some_and(is_directory)
    }
}

fn is_directory(file: &AclFile) -> bool {
    matches!(&file.inode, Fact::Known(Ok(inode)) if inode.kind == Kind::Directory)
}

/// What opening the file gives the helper.
pub fn as_helper(file: &AclFile) -> Opened<'_> {
    match file.readable.as_helper() {
        Fact::Known(Answer::Yes) => special(file).unwrap_or_else(|| content(file)),
        Fact::Known(Answer::No(errno)) => Opened::Failed(*errno),
        Fact::Unknown(_) | Fact::NeedsLiveHost => Opened::Unknown,
    }
}

/// The files as whoever took the snapshot could read them: what the helper would make of them, could it open them all.
#[derive(Clone, Copy, Debug)]
pub struct WithoutPermissions<'a>(pub &'a Acl);

impl Source for WithoutPermissions<'_> {
    fn open(&self, path: &Path) -> Opened<'_> {
        self.0.file(path).map_or(Opened::Unknown, |file| match (&file.content, file.readable.as_helper()) {
            (Fact::Known(bytes), _) => Opened::Content(&bytes.0),
            (_, Fact::Known(Answer::No(errno))) if *errno != Errno::EACCES => Opened::Failed(*errno),
            _ => special(file).unwrap_or(Opened::Unknown),
        })
    }
}

/// What no permission forbids and yet cannot be read as a file can.
pub fn special(file: &AclFile) -> Option<Opened<'_>> {
    let Fact::Known(Ok(inode)) = &file.inode else { return None };
    match inode.kind {
        Kind::Fifo | ZERO_DEVICE | FULL_DEVICE => Some(Opened::Endless),
        Kind::Socket => Some(Opened::Failed(Errno::ENXIO)),
        Kind::NULL => Some(Opened::Content(&[])),
        _ => None,
    }
}

fn content(file: &AclFile) -> Opened<'_> {
    match &file.content {
        Fact::Known(bytes) => Opened::Content(&bytes.0),
        Fact::Unknown(_) | Fact::NeedsLiveHost => Opened::Unknown,
    }
}

/// Files that are held in memory; every other path is missing.
impl Source for BTreeMap<OsString, Vec<u8>> {
    fn open(&self, path: &Path) -> Opened<'_> {
        self.get(path.as_os_str()).map_or(Opened::Failed(Errno::ENOENT), |content| Opened::Content(content))
    }
}
