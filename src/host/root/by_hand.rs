//! Paths inside a tree, resolved one name at a time for kernels and sandboxes without `openat2`.

use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags};

use super::MOST_LINKS;
use crate::snapshot::Errno;

/// Opens a path inside a tree, never leaving it.
///
/// The directories on the way are held open, so that `..` steps back to the one that was really entered.
pub(in super::super) fn open(tree: BorrowedFd<'_>, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
    let here = OFlags::PATH | OFlags::CLOEXEC;
    let mut way: Vec<OwnedFd> = Vec::new();
    let mut names = reversed(path.as_os_str());
    let mut links = 0;
    while let Some(name) = names.pop() {
        if name == ".." {
            way.pop();
            continue;
        }
        let at = way.last().map_or(tree, |directory| directory.as_fd());
        let entry = rustix::fs::openat(at, &name, here | OFlags::NOFOLLOW, Mode::empty())?;
        let kind = FileType::from_raw_mode(rustix::fs::fstat(&entry)?.st_mode);
        let last = names.is_empty();
        if kind == FileType::Symlink && !(last && flags.contains(OFlags::NOFOLLOW)) {
            links += 1;
            if links > MOST_LINKS {
                return Err(Errno::ELOOP);
            }
            let target = OsString::from_vec(rustix::fs::readlinkat(&entry, "", Vec::new())?.into_bytes());
            if target.as_bytes().starts_with(b"/") {
                way.clear();
            }
            names.extend(reversed(&target));
        } else if last {
            return Ok(rustix::fs::openat(at, &name, flags | OFlags::NOFOLLOW, Mode::empty())?);
        } else if kind == FileType::Directory {
            way.push(entry);
        } else {
            return Err(Errno::ENOTDIR);
        }
    }
    let at = way.last().map_or(tree, |directory| directory.as_fd());
    Ok(rustix::fs::openat(at, ".", flags, Mode::empty())?)
}

fn reversed(path: &OsStr) -> Vec<OsString> {
    let names = path.as_bytes().split(|&byte| byte == b'/').rev();
    names.filter(|name| !name.is_empty() && *name != b".").map(|name| OsStr::from_bytes(name).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// The file that a path leads to, by its number, or the error.
    fn found(opened: Result<OwnedFd, Errno>) -> Result<u64, Errno> {
        Ok(rustix::fs::fstat(opened?)?.st_ino)
    }

    #[test]
    fn it_finds_what_the_kernel_finds() {
        let tree = std::env::temp_dir().join(format!("bridge-doctor-by-hand-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&tree);
        std::fs::create_dir_all(tree.join("a/b")).expect("a tree");
        std::fs::write(tree.join("a/file"), "").expect("a file");
        let links = [
            ("a/b/absolute", "/a/file"),
            ("a/b/up", "../../../../../a/file"),
            ("a/b/away", "/etc/passwd"),
            ("a/b/top", "/"),
            ("loop", "loop"),
            ("through", "a/b/up/x"),
            ("directory", "a/./b//"),
        ];
        for (link, target) in links {
            symlink(target, tree.join(link)).expect("a link");
        }
        let flags = OFlags::PATH | OFlags::CLOEXEC;
        let directory = rustix::fs::openat(rustix::fs::CWD, &tree, flags, Mode::empty()).expect("the tree");
        let paths = [
            "/",
            "",
            "..",
            "/a/file",
            "a/b/absolute",
            "a/b/up",
            "a/b/away",
            "a/b/top/a/file",
            "loop",
            "through",
            "directory",
            "directory/up",
            "/../../a/b/../file",
            "a/file/x",
            "missing",
            "directory/../file",
        ];
        for path in paths {
            for last in [OFlags::empty(), OFlags::NOFOLLOW] {
                let resolve = rustix::fs::ResolveFlags::IN_ROOT;
                let kernel = rustix::fs::openat2(&directory, path, flags | last, Mode::empty(), resolve);
                // An empty path is the one thing that the kernel refuses and the walk takes for the tree itself.
                let kernel = if path.is_empty() {
                    Ok(directory.try_clone().expect("a copy"))
                } else {
                    kernel.map_err(Errno::from)
                };
                let walked = open(directory.as_fd(), Path::new(path), flags | last);
                assert_eq!(found(walked), found(kernel), "`{path}` {last:?}");
            }
        }
        let _ = std::fs::remove_dir_all(&tree);
    }
}
