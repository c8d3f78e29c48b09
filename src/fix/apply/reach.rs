//! Bringing one spot from what stands there to what should: forwards, and backwards alike.
//!
//! Content is replaced by renaming a finished file over the old one, so that nobody meets half of it, and permission
//! bits by the one call that sets them all. Only where owner and bits change together on something that cannot be
//! replaced (a directory, a mount point, a file with several names) does it take two calls.

use std::ffi::OsStr;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;

use rustix::fs::{AtFlags, FileType, Gid, Mode, OFlags, RenameFlags, Timespec, Timestamps, Uid, XattrFlags};
use rustix::io::Errno;

use super::look::{Seen, by_handle, look};
use super::place::Spot;
use crate::fix::object::is_given_by_policy;
use crate::fix::{Attributes, Node, Object, Time, Trouble};

/// Makes what stands at the spot the same as `wanted`; `temporary` is a name beside it that nobody else has.
///
/// # Errors
///
/// Those of the system. The spot then has the old object still, or the new one.
pub(in crate::fix) fn reach(
    spot: &Spot,
    wanted: &Object,
    modified: Option<Time>,
    temporary: &OsStr,
) -> Result<(), Trouble> {
    let now = look(spot)?;
    if wanted.differences(&now.object).is_empty() {
        return Ok(());
    }
    let change = Change { spot, now: &now, temporary };
    change.make(wanted, modified).map_err(|error| Trouble::of(spot.path(), "it cannot be changed", error))
}

/// Removes what an interrupted change left under its temporary name.
pub(in crate::fix) fn clear(spot: &Spot, temporary: &OsStr) -> Result<(), Trouble> {
    let removed = match rustix::fs::unlinkat(spot.directory(), temporary, AtFlags::empty()) {
        Err(Errno::ISDIR) => rustix::fs::unlinkat(spot.directory(), temporary, AtFlags::REMOVEDIR),
        other => other,
    };
    match removed {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(error) => Err(Trouble::of(&spot.path().with_file_name(temporary), "it cannot be removed", error)),
    }
}

struct Change<'a> {
    spot: &'a Spot,
    now: &'a Seen,
    temporary: &'a OsStr,
}

impl Change<'_> {
    fn make(&self, wanted: &Object, modified: Option<Time>) -> Result<(), Errno> {
        match (wanted, &self.now.object) {
            (Object::Absent {}, Object::Directory { .. }) => self.remove(AtFlags::REMOVEDIR)?,
            (Object::Absent {}, _) => self.remove(AtFlags::empty())?,
            (Object::File { content, attributes }, Object::File { content: standing, attributes: now })
                if content.is_none() || content == standing =>
            {
                let one_call = is_one_call(now, attributes);
                if one_call || self.now.names > 1 || self.now.is_mount {
                    self.in_place(now, attributes, FileType::RegularFile)?;
                } else {
                    self.write(standing.as_deref().unwrap_or_default(), attributes, self.now.modified)?;
                }
            }
            (Object::Directory { attributes }, Object::Directory { attributes: now }) => {
                self.in_place(now, attributes, FileType::Directory)?;
            }
            (Object::Node { node, attributes }, Object::Node { node: standing, attributes: now })
                if node == standing =>
            {
                self.in_place(now, attributes, FileType::Unknown)?;
            }
            // A directory is never replaced: there may be something in it.
            (_, Object::Directory { .. }) => return Err(Errno::ISDIR),
            (Object::File { content, attributes }, _) => {
                self.write(content.as_deref().ok_or(Errno::NOENT)?, attributes, modified)?;
            }
            (Object::Directory { attributes }, Object::Absent {}) => self.make_directory(attributes)?,
            (Object::Directory { .. }, _) => return Err(Errno::NOTDIR),
            (Object::Link { target, uid, gid }, _) => self.link(OsStr::from_bytes(&target.0), *uid, *gid)?,
            (Object::Node { node, attributes }, _) => self.make_node(*node, attributes)?,
        }
        // Some file systems sync no directory; what can be known of them has been.
        let directory = self.opened(OsStr::new("."), OFlags::RDONLY | OFlags::DIRECTORY)?;
        match rustix::fs::fsync(directory) {
            Err(Errno::INVAL) => Ok(()),
            done => done,
        }
    }

    fn remove(&self, flags: AtFlags) -> Result<(), Errno> {
        rustix::fs::unlinkat(self.spot.directory(), self.spot.name(), flags)
    }

    fn opened(&self, name: &OsStr, flags: OFlags) -> Result<OwnedFd, Errno> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        rustix::fs::openat(self.spot.directory(), name, flags, Mode::from_raw_mode(0o600))
    }

    /// Attributes of what stands there already.
    fn in_place(&self, now: &Attributes, wanted: &Attributes, kind: FileType) -> Result<(), Errno> {
        let handle = self.opened(self.spot.name(), OFlags::PATH)?;
        if now.uid != wanted.uid || now.gid != wanted.gid {
            chown(&handle, wanted)?;
        }
        let after_chown = match (now.uid, now.gid) == (wanted.uid, wanted.gid) {
            true => now.clone(),
            false => now.clone().with_owner(wanted.uid, wanted.gid, kind == FileType::RegularFile),
        };
        if after_chown.mode != wanted.mode {
            chmod(&handle, wanted.mode)?;
        }
        extend(&handle, wanted)?;
        match self.opened(self.spot.name(), OFlags::RDONLY | OFlags::NONBLOCK) {
            Ok(file) if kind != FileType::Unknown => rustix::fs::fsync(file),
            // A device: its directory is synced.
            _ => Ok(()),
        }
    }

    fn write(&self, content: &[u8], attributes: &Attributes, modified: Option<Time>) -> Result<(), Errno> {
        let file = self.opened(self.temporary, OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL)?;
        let written = write_all(file.as_fd(), content).and_then(|()| {
            attributes.apply(&file)?;
            if let Some((seconds, nanoseconds)) = modified {
                let time = Timespec { tv_sec: seconds, tv_nsec: nanoseconds.into() };
                rustix::fs::futimens(&file, &Timestamps { last_access: time, last_modification: time })?;
            }
            rustix::fs::fsync(&file)
        });
        self.put_in_place(written)
    }

    fn make_directory(&self, attributes: &Attributes) -> Result<(), Errno> {
        rustix::fs::mkdirat(self.spot.directory(), self.temporary, Mode::from_raw_mode(0o700))?;
        let made = self.opened(self.temporary, OFlags::RDONLY | OFlags::DIRECTORY).and_then(|directory| {
            attributes.apply(&directory)?;
            rustix::fs::fsync(&directory)
        });
        self.put_in_place(made)
    }

    fn link(&self, target: &OsStr, uid: u32, gid: u32) -> Result<(), Errno> {
        let at = self.spot.directory();
        rustix::fs::symlinkat(target, at, self.temporary)?;
        let (uid, gid) = (Some(Uid::from_raw(uid)), Some(Gid::from_raw(gid)));
        self.put_in_place(rustix::fs::chownat(at, self.temporary, uid, gid, AtFlags::SYMLINK_NOFOLLOW))
    }

    fn make_node(&self, node: Node, attributes: &Attributes) -> Result<(), Errno> {
        let (kind, (major, minor)) = match node {
            Node::CharDevice(major, minor) => (FileType::CharacterDevice, (major, minor)),
            Node::BlockDevice(major, minor) => (FileType::BlockDevice, (major, minor)),
            Node::Pipe => (FileType::Fifo, (0, 0)),
            Node::Socket => (FileType::Socket, (0, 0)),
        };
        let mode = Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(self.spot.directory(), self.temporary, kind, mode, rustix::fs::makedev(major, minor))?;
        self.put_in_place(self.opened(self.temporary, OFlags::PATH).and_then(|handle| attributes.apply(&handle)))
    }

    /// Renames the finished object over the old one, or removes what could not be finished.
    fn put_in_place(&self, finished: Result<(), Errno>) -> Result<(), Errno> {
        let at = self.spot.directory();
        // Nothing that another program put there meanwhile is lost.
        let flags = match self.now.object {
            Object::Absent {} => RenameFlags::NOREPLACE,
            _ => RenameFlags::empty(),
        };
        let renamed = finished.and_then(|()| {
            match rustix::fs::renameat_with(at, self.temporary, at, self.spot.name(), flags) {
                // A file system without that flag.
                Err(Errno::INVAL | Errno::NOSYS) => rustix::fs::renameat(at, self.temporary, at, self.spot.name()),
                done => done,
            }
        });
        if renamed.is_err() {
            // The first error tells more than one of clearing up; an undo clears up once more.
            let _ = clear(self.spot, self.temporary);
        }
        renamed
    }
}

/// Whether one system call makes the difference, so that nobody can meet a state in between.
fn is_one_call(now: &Attributes, wanted: &Attributes) -> bool {
    let same_owner = (now.uid, now.gid) == (wanted.uid, wanted.gid);
    if same_owner {
        now.clone().with_mode(wanted.mode) == *wanted || (now.mode == wanted.mode && one_attribute(now, wanted))
    } else {
        now.clone().with_owner(wanted.uid, wanted.gid, true) == *wanted
    }
}

fn one_attribute(now: &Attributes, wanted: &Attributes) -> bool {
    let names = now.extended.keys().chain(wanted.extended.keys().filter(|name| !now.extended.contains_key(*name)));
    names.filter(|name| now.extended.get(*name) != wanted.extended.get(*name)).count() == 1
}

impl Attributes {
    /// Gives them to a new object, privilege last.
    fn apply(&self, handle: &OwnedFd) -> Result<(), Errno> {
        chown(handle, self)?;
        chmod(handle, self.mode)?;
        extend(handle, self)
    }
}

fn chown(handle: &OwnedFd, wanted: &Attributes) -> Result<(), Errno> {
    let (uid, gid) = (Some(Uid::from_raw(wanted.uid)), Some(Gid::from_raw(wanted.gid)));
    rustix::fs::chownat(handle, "", uid, gid, AtFlags::EMPTY_PATH)
}

fn chmod(handle: &OwnedFd, mode: u32) -> Result<(), Errno> {
    rustix::fs::chmodat(rustix::fs::CWD, by_handle(handle), Mode::from_raw_mode(mode), AtFlags::empty())
}

/// Sets the extended attributes that differ and removes those that should not be there.
fn extend(handle: &OwnedFd, wanted: &Attributes) -> Result<(), Errno> {
    let path = by_handle(handle);
    let now = super::look::extended(handle)?;
    for name in now.keys().filter(|name| !wanted.extended.contains_key(*name) && !is_given_by_policy(name)) {
        rustix::fs::removexattr(&path, name.as_str())?;
    }
    for (name, value) in wanted.extended.iter().filter(|(name, value)| now.get(*name) != Some(value)) {
        rustix::fs::setxattr(&path, name.as_str(), &value.0, XattrFlags::empty())?;
    }
    Ok(())
}

fn write_all(file: BorrowedFd<'_>, mut content: &[u8]) -> Result<(), Errno> {
    while !content.is_empty() {
        let written = rustix::io::write(file, content)?;
        content = content.get(written..).unwrap_or_default();
    }
    Ok(())
}
