//! The way of a path for a watch: every name on it, and the directory in which it stands or would stand.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, readlinkat};

use crate::host::chain;
use crate::host::root::MOST_LINKS;

/// Calls `each` with every directory on the way of an absolute path and the name looked up in it, links followed.
///
/// `each` is called before the name is looked up, so that nothing happens unseen between the two. The answer is where the
/// way ends; nothing where it breaks off, at the last name that was told.
pub(super) fn walk(root: &Path, path: &Path, each: &mut dyn FnMut(&Path, &OsStr)) -> Option<PathBuf> {
    let mut names = chain::names(path);
    let mut at = PathBuf::from("/");
    let mut links = 0;
    while let Some(name) = names.pop_front() {
        if name == ".." {
            at.pop();
            continue;
        }
        each(&below(root, &at), &name);
        let next = at.join(&name);
        match readlinkat(CWD, below(root, &next), Vec::new()) {
            Ok(target) => {
                links += 1;
                if links > MOST_LINKS {
                    return None;
                }
                let target = PathBuf::from(OsString::from_vec(target.into_bytes()));
                if target.is_absolute() {
                    at = PathBuf::from("/");
                }
                chain::names(&target).into_iter().rev().for_each(|name| names.push_front(name));
            }
            // It is there, and no link.
            Err(rustix::io::Errno::INVAL) => at = next,
            Err(_) => return None,
        }
    }
    Some(below(root, &at))
}

/// The path as this process opens it.
fn below(root: &Path, path: &Path) -> PathBuf {
    let mut whole = root.as_os_str().to_owned();
    whole.push(path);
    PathBuf::from(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(root: &Path, path: &str) -> (Vec<String>, Option<PathBuf>) {
        let mut told = Vec::new();
        let end = walk(root, Path::new(path), &mut |directory, name| {
            told.push(directory.join(name).strip_prefix(root).expect("below the root").display().to_string());
        });
        (told, end.map(|end| end.strip_prefix(root).expect("below the root").to_owned()))
    }

    #[test]
    fn every_name_on_the_way_is_told_and_so_is_the_one_that_is_not_there() {
        let folder = tempfile::tempdir().expect("a directory");
        let root = folder.path();
        std::fs::create_dir_all(root.join("etc/real")).expect("directories");
        std::os::unix::fs::symlink("/etc/real", root.join("etc/qemu")).expect("a link");
        std::fs::write(root.join("etc/real/here"), "").expect("a file");
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let way = ["etc", "etc/qemu", "etc", "etc/real", "etc/real/here"];
        assert_eq!(told(root, "/etc/qemu/here"), (names(&way), Some("etc/real/here".into())));
        let way = ["etc", "etc/qemu", "etc", "etc/real", "etc/real/absent"];
        assert_eq!(told(root, "/etc/qemu/absent/deeper"), (names(&way), None));
        std::os::unix::fs::symlink("circle", root.join("circle")).expect("a link");
        assert_eq!(told(root, "/circle").1, None, "a circle ends");
    }
}
