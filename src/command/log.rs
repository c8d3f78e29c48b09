//! Reads the text to explain, which may be a log of any size.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::Path;

use crate::explain::{self, Found};

use super::failure::{Failure, reason};
use super::progress::Progress;

/// Below this, reading is over before anyone wonders.
const SILENT: u64 = 256 << 20;
/// The number of /dev/null.
const NULL: u64 = (1 << 8) | 3;
/// How much is read between two signs of progress.
const STEP: u64 = 64 << 20;

pub(super) fn read_file(path: &Path) -> Result<Found, Failure> {
    let place = || path.display().to_string();
    let failure = |error: io::Error| {
        Failure::internal(
            format!("cannot read it: {}", reason(&error)),
            place(),
            "name a file that you may read, or pipe the text in",
        )
    };
    let file = File::open(path).map_err(failure)?;
    let about = file.metadata().map_err(failure)?;
    if about.file_type().is_char_device() && about.rdev() != NULL && !file.is_terminal() {
        return Err(Failure::internal(
            "it is a device, which may never end",
            place(),
            "name a file, or pipe the text in: `dmesg | bridge-doctor explain`",
        ));
    }
    // A log that grows meanwhile is read up to where it ended. Files of the kernel do not know how long they are.
    let end = if about.is_file() && about.len() > 0 { about.len() } else { u64::MAX };
    explain(&mut file.take(end)).map_err(failure)
}

pub(super) fn read_stdin() -> Result<Found, Failure> {
    explain(&mut io::stdin().lock()).map_err(|error| {
        Failure::internal(format!("cannot read it: {}", reason(&error)), "standard input", "pipe a text in")
    })
}

fn explain(input: &mut dyn Read) -> io::Result<Found> {
    let mut progress = Progress::new();
    let (mut all, mut told) = (0, SILENT);
    explain::read(input, &mut |read| {
        all += read;
        if all >= told + STEP {
            told = all;
            progress.say(&format!("read {} MiB", all >> 20));
        }
    })
}
