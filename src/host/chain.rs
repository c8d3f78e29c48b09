//! The way of a path: every link and every directory that the kernel passes.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use rustix::fs::FileType;

use super::inode;
use super::root::{Last, MOST_LINKS, Root};
use crate::snapshot::{Errno, Step};

/// What was met on the way.
pub(super) struct Way {
    /// The links, in the order in which they are followed.
    pub(super) links: Vec<Step>,
    /// The directories that are searched, each once, links resolved.
    pub(super) directories: Vec<PathBuf>,
    /// The resolved path, or the error that ends the way.
    pub(super) end: Result<PathBuf, Errno>,
}

/// Follows a path one name at a time; a relative one from the working directory.
pub(super) fn follow(root: &Root, path: &Path) -> Way {
    let mut way = Way { links: Vec::new(), directories: Vec::new(), end: Err(Errno::ENOENT) };
    way.end = walk(root, path, &mut way.links, &mut way.directories);
    way
}

fn walk(root: &Root, path: &Path, links: &mut Vec<Step>, directories: &mut Vec<PathBuf>) -> Result<PathBuf, Errno> {
    let mut names = names(path);
    let mut at = PathBuf::from("/");
    if path.is_relative() && root.is_live() {
        at = std::env::current_dir()?;
    }
    while let Some(name) = names.pop_front() {
        if !directories.contains(&at) {
            directories.push(at.clone());
        }
        if name == ".." {
            at.pop();
            continue;
        }
        let next = at.join(&name);
        let stat = root.stat(&next, Last::Keep)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Symlink => {
                if links.len() >= MOST_LINKS {
                    return Err(Errno::ELOOP);
                }
                let target = root.read_link(&next)?;
                let inode = inode::look(root, &next, Last::Keep)?;
                if target.is_absolute() {
                    at = PathBuf::from("/");
                }
                for name in self::names(&target).into_iter().rev() {
                    names.push_front(name);
                }
                links.push(Step { path: next, target, inode });
            }
            FileType::Directory => at = next,
            _ if names.is_empty() => at = next,
            _ => return Err(Errno::ENOTDIR),
        }
    }
    Ok(at)
}

/// The names on the way, `..` among them.
pub(super) fn names(path: &Path) -> VecDeque<OsString> {
    let name = |component: Component<'_>| match component {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some(OsString::from("..")),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    };
    path.components().filter_map(name).collect()
}
