//! Reading what stands at a spot, whole.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::PathBuf;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, StatxAttributes, StatxFlags};
use rustix::io::Errno;

use super::place::Spot;
use crate::fix::{Attributes, Node, Object, Time, Trouble};
use crate::snapshot::Bytes;

/// No file that a fix writes comes near to this.
const LIMIT: u64 = 64 << 20;

/// Attributes that the kernel computes from the content by itself.
const COMPUTED: [&str; 2] = ["security.ima", "security.evm"];

/// What stands there, and what stands in the way of a change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::fix) struct Seen {
    /// The object.
    pub(in crate::fix) object: Object,
    /// When a file's content was last changed.
    pub(in crate::fix) modified: Option<Time>,
    /// How many names the file has.
    pub(super) names: u32,
    /// Whether something is mounted on it, so that it cannot be replaced.
    pub(super) is_mount: bool,
    /// `chattr +i` or `+a`.
    pub(super) fixed: Option<&'static str>,
}

/// Looks at a spot; the link at the end of a path is not followed.
pub(in crate::fix) fn look(spot: &Spot) -> Result<Seen, Trouble> {
    let fail = |error: Errno| Trouble::of(spot.path(), "it cannot be read", error);
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let handle = match rustix::fs::openat(spot.directory(), spot.name(), flags, Mode::empty()) {
        Ok(handle) => handle,
        Err(Errno::NOENT) => {
            let object = Object::Absent {};
            return Ok(Seen { object, modified: None, names: 0, is_mount: false, fixed: None });
        }
        Err(error) => return Err(fail(error)),
    };
    let stat = rustix::fs::fstat(&handle).map_err(fail)?;
    let (is_mount, fixed) = obstacles(&handle);
    let attributes = || -> Result<Attributes, Trouble> {
        // An open file is always there: what is missing is the way to it.
        let no_way =
            || Trouble::at(spot.path(), "its attributes cannot be read without /proc", "mount -t proc proc /proc");
        let extended = extended(&handle).map_err(|error| if error == Errno::NOENT { no_way() } else { fail(error) })?;
        Ok(Attributes { mode: stat.st_mode & 0o7777, uid: stat.st_uid, gid: stat.st_gid, extended })
    };
    let number = || (rustix::fs::major(stat.st_rdev), rustix::fs::minor(stat.st_rdev));
    let node = |node| Ok(Object::Node { node, attributes: attributes()? });
    let object = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile | FileType::Unknown => {
            Ok(Object::File { content: Some(content(spot, &stat)?), attributes: attributes()? })
        }
        FileType::Directory => Ok(Object::Directory { attributes: attributes()? }),
        FileType::Symlink => {
            let target = rustix::fs::readlinkat(&handle, "", Vec::new()).map_err(fail)?;
            Ok(Object::Link { target: Bytes(target.into_bytes()), uid: stat.st_uid, gid: stat.st_gid })
        }
        FileType::CharacterDevice => node(Node::CharDevice(number().0, number().1)),
        FileType::BlockDevice => node(Node::BlockDevice(number().0, number().1)),
        FileType::Fifo => node(Node::Pipe),
        FileType::Socket => node(Node::Socket),
    }?;
    let is_file = matches!(object, Object::File { .. });
    let modified = is_file.then(|| (stat.st_mtime, u32::try_from(stat.st_mtime_nsec).unwrap_or(0)));
    Ok(Seen { object, modified, names: u32::try_from(stat.st_nlink).unwrap_or(u32::MAX), is_mount, fixed })
}

/// The path of an open handle, for system calls that take no handle.
pub(super) fn by_handle(handle: &impl AsRawFd) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", handle.as_raw_fd()))
}

/// Whether the directory of a spot, or what is above it, forbids every change.
pub(super) fn forbids(spot: &Spot) -> Result<Option<&'static str>, Trouble> {
    let fail = |error: Errno| Trouble::of(spot.path(), "its directory cannot be looked at", error);
    let mount = rustix::fs::fstatvfs(spot.directory()).map_err(fail)?;
    Ok(mount.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY).then_some("it is on a read-only file system"))
}

/// `chattr` flags of the directory of a spot.
pub(super) fn fixed_directory(spot: &Spot) -> Option<&'static str> {
    obstacles(spot.directory()).1
}

fn obstacles(handle: impl std::os::fd::AsFd) -> (bool, Option<&'static str>) {
    // An old kernel or file system that does not tell is found out by the change itself, which is then taken back.
    let Ok(seen) = rustix::fs::statx(handle, "", AtFlags::EMPTY_PATH, StatxFlags::empty()) else {
        return (false, None);
    };
    let fixed = if seen.stx_attributes.contains(StatxAttributes::IMMUTABLE) {
        Some("immutable (`chattr +i`)")
    } else if seen.stx_attributes.contains(StatxAttributes::APPEND) {
        Some("append-only (`chattr +a`)")
    } else {
        None
    };
    (seen.stx_attributes.contains(StatxAttributes::MOUNT_ROOT), fixed)
}

fn content(spot: &Spot, seen: &Stat) -> Result<Vec<u8>, Trouble> {
    let fail = |error: std::io::Error| Trouble::of(spot.path(), "it cannot be read", error);
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = rustix::fs::openat(spot.directory(), spot.name(), flags, Mode::empty()).map_err(|e| fail(e.into()))?;
    let opened = rustix::fs::fstat(&file).map_err(|error| fail(error.into()))?;
    if (opened.st_dev, opened.st_ino) != (seen.st_dev, seen.st_ino) {
        return Err(Trouble::at(spot.path(), "it is being changed by another program", "try again"));
    }
    let mut content = Vec::new();
    File::from(file).take(LIMIT + 1).read_to_end(&mut content).map_err(fail)?;
    if content.len() as u64 > LIMIT {
        return Err(Trouble::at(spot.path(), "it is larger than 64 MiB", "look at it: it is no such file"));
    }
    Ok(content)
}

pub(super) fn extended(handle: &OwnedFd) -> Result<BTreeMap<String, Bytes>, Errno> {
    let path = by_handle(handle);
    let mut found = BTreeMap::new();
    let mut names = vec![0_u8; 1 << 16];
    let length = match rustix::fs::listxattr(&path, names.as_mut_slice()) {
        Ok(length) => length,
        Err(Errno::OPNOTSUPP) => 0,
        Err(error) => return Err(error),
    };
    let mut value = vec![0_u8; 1 << 16];
    for name in names.get(..length).unwrap_or_default().split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let name = String::from_utf8_lossy(name).into_owned();
        if COMPUTED.contains(&name.as_str()) {
            continue;
        }
        match rustix::fs::getxattr(&path, name.as_str(), value.as_mut_slice()) {
            Ok(length) => {
                found.insert(name, Bytes(value.get(..length).unwrap_or_default().to_vec()));
            }
            Err(Errno::NODATA) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}
