//! The file tree that is looked at: this machine's, or the one below `--root`.

mod by_hand;

use std::ffi::OsString;
use std::fs::File;
use std::io::Read as _;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, ResolveFlags, Stat};
use rustix::io::Errno as Os;

use crate::snapshot::{Errno, Fact};

pub(super) use by_hand::open as open_by_hand;

/// As many symbolic links as the kernel follows on one way.
pub(super) const MOST_LINKS: usize = 40;

/// The most that is read of one file.
pub(super) const CONTENT_LIMIT: u64 = 64 << 20;

/// A file tree, and the only way to a file in it.
///
/// Below a directory of `--root` every path is resolved inside it, absolute links and `..` included, so that a
/// hostile tree shows nothing of the machine around it.
pub(super) struct Root {
    tree: Option<OwnedFd>,
    path: PathBuf,
}

/// What becomes of a symbolic link at the end of a path.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Last {
    Follow,
    Keep,
}

/// Why a file was not read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Unread {
    /// It does not open.
    Failed(Errno),
    /// It is no regular file, and opening others can block or have effects.
    Special,
    /// It is larger than the limit.
    TooLarge,
}

/// What is not known of a file that does not open; root can tell where its mode forbids it.
pub(super) fn unreadable<T>(path: &Path, errno: Errno) -> Fact<T> {
    let because = format!("`{}` cannot be read: {}", path.display(), errno.text());
    match errno {
        Errno::EACCES => Fact::unknown_but(because, "sudo bridge-doctor check"),
        _ => Fact::unknown(because),
    }
}

impl Root {
    /// This machine.
    pub(super) fn live() -> Self {
        Self { tree: None, path: PathBuf::from("/") }
    }

    /// The tree below a directory.
    pub(super) fn below(path: &Path) -> Result<Self, Errno> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let tree = rustix::fs::openat(CWD, path, flags, Mode::empty())?;
        rustix::fs::accessat(&tree, ".", rustix::fs::Access::EXEC_OK, AtFlags::empty())?;
        Ok(Self { tree: Some(tree), path: path.to_path_buf() })
    }

    /// Whether it is this machine.
    pub(super) fn is_live(&self) -> bool {
        self.tree.is_none()
    }

    /// The directory, as it was given.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The directory of `--root`.
    pub(super) fn tree(&self) -> Option<BorrowedFd<'_>> {
        self.tree.as_ref().map(AsFd::as_fd)
    }

    /// A handle of what stands at the path, without opening it.
    pub(super) fn handle(&self, path: &Path, last: Last) -> Result<OwnedFd, Errno> {
        let follow = if last == Last::Keep { OFlags::NOFOLLOW } else { OFlags::empty() };
        self.open(path, OFlags::PATH | follow)
    }

    /// The kernel's `stat`, or `lstat`.
    pub(super) fn stat(&self, path: &Path, last: Last) -> Result<Stat, Errno> {
        match &self.tree {
            None => {
                let flags = if last == Last::Keep { AtFlags::SYMLINK_NOFOLLOW } else { AtFlags::empty() };
                Ok(rustix::fs::statat(CWD, path, flags)?)
            }
            Some(_) => Ok(rustix::fs::fstat(self.handle(path, last)?)?),
        }
    }

    /// Whether the path leads to something.
    pub(super) fn exists(&self, path: &Path) -> bool {
        self.stat(path, Last::Follow).is_ok()
    }

    /// The text of a symbolic link.
    pub(super) fn read_link(&self, path: &Path) -> Result<PathBuf, Errno> {
        let target = match &self.tree {
            None => rustix::fs::readlinkat(CWD, path, Vec::new())?,
            Some(_) => rustix::fs::readlinkat(self.handle(path, Last::Keep)?, "", Vec::new())?,
        };
        Ok(PathBuf::from(OsString::from_vec(target.into_bytes())))
    }

    /// The content of a regular file of at most `limit` bytes.
    pub(super) fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, Unread> {
        let (file, size) = self.regular_file(path, limit)?;
        let mut content = Vec::with_capacity(usize::try_from(size).unwrap_or(0).saturating_add(1));
        file.take(limit.saturating_add(1)).read_to_end(&mut content).map_err(|error| Unread::Failed(error.into()))?;
        if content.len() as u64 > limit { Err(Unread::TooLarge) } else { Ok(content) }
    }

    /// A regular file of at most `limit` bytes, open for reading, and its size.
    pub(super) fn regular_file(&self, path: &Path, limit: u64) -> Result<(File, u64), Unread> {
        let seen = self.stat(path, Last::Follow).map_err(Unread::Failed)?;
        if regular(&seen)? > limit {
            return Err(Unread::TooLarge);
        }
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
        let file = self.open(path, flags).map_err(Unread::Failed)?;
        // Another file may stand there by now.
        let size = regular(&rustix::fs::fstat(&file).map_err(|error| Unread::Failed(error.into()))?)?;
        Ok((File::from(file), size))
    }

    /// The content of a small text file, where it can be had.
    pub(super) fn text(&self, path: impl AsRef<Path>) -> Option<String> {
        let content = self.read(path.as_ref(), 1 << 20).ok()?;
        Some(String::from_utf8_lossy(&content).into_owned())
    }

    /// The names in a directory, sorted.
    pub(super) fn list(&self, path: &Path) -> Result<Vec<OsString>, Errno> {
        let directory = self.open(path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NONBLOCK)?;
        let mut names = Vec::new();
        for entry in rustix::fs::Dir::read_from(directory)? {
            let name = OsString::from_vec(entry?.file_name().to_bytes().to_vec());
            if name != "." && name != ".." {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    fn open(&self, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        let flags = flags | OFlags::CLOEXEC;
        match &self.tree {
            None => Ok(rustix::fs::openat(CWD, path, flags, Mode::empty())?),
            Some(tree) => open_inside(tree.as_fd(), path, flags),
        }
    }
}

/// Opens a path inside a tree, by `openat2` where the kernel has it.
pub(super) fn open_inside(tree: BorrowedFd<'_>, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    // EAGAIN: something was renamed during the walk, and the kernel could not rule out an escape.
    for _ in 0..8 {
        match rustix::fs::openat2(tree, path, flags, Mode::empty(), resolve) {
            Ok(file) => return Ok(file),
            Err(Os::AGAIN) => {}
            Err(Os::NOSYS | Os::PERM) => return open_by_hand(tree, path, flags),
            Err(error) => return Err(error.into()),
        }
    }
    open_by_hand(tree, path, flags)
}

fn regular(stat: &Stat) -> Result<u64, Unread> {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok(u64::try_from(stat.st_size).unwrap_or(0)),
        _ => Err(Unread::Special),
    }
}
