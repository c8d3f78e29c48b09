//! The helper's ACL files.

use std::path::{Component, Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Access, Bytes, Errno, Fact, Inode, Owned, path};

/// The ACL file that the helper reads, what it includes, and look-alikes elsewhere.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Acl {
    /// The path as the helper opens and prints it, `..` and all.
    #[serde(with = "path")]
    #[schemars(with = "path::Written")]
    pub path: PathBuf,
    /// Whether the path was read from the helper itself, and not assumed.
    pub path_from_helper: bool,
    /// That file first, then every file that an `include` names, in the order in which they are met.
    pub files: Vec<AclFile>,
    /// Other files by a name that people take for the ACL.
    #[serde(with = "path")]
    #[schemars(with = "Vec<path::Written>")]
    pub elsewhere: Vec<PathBuf>,
}

impl Acl {
    /// The file that an `include` of this text opens.
    ///
    /// Texts are compared, not paths: with a slash at its end a path of a regular file does not open.
    pub fn file(&self, path: &Path) -> Option<&AclFile> {
        self.files.iter().find(|file| file.path.as_os_str() == path.as_os_str())
    }

    /// The file that is meant by this path, be it the helper's name for it or, behind links, its own.
    pub fn standing_at(&self, path: &Path) -> Option<&AclFile> {
        self.file(path).or_else(|| self.files.iter().find(|file| file.stands_at(path)))
    }
}

/// The path without `..`.
///
/// A helper that was built to be moved names its ACL from the directory that it really stands in, so that `..` is the
/// directory above by name as well.
pub fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => _ = plain.pop(),
            other => plain.push(other),
        }
    }
    plain
}

/// One ACL file.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct AclFile {
    /// The path as the helper opens it.
    #[serde(with = "path")]
    #[schemars(with = "path::Written")]
    pub path: PathBuf,
    /// Whether `fopen` for reading succeeds.
    pub readable: Access,
    /// What stands there, links followed.
    pub inode: Fact<Result<Inode, Errno>>,
    /// The link's target, where the path itself is a symbolic link.
    #[serde(default, with = "path")]
    #[schemars(with = "Option<path::Written>")]
    pub link: Option<PathBuf>,
    /// The first directory on the way that the subject may not search.
    #[serde(default, with = "path")]
    #[schemars(with = "Option<path::Written>")]
    pub closed_directory: Option<PathBuf>,
    /// The file and its directories, with those who may change them.
    pub owners: Vec<Owned>,
    /// Its bytes, read with the rights of whoever took the snapshot; empty for a directory and for `/dev/null`.
    pub content: Fact<Bytes>,
}

impl AclFile {
    /// Whether this path means the file: by the helper's name, without its dots, or behind its links.
    pub fn stands_at(&self, path: &Path) -> bool {
        self.path == path || self.real_path() == path || without_dots(&self.path) == path
    }

    /// Where the file itself stands, links resolved as far as that was seen.
    pub fn real_path(&self) -> &Path {
        let itself = |owned: &&Owned| !owned.directory && owned.path.file_name().is_some();
        self.owners.iter().find(itself).map_or(&self.path, |owned| &owned.path)
    }

    /// Its bytes; none where nobody could read it.
    pub fn bytes(&self) -> &[u8] {
        self.content.known().map_or(&[], |content| &content.0)
    }

    /// The line of this number, counted from 1, without its line feed.
    pub fn line(&self, number: usize) -> Option<&[u8]> {
        let content = self.content.known()?;
        content.0.split(|byte| *byte == b'\n').nth(number.checked_sub(1)?)
    }
}
