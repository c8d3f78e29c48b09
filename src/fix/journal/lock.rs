//! One `fix` or `undo` at a time.

use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::files::Folder;
use super::{PLACE, now};
use crate::fix::Trouble;

/// The name of the file that is locked.
pub(super) const FILE: &str = "lock";

/// Holds the lock for as long as it lives; the kernel lets it go with the process, however that ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    pub(super) fn take(folder: &Folder) -> Result<Self, Trouble> {
        let mut file = folder.open(FILE)?;
        let path = Path::new(PLACE).join(FILE);
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => {
                let mut holder = String::new();
                // Who it is helps, but is not needed.
                let _ = (&file).take(1024).read_to_string(&mut holder);
                let who = if holder.trim().is_empty() { "another process" } else { holder.trim() };
                return Err(Trouble::at(
                    &path,
                    format!("another fix or undo is at work: {who}"),
                    "wait until it has ended, then run this again",
                ));
            }
            Err(error) => return Err(Trouble::of(&path, "it cannot be locked", error)),
        }
        let told = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| write!(file, "process {} since {}", std::process::id(), now()));
        told.map_err(|error| Trouble::of(&path, "the journal cannot be written, so nothing is changed", error))?;
        Ok(Self { _file: file })
    }
}
