//! The journal: what every run of `fix` found, did and may have to take back.
//!
//! It stands in `/var/lib/bridge-doctor`, a directory of root that nobody else can read. Each run has a directory of
//! its own, each entry is a numbered file that is on disk before the change it speaks of, and nothing in it is ever
//! changed or removed. What does not look like that is refused, not repaired.

mod entry;
mod files;
mod lock;
mod run;

pub use entry::{Blob, Change, Entry, Record, SCHEMA, Step, Why};
pub use lock::Lock;
pub use run::{Run, RunState};

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::Trouble;
use files::Folder;

/// Where the journal stands.
pub const PLACE: &str = "/var/lib/bridge-doctor";

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

    /// Every run, oldest first.
    ///
    /// # Errors
    ///
    /// Where one of them cannot be trusted or read.
    pub fn runs(&self) -> Result<Vec<Run>, Trouble> {
        let mut runs = Vec::new();
        for name in self.folder.list()? {
            let name = name.to_string_lossy().into_owned();
            if name == lock::FILE {
                continue;
            }
            if number(&name).is_none() {
                return Err(self.folder.strange(&name, "it is no run of bridge-doctor"));
            }
            runs.extend(Run::read(self.folder.below(&name)?, name)?);
        }
        Ok(runs)
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
