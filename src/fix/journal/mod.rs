//! The journal: what every run of `fix` found, did and may have to take back.
//!
//! It stands in `/var/lib/bridge-doctor`, a directory of root that nobody else can read. Each run has a directory of
//! its own, each entry is a numbered file that is on disk before the change it speaks of, and nothing in it is ever
//! changed or removed. What does not look like that is refused, not repaired.

mod entry;
mod files;
mod lock;
mod run;

pub use entry::{Blob, Bridge, Change, Entry, Record, SCHEMA, Step, Why};
pub use lock::Lock;
pub use run::{Run, RunState};

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::Trouble;
use files::Folder;

/// Where the journal stands.
pub const PLACE: &str = "/var/lib/bridge-doctor";

/// What a file system of its own has at its root.
const OF_THE_FILE_SYSTEM: &str = "lost+found";

/// Every run of a journal.
#[derive(Debug, Default)]
pub struct Runs {
    /// Those that can be read, oldest first.
    pub whole: Vec<Run>,
    /// The others, oldest first.
    pub damaged: Vec<Damaged>,
}

/// A run, or something in its place, that was damaged or forged: nothing in it is followed.
#[derive(Debug)]
pub struct Damaged {
    /// Its name.
    pub name: String,
    /// What is wrong with it.
    pub trouble: Trouble,
}

impl Runs {
    /// What is damaged and came after this run, or after none: it may build upon it, or be half done.
    ///
    /// What came before can be neither, as each run begins by settling what was cut off.
    pub fn damaged_after(&self, run: Option<&Run>) -> Option<&Damaged> {
        self.damaged.iter().rfind(|damaged| run.is_none_or(|run| damaged.name.as_str() > run.id()))
    }
}

/// The journal of this machine.
#[derive(Debug)]
pub struct Journal {
    folder: Folder,
}

impl Journal {
    /// Opens it, and makes it where it is missing.
    ///
    /// # Errors
    ///
    /// Where it cannot be made, or is not root's alone.
    pub fn open() -> Result<Self, Trouble> {
        Ok(Self { folder: Folder::make(Path::new(PLACE))? })
    }

    /// Opens it where there is one.
    ///
    /// # Errors
    ///
    /// Where it is not root's alone, or may not be opened.
    pub fn find() -> Result<Option<Self>, Trouble> {
        Ok(Folder::find(Path::new(PLACE))?.map(|folder| Self { folder }))
    }

    /// Makes sure that nobody else changes this machine with bridge-doctor meanwhile.
    ///
    /// # Errors
    ///
    /// Where somebody does, with who it is.
    pub fn lock(&self) -> Result<Lock, Trouble> {
        Lock::take(&self.folder)
    }

    /// Every run, oldest first, and what cannot be trusted or read.
    ///
    /// # Errors
    ///
    /// Where the journal itself cannot be listed.
    pub fn runs(&self) -> Result<Runs, Trouble> {
        let mut runs = Runs::default();
        for name in self.folder.list()? {
            let name = name.to_string_lossy().into_owned();
            if [lock::FILE, OF_THE_FILE_SYSTEM].contains(&name.as_str()) {
                continue;
            }
            match self.run(&name) {
                Ok(run) => runs.whole.extend(run),
                Err(trouble) => runs.damaged.push(Damaged { name, trouble }),
            }
        }
        Ok(runs)
    }

    fn run(&self, name: &str) -> Result<Option<Run>, Trouble> {
        let read = match number(name) {
            Some(_) => self.folder.below(name).and_then(|folder| Run::read(folder, name.to_owned())),
            None => Err(self.folder.strange(name, "it is no run of bridge-doctor")),
        };
        read.map_err(|trouble| Trouble { remedy: files::aside(&directory(name)), ..trouble })
    }

    /// Begins a run.
    ///
    /// # Errors
    ///
    /// Where its directory cannot be made, or the runs before it cannot be read.
    pub fn begin(&self, causes: Vec<String>, steps: usize) -> Result<Run, Trouble> {
        let last = self.folder.list()?.iter().filter_map(|name| number(&name.to_string_lossy())).max();
        let id = format!("{:06}-{}", last.map_or(1, |last| last + 1), compact(&now()));
        let folder = self.folder.make_below(&id)?;
        let begun = Entry::Begun {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            time: now(),
            causes,
            steps: u32::try_from(steps).unwrap_or(u32::MAX),
        };
        Run::begin(folder, id, begun)
    }
}

/// The present time, as of RFC 3339.
pub(super) fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
}

/// A time for a name: without the signs that only people need.
fn compact(time: &str) -> String {
    time.chars().filter(|sign| !matches!(sign, '-' | ':')).collect()
}

/// The number that a run's name begins with: later runs have higher ones, whatever the clock says.
fn number(name: &str) -> Option<u32> {
    let (number, time) = name.split_once('-')?;
    let is_time = time.len() == 16 && time.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'T' | b'Z'));
    (number.len() >= 6 && number.bytes().all(|byte| byte.is_ascii_digit()) && is_time)
        .then(|| number.parse().ok())
        .flatten()
}

/// The directory of a run.
pub(super) fn directory(id: &str) -> PathBuf {
    Path::new(PLACE).join(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_run_is_never_taken_for_another_path() {
        assert_eq!(number("000007-20261124T195216Z"), Some(7));
        assert_eq!(number("1000000-20261124T195216Z"), Some(1_000_000));
        for other in
            ["", "..", "7-20261124T195216Z", "000007-../../../../etc", "000007", "lock", "+00007-20261124T195216Z"]
        {
            assert_eq!(number(other), None, "{other}");
        }
    }
}
