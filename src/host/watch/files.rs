//! What the file system tells over inotify.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::inotify::{CreateFlags, ReadFlags, Reader, WatchFlags, add_watch, init, remove_watch};

use super::paths::Paths;
use super::way;

/// What happens to the names in a directory, and to itself.
///
/// Not what is written into its files: `/dev/net/tun` is written by every virtual machine at every frame.
const OF_DIRECTORY: WatchFlags = WatchFlags::ATTRIB
    .union(WatchFlags::CREATE)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::MOVED_FROM)
    .union(WatchFlags::MOVED_TO)
    .union(WatchFlags::DELETE_SELF)
    .union(WatchFlags::MOVE_SELF)
    .union(WatchFlags::ONLYDIR);

/// What happens to a file, whatever its name.
const OF_FILE: WatchFlags = WatchFlags::ATTRIB.union(WatchFlags::MODIFY);

/// Names in a directory that matter.
#[derive(Debug, Default)]
struct Names {
    all: bool,
    these: HashSet<OsString>,
    /// Whether it was met in the last round.
    current: bool,
}

/// The watched directories and files.
#[derive(Debug)]
pub(super) struct Files {
    inotify: Option<OwnedFd>,
    /// What stands for the root directory: that of another process is seen through `/proc`.
    root: PathBuf,
    watched: HashMap<i32, Names>,
}

impl Files {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { inotify: init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).ok(), root, watched: HashMap::new() }
    }

    /// Whether nothing can be watched: this user has no inotify instance left.
    pub(super) fn is_blind(&self) -> bool {
        self.inotify.is_none()
    }

    pub(super) fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.inotify.as_ref().map(|inotify| inotify.as_fd())
    }

    /// Watches these and no others; true where one of them was not watched before.
    ///
    /// Each is added anew, because another file may stand there by now; the kernel knows those that it has.
    pub(super) fn follow(&mut self, paths: &Paths) -> bool {
        self.watched.values_mut().for_each(|names| names.current = false);
        let mut fresh = false;
        let root = self.root.clone();
        for path in &paths.files {
            let end = way::walk(&root, path, &mut |directory, name| fresh |= self.add_directory(directory, Some(name)));
            if let Some(file) = end {
                fresh |= self.add(&file, OF_FILE, None);
            }
        }
        for directory in &paths.directories {
            let end = way::walk(&root, directory, &mut |parent, name| fresh |= self.add_directory(parent, Some(name)));
            if let Some(directory) = end {
                fresh |= self.add_directory(&directory, None);
            }
        }
        self.forget_others();
        fresh
    }

    fn add_directory(&mut self, directory: &Path, name: Option<&OsStr>) -> bool {
        self.add(directory, OF_DIRECTORY, name)
    }

    /// What may not be watched is left to the slow look.
    fn add(&mut self, path: &Path, flags: WatchFlags, name: Option<&OsStr>) -> bool {
        let Some(inotify) = &self.inotify else { return false };
        let Ok(watch) = add_watch(inotify, path, flags) else { return false };
        let mut fresh = !self.watched.contains_key(&watch);
        let names = self.watched.entry(watch).or_default();
        names.current = true;
        match name {
            None => fresh |= !std::mem::replace(&mut names.all, true),
            Some(name) => fresh |= names.these.insert(name.to_owned()),
        }
        fresh
    }

    fn forget_others(&mut self) {
        let Some(inotify) = &self.inotify else { return };
        self.watched.retain(|watch, names| {
            if !names.current {
                // It may be gone with its directory.
                let _ = remove_watch(inotify, *watch);
            }
            names.current
        });
    }

    /// Takes what is there; true where one of it is about something that matters.
    pub(super) fn take(&mut self) -> bool {
        let Some(inotify) = &self.inotify else { return false };
        let mut buffer = [MaybeUninit::uninit(); 8 << 10];
        let mut events = Reader::new(inotify, &mut buffer);
        let mut any = false;
        while let Ok(event) = events.next() {
            if event.events().contains(ReadFlags::QUEUE_OVERFLOW) {
                any = true;
                continue;
            }
            let Some(names) = self.watched.get(&event.wd()) else { continue };
            any |= match event.file_name() {
                Some(name) => names.all || names.these.contains(OsStr::from_bytes(name.to_bytes())),
                None => true,
            };
            if event.events().contains(ReadFlags::IGNORED) {
                self.watched.remove(&event.wd());
            }
        }
        any
    }
}
