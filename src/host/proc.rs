//! `/proc`, held open: after a change of mount namespace another one may stand there, or none.

use std::fs::File;
use std::io::Read as _;
use std::os::fd::OwnedFd;

use rustix::fs::{CWD, Mode, OFlags, PROC_SUPER_MAGIC};

use crate::snapshot::Errno;

/// Few entries have more bytes.
const USUAL_SIZE: usize = 2 << 10;

/// The process file system of whoever collects.
pub(super) struct Proc(Option<OwnedFd>);

impl Proc {
    /// Opens it; an empty directory in its place counts as nothing.
    pub(super) fn open() -> Self {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = rustix::fs::openat(CWD, "/proc", flags, Mode::empty()).ok();
        Self(
            directory
                .filter(|directory| rustix::fs::fstatfs(directory).is_ok_and(|seen| seen.f_type == PROC_SUPER_MAGIC)),
        )
    }

    /// None: a file tree has no processes.
    pub(super) fn none() -> Self {
        Self(None)
    }

    /// Whether it is mounted.
    pub(super) fn is_there(&self) -> bool {
        self.0.is_some()
    }

    /// A handle of an entry, links followed.
    pub(super) fn handle(&self, path: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
        let directory = self.0.as_ref().ok_or(Errno::ENOENT)?;
        Ok(rustix::fs::openat(directory, path, flags | OFlags::CLOEXEC, Mode::empty())?)
    }

    /// The text of an entry.
    pub(super) fn text(&self, path: &str) -> Result<String, Errno> {
        // No entry tells its size, and most are read at once so.
        let mut content = Vec::with_capacity(USUAL_SIZE);
        let file = File::from(self.handle(path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY)?);
        file.take(1 << 20).read_to_end(&mut content)?;
        Ok(String::from_utf8_lossy(&content).into_owned())
    }

    /// A sysctl that is 0 or more; `None` where the kernel has none of this name.
    pub(super) fn number(&self, path: &str) -> Result<Option<u64>, Errno> {
        match self.text(path) {
            Ok(text) => Ok(text.trim().parse().ok()),
            Err(Errno::ENOENT) if self.is_there() => Ok(None),
            Err(errno) => Err(errno),
        }
    }
}
