//! Where a change may be made: every directory on the way is held open and only root can change it.
//!
//! A path is walked one name at a time, and what is changed is named relative to the directory that was opened last.
//! So nothing that a user does meanwhile can lead the change elsewhere.

use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::look::by_handle;
use crate::fix::Trouble;
use crate::fix::object::ACCESS_ACL;

/// As many symbolic links as the kernel follows.
const MOST_LINKS: usize = 40;

/// What becomes of a symbolic link at the end of a path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::fix) enum Last {
    /// It is followed, as each on the way is.
    Follow,
    /// It is the object itself.
    Keep,
}

/// A name in a directory that only root can change.
#[derive(Debug)]
pub(in crate::fix) struct Spot {
    directory: OwnedFd,
    name: OsString,
    path: PathBuf,
}

/// Where a path leads.
#[derive(Debug)]
pub(in crate::fix) enum Place {
    /// To a name in a directory that is there, whether or not something stands under the name.
    Here(Spot),
    /// To a directory that is missing.
    Below {
        /// The first directory that is missing, links resolved.
        missing: PathBuf,
        /// The whole path, links resolved.
        path: PathBuf,
    },
}

impl Spot {
    /// The directory.
    pub(in crate::fix) fn directory(&self) -> BorrowedFd<'_> {
        self.directory.as_fd()
    }

    /// The name in it.
    pub(in crate::fix) fn name(&self) -> &OsStr {
        &self.name
    }

    /// The whole path, links resolved.
    pub(in crate::fix) fn path(&self) -> &Path {
        &self.path
    }
}

/// Walks a path.
pub(in crate::fix) fn find(path: &Path, last: Last) -> Result<Place, Trouble> {
    if !path.is_absolute() || path.as_os_str().as_bytes().iter().any(u8::is_ascii_control) {
        let what = "a path with a line break or another control character, or one that does not begin with `/`";
        return Err(Trouble::at(path, format!("it is {what}"), "give the file another name"));
    }
    Walk::begin()?.along(path, last)
}

/// The spot of a path whose directory is there.
pub(in crate::fix) fn spot(path: &Path, last: Last) -> Result<Spot, Trouble> {
    match find(path, last)? {
        Place::Here(spot) => Ok(spot),
        Place::Below { missing, .. } => {
            Err(Trouble::at(&missing, "this directory is missing", "run `bridge-doctor check` again"))
        }
    }
}

/// The directories so far, each with its name.
struct Walk {
    root: OwnedFd,
    way: Vec<(OwnedFd, OsString)>,
    links: usize,
}

impl Walk {
    fn begin() -> Result<Self, Trouble> {
        let root = rustix::fs::openat(CWD, "/", OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
            .map_err(|error| Trouble::of(Path::new("/"), "it cannot be opened", error))?;
        only_root_changes(root.as_fd(), Path::new("/"))?;
        Ok(Self { root, way: Vec::new(), links: 0 })
    }

    fn along(mut self, path: &Path, last: Last) -> Result<Place, Trouble> {
        let mut names = reversed(path.as_os_str());
        while let Some(name) = names.pop() {
            if name == ".." {
                self.way.pop();
                continue;
            }
            let here = self.path(&name);
            let is_last = names.is_empty();
            let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let entry = match rustix::fs::openat(self.at(), &name, flags, Mode::empty()) {
                Ok(entry) => entry,
                Err(Errno::NOENT) if is_last => return self.here(name, here),
                Err(Errno::NOENT) => return below(here, &names),
                Err(error) => return Err(Trouble::of(&here, "it cannot be looked at", error)),
            };
            let stat =
                rustix::fs::fstat(&entry).map_err(|error| Trouble::of(&here, "it cannot be looked at", error))?;
            match FileType::from_raw_mode(stat.st_mode) {
                FileType::Symlink if !is_last || last == Last::Follow => {
                    let target = rustix::fs::readlinkat(&entry, "", Vec::new())
                        .map_err(|error| Trouble::of(&here, "the link cannot be read", error))?;
                    self.follow(&here, &OsString::from_vec(target.into_bytes()), &mut names)?;
                }
                _ if is_last => return self.here(name, here),
                FileType::Directory => {
                    only_root_changes(entry.as_fd(), &here)?;
                    self.way.push((entry, name));
                }
                _ => return Err(Trouble::at(&here, "it is no directory", "move it away, or use another path")),
            }
        }
        Err(Trouble::at(path, "it names no file in a directory", "name the file itself"))
    }

    fn follow(&mut self, link: &Path, target: &OsStr, names: &mut Vec<OsString>) -> Result<(), Trouble> {
        self.links += 1;
        if self.links > MOST_LINKS {
            return Err(Trouble::at(link, "its links lead in a circle", "remove the link"));
        }
        if target.as_bytes().iter().any(u8::is_ascii_control) {
            return Err(Trouble::at(link, "it leads to a name with a control character", "remove the link"));
        }
        if target.as_bytes().starts_with(b"/") {
            self.way.clear();
        }
        names.extend(reversed(target));
        Ok(())
    }

    fn at(&self) -> BorrowedFd<'_> {
        self.way.last().map_or(self.root.as_fd(), |(directory, _)| directory.as_fd())
    }

    fn path(&self, name: &OsStr) -> PathBuf {
        let names = self.way.iter().map(|(_, name)| name.as_os_str());
        [OsStr::new("/")].into_iter().chain(names).chain([name]).collect()
    }

    fn here(mut self, name: OsString, path: PathBuf) -> Result<Place, Trouble> {
        let directory = self.way.pop().map_or(self.root, |(directory, _)| directory);
        Ok(Place::Here(Spot { directory, name, path }))
    }
}

fn below(missing: PathBuf, names: &[OsString]) -> Result<Place, Trouble> {
    if names.iter().any(|name| name == "..") {
        return Err(Trouble::at(&missing, "the path goes on to `..` from what is missing", "name the file directly"));
    }
    let path = names.iter().rev().fold(missing.clone(), |path, name| path.join(name));
    Ok(Place::Below { missing, path })
}

/// Refuses a directory in which somebody else than root could put one thing in the place of another.
fn only_root_changes(directory: BorrowedFd<'_>, path: &Path) -> Result<(), Trouble> {
    let stat = rustix::fs::fstat(directory).map_err(|error| Trouble::of(path, "it cannot be looked at", error))?;
    let mode = stat.st_mode & 0o7777;
    let who = match (stat.st_uid, mode & 0o022) {
        (0, 0) => return Ok(()),
        // The group's bits are then the mask of all that it grants.
        (0, 0o020) if has_posix_acl(directory) => format!("a POSIX ACL lets others write in it (mode {mode:04o})"),
        (0, 0o020) => format!("group {} may write in it (mode {mode:04o})", stat.st_gid),
        (0, _) => format!("every user may write in it (mode {mode:04o})"),
        (uid, _) => format!("it belongs to user {uid}"),
    };
    Err(Trouble::at(
        path,
        format!("{who}, who could lead a change by root elsewhere; nothing below it is changed"),
        "use a path whose directories belong to root and are writable by root alone",
    ))
}

fn has_posix_acl(directory: BorrowedFd<'_>) -> bool {
    rustix::fs::getxattr(by_handle(&directory), ACCESS_ACL, [0_u8; 0].as_mut_slice()).is_ok()
}

fn reversed(path: &OsStr) -> Vec<OsString> {
    let names = path.as_bytes().split(|&byte| byte == b'/').rev();
    names.filter(|name| !name.is_empty() && *name != b".").map(|name| OsStr::from_bytes(name).to_owned()).collect()
}
