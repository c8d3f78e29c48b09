//! Where the bytes come from.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use super::{Opened, Source};
use crate::snapshot::{Acl, AclFile, Answer, Errno, Fact};

/// The files as the helper can open them.
impl Source for Acl {
    fn open(&self, path: &Path) -> Opened<'_> {
        match self.file(path).map(|file| (file, file.readable.as_helper())) {
            Some((file, Fact::Known(Answer::Yes))) => content(file),
            Some((_, Fact::Known(Answer::No(errno)))) => Opened::Failed(*errno),
            Some((_, Fact::Unknown(_) | Fact::NeedsLiveHost)) | None => Opened::Unknown,
        }
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
            _ => Opened::Unknown,
        })
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
