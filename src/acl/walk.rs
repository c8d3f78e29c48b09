//! Follows includes as the helper does, without its recursion: a hostile tree costs time and memory with a bound.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::scan::Scan;
use super::{Include, IncludeResult, Limits, Opened, Outcome, Reading, Source};
use crate::snapshot::Errno;

/// Stack that one level of includes takes, measured with QEMU 7.2's helper (x86-64).
const FRAME: u64 = 4192;
/// Stack that is in use outside those levels: environment, arguments, `main`, the C library.
const RESERVED_STACK: u64 = 20 << 10;
/// Pieces that the helper gets through in a few seconds; opening a file counts as [`OPENING`] of them.
const PATIENCE: u64 = 1 << 24;
const OPENING: u64 = 64;
/// How much of what the helper prints is kept.
const KEPT_OUTPUT: usize = 16 << 20;

/// Reads the ACL at `path`, with all it includes, as the helper does.
pub fn read(path: &Path, source: &dyn Source, limits: Limits) -> Reading {
    let mut walk = Walk {
        source,
        open_files: usize::try_from(limits.open_files).unwrap_or(usize::MAX),
        deepest: usize::try_from(limits.stack.saturating_sub(RESERVED_STACK) / FRAME).unwrap_or(usize::MAX),
        known: HashMap::new(),
        files: Vec::new(),
        frames: Vec::new(),
        reading: Reading {
            files: Vec::new(),
            errors: Vec::new(),
            outcome: Outcome::Parsed,
            stderr: Vec::new(),
            rules: Vec::new(),
            includes: Vec::new(),
        },
        work: 0,
        printed: 0,
    };
    walk.reading.outcome = walk.run(path);
    if walk.reading.files.is_empty() {
        walk.reading.files.push(path.to_owned());
        walk.reading.errors.push(None);
    }
    walk.reading
}

struct Walk<'a> {
    source: &'a dyn Source,
    open_files: usize,
    deepest: usize,
    known: HashMap<&'a [u8], Known>,
    files: Vec<File<'a>>,
    frames: Vec<Frame>,
    reading: Reading,
    work: u64,
    printed: usize,
}

/// What is known about a path that was opened before.
#[derive(Clone, Copy)]
enum Known {
    File(usize),
    Failed(Errno),
    Endless,
    Unknown,
}

struct File<'a> {
    scan: Scan<'a>,
    /// How many of its rules are in the reading.
    handed_over: usize,
    /// Where its includes are in [`Reading::includes`], as far as they were met.
    met: Vec<usize>,
    /// How many readings of it are under way.
    active: usize,
}

/// A file that is being read, and which of its includes comes next.
struct Frame {
    file: usize,
    next: usize,
}

impl<'a> Walk<'a> {
    fn run(&mut self, path: &'a Path) -> Outcome {
        match self.open(path.as_os_str().as_bytes()) {
            Known::File(file) => self.enter(file),
            Known::Failed(errno) => return Outcome::NotOpened(errno),
            Known::Endless => return Outcome::Endless,
            Known::Unknown => return Outcome::Unknown,
        }
        while let Some(frame) = self.frames.last_mut() {
            if self.work > PATIENCE {
                return Outcome::Endless;
            }
            let (file, next) = (frame.file, frame.next);
            if next == self.files[file].scan.includes.len() {
                self.leave(file);
                continue;
            }
            frame.next += 1;
            if self.frames.len() > self.deepest {
                return Outcome::Endless;
            }
            if self.follow(file, next).is_break() {
                return Outcome::Endless;
            }
        }
        if self.files.first().is_some_and(|first| first.scan.error.is_some()) {
            Outcome::Broken
        } else {
            Outcome::Parsed
        }
    }

    fn open(&mut self, name: &'a [u8]) -> Known {
        if self.frames.len() >= self.open_files {
            return Known::Failed(Errno::EMFILE);
        }
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let path = Path::new(OsStr::from_bytes(name));
        let known = match self.source.open(path) {
            Opened::Content(content) => {
                let index = self.files.len();
                let scan = Scan::new(content, index);
                self.reading.errors.push(scan.error.as_ref().map(|error| error.place));
                self.files.push(File { scan, handed_over: 0, met: Vec::new(), active: 0 });
                self.reading.files.push(path.to_owned());
                Known::File(index)
            }
            Opened::Failed(errno) => Known::Failed(errno),
            Opened::Endless => Known::Endless,
            Opened::Unknown => Known::Unknown,
        };
        self.known.insert(name, known);
        known
    }

    fn enter(&mut self, index: usize) {
        let file = &mut self.files[index];
        file.active += 1;
        self.work += OPENING + file.scan.pieces;
        self.frames.push(Frame { file: index, next: 0 });
    }

    /// Meets one include; breaks off where the helper would stay in it for ever.
    fn follow(&mut self, file: usize, next: usize) -> ControlFlow<()> {
        let include = &self.files[file].scan.includes[next];
        let (name, rules_before, place) = (include.path, include.rules_before, include.place);
        self.hand_over(file, rules_before);
        self.work += 1;
        let opened = self.open(name);
        let result = match opened {
            Known::Failed(errno) => IncludeResult::NotOpened(errno),
            Known::Endless => IncludeResult::Endless,
            Known::Unknown => IncludeResult::Unknown,
            Known::File(index) if self.files[index].active > 0 => IncludeResult::Cycle,
            Known::File(index) if self.files[index].scan.error.is_some() => IncludeResult::Broken,
            Known::File(_) => IncludeResult::Read,
        };
        match self.files[file].met.get(next) {
            None => {
                self.files[file].met.push(self.reading.includes.len());
                let path = PathBuf::from(OsStr::from_bytes(name));
                self.reading.includes.push(Include { path, place, result });
            }
            // Met first at the bottom of a cycle, where no descriptor was left; higher up it opens.
            Some(&met) if self.reading.includes[met].result == IncludeResult::NotOpened(Errno::EMFILE) => {
                self.reading.includes[met].result = result;
            }
            Some(_) => {}
        }
        match opened {
            Known::Endless => return ControlFlow::Break(()),
            Known::File(index) => self.enter(index),
            Known::Failed(_) | Known::Unknown => {}
        }
        ControlFlow::Continue(())
    }

    fn leave(&mut self, index: usize) {
        self.hand_over(index, self.files[index].scan.rules.len());
        self.frames.pop();
        let file = &mut self.files[index];
        file.active -= 1;
        for line in file.scan.error.iter().flat_map(|error| &error.stderr) {
            self.printed += line.len() + 1;
            if self.printed <= KEPT_OUTPUT {
                self.reading.stderr.push(line.clone());
            }
        }
    }

    /// Puts the file's rules up to `end` into the reading, those that are not there yet.
    fn hand_over(&mut self, index: usize, end: usize) {
        let file = &mut self.files[index];
        if end <= file.handed_over {
            return;
        }
        if self.reading.rules.is_empty() && end == file.scan.rules.len() {
            // The usual file stands alone: its rules move as they are.
            self.reading.rules = std::mem::take(&mut file.scan.rules);
        } else {
            self.reading.rules.extend_from_slice(&file.scan.rules[file.handed_over..end]);
        }
        file.handed_over = end;
    }
}
