//! Directories and files of the journal, which nobody but root may have touched.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;

use super::PLACE;
use crate::fix::Trouble;
use crate::fix::apply::place::{Last, spot};
use crate::platform::shell;

/// No entry and no content comes near to this.
const LIMIT: u64 = 128 << 20;

/// How a file begins its name before it is whole.
const UNFINISHED: &str = "tmp-";

const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// A directory of the journal.
#[derive(Debug)]
pub(super) struct Folder {
    handle: OwnedFd,
    path: PathBuf,
}

impl Folder {
    /// Opens the journal's own directory where it is there.
    pub(super) fn find(path: &Path) -> Result<Option<Self>, Trouble> {
        let spot = spot(path, Last::Keep)?;
        match rustix::fs::openat(spot.directory(), spot.name(), DIRECTORY, Mode::empty()) {
            Ok(handle) => Self::trusted(handle, path.to_owned()).map(Some),
            Err(Errno::NOENT) => Ok(None),
            Err(Errno::LOOP | Errno::NOTDIR) => {
                Err(forged(path, "it is no directory, and bridge-doctor follows no link in its place"))
            }
            Err(error) => Err(Trouble::of(path, "the journal cannot be opened", error)),
        }
    }

    /// Opens it, or makes it.
    pub(super) fn make(path: &Path) -> Result<Self, Trouble> {
        if let Some(found) = Self::find(path)? {
            return Ok(found);
        }
        let fail = |error: Errno| Trouble::of(path, "the journal cannot be made, so nothing is changed", error);
        let spot = spot(path, Last::Keep)?;
        match rustix::fs::mkdirat(spot.directory(), spot.name(), Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(error) => return Err(fail(error)),
        }
        sync(spot.directory()).map_err(fail)?;
        Self::find(path)?.ok_or_else(|| fail(Errno::NOENT))
    }

    /// Opens a directory in it.
    pub(super) fn below(&self, name: &str) -> Result<Self, Trouble> {
        let path = self.path.join(name);
        match rustix::fs::openat(&self.handle, name, DIRECTORY, Mode::empty()) {
            Ok(handle) => Self::trusted(handle, path),
            Err(Errno::LOOP | Errno::NOTDIR) => Err(forged(&path, "it is no directory")),
            Err(error) => Err(Trouble::of(&path, "it cannot be opened", error)),
        }
    }

    /// Makes a directory in it.
    pub(super) fn make_below(&self, name: &str) -> Result<Self, Trouble> {
        let fail = |error: Errno| {
            Trouble::of(&self.path.join(name), "the journal cannot be written, so nothing is changed", error)
        };
        rustix::fs::mkdirat(&self.handle, name, Mode::RWXU).map_err(fail)?;
        sync(self.handle.as_fd()).map_err(fail)?;
        self.below(name)
    }

    fn trusted(handle: OwnedFd, path: PathBuf) -> Result<Self, Trouble> {
        let stat = rustix::fs::fstat(&handle).map_err(|error| Trouble::of(&path, "it cannot be looked at", error))?;
        match (stat.st_uid, stat.st_mode & 0o7777) {
            (0, mode) if mode & 0o077 == 0 => Ok(Self { handle, path }),
            (uid, mode) => {
                Err(forged(&path, &format!("it belongs to user {uid} with mode {mode:04o}, not to root with 0700")))
            }
        }
    }

    /// The names in it, sorted; what was never finished is left out.
    pub(super) fn list(&self) -> Result<Vec<OsString>, Trouble> {
        let fail = |error: Errno| Trouble::of(&self.path, "it cannot be listed", error);
        let mut names = Vec::new();
        for entry in rustix::fs::Dir::read_from(&self.handle).map_err(fail)? {
            let name = entry.map_err(fail)?.file_name().to_bytes().to_vec();
            if name != b"." && name != b".." && !name.starts_with(UNFINISHED.as_bytes()) {
                names.push(OsString::from_vec(name));
            }
        }
        names.sort();
        Ok(names)
    }

    /// Opens a file in it for reading and writing, making it where it is missing.
    pub(super) fn open(&self, name: &str) -> Result<File, Trouble> {
        let fail = |error: Errno| Trouble::of(&self.path.join(name), "it cannot be opened", error);
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.handle, name, flags, Mode::RUSR | Mode::WUSR).map_err(fail)?;
        self.regular(name, &file)?;
        Ok(file.into())
    }

    /// The content of a file in it.
    pub(super) fn read(&self, name: &str) -> Result<Vec<u8>, Trouble> {
        let path = self.path.join(name);
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(&self.handle, name, flags, Mode::empty()) {
            Ok(file) => file,
            Err(Errno::LOOP) => return Err(forged(&path, "it is a symbolic link")),
            Err(error) => return Err(Trouble::of(&path, "it cannot be opened", error)),
        };
        self.regular(name, &file)?;
        let mut content = Vec::new();
        File::from(file)
            .take(LIMIT)
            .read_to_end(&mut content)
            .map_err(|error| Trouble::of(&path, "it cannot be read", error))?;
        Ok(content)
    }

    fn regular(&self, name: &str, file: &OwnedFd) -> Result<(), Trouble> {
        let path = self.path.join(name);
        let stat = rustix::fs::fstat(file).map_err(|error| Trouble::of(&path, "it cannot be looked at", error))?;
        let is_regular = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        match (is_regular, stat.st_uid, stat.st_mode & 0o022, stat.st_nlink) {
            (true, 0, 0, 1) => Ok(()),
            (false, ..) => Err(forged(&path, "it is no regular file")),
            _ => Err(forged(&path, "it is not a file of root alone")),
        }
    }

    /// Writes a file, whole or not at all; it is on disk when this returns.
    pub(super) fn write(&self, name: &str, content: &[u8]) -> Result<(), Trouble> {
        let fail = |error: std::io::Error| {
            let path = self.path.join(name);
            Trouble::of(&path, "the journal cannot be written, so the next step is not taken", error)
        };
        let unfinished = format!("{UNFINISHED}{name}");
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let written = rustix::fs::openat(&self.handle, &unfinished, flags, Mode::RUSR | Mode::WUSR)
            .map_err(std::io::Error::from)
            .and_then(|file| {
                let mut file = File::from(file);
                file.write_all(content)?;
                file.sync_all()?;
                rustix::fs::renameat(&self.handle, &unfinished, &self.handle, name)?;
                Ok(sync(self.handle.as_fd())?)
            });
        if written.is_err() {
            // What room it took may be needed to take things back.
            let _ = rustix::fs::unlinkat(&self.handle, &unfinished, rustix::fs::AtFlags::empty());
        }
        written.map_err(fail)
    }

    /// What stands in it and should not.
    pub(super) fn strange(&self, name: &str, why: &str) -> Trouble {
        forged(&self.path.join(name), why)
    }
}

/// Something that bridge-doctor did not write like that.
fn forged(path: &Path, why: &str) -> Trouble {
    let run = path.strip_prefix(PLACE).ok().and_then(|below| below.iter().next());
    let whole = run.map_or_else(|| PLACE.into(), |run| Path::new(PLACE).join(run));
    let what = format!("{why}: the journal was damaged or forged, and nothing in it is followed");
    Trouble::at(path, what, aside(&whole))
}

/// How a person goes on without a run, or without the whole journal.
pub(super) fn aside(whole: &Path) -> String {
    let to = match whole.file_name().filter(|_| whole != Path::new(PLACE)) {
        Some(run) => format!("{PLACE}.{}", run.to_string_lossy()),
        None => format!("{PLACE}.aside"),
    };
    format!(
        "look at it as root (`ls -lR {0}`); to go on without it: `sudo mv {0} {1}`",
        shell::path(whole),
        shell::word(&to)
    )
}

fn sync(directory: BorrowedFd<'_>) -> Result<(), Errno> {
    // An O_PATH handle cannot be synced itself.
    let opened = rustix::fs::openat(directory, ".", DIRECTORY, Mode::empty())?;
    match rustix::fs::fsync(opened) {
        Err(Errno::INVAL) => Ok(()),
        done => done,
    }
}
