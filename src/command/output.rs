//! Where a command's result goes: standard output, or the file of `--output`, whole or not at all.

use std::fs::{self, Metadata, OpenOptions, Permissions};
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anstream::{AutoStream, ColorChoice};
use nix::errno::Errno;
use rustix::fs::OFlags;
use serde::Serialize;

use crate::report::{human, json};

use super::failure::{Failure, reason};
use super::interrupt::Interrupt;

/// Names of this process's own standard output: opening one of them anew could cut off what stands there already.
const STANDARD_OUTPUT: [&str; 4] = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// Columns where nobody says how wide the terminal is.
const USUAL_WIDTH: usize = 120;

/// Whether standard output takes colours, by `NO_COLOR`, `CLICOLOR_FORCE`, `TERM` and what it is.
pub(super) fn wants_colour() -> bool {
    AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

/// How long a pipe waits for its reader, and how often it is tried.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(10);

/// How a whole answer is shown to whoever reads standard output.
pub(super) fn look(ascii: bool) -> human::Options {
    human::Options { colour: wants_colour(), ascii, verbose: false, width: width(), partial: false, expecting: false }
}

/// The width to write for; lines much longer than a page is wide are hard to read.
pub(super) fn width() -> usize {
    if !io::stdout().is_terminal() {
        return USUAL_WIDTH;
    }
    terminal_size::terminal_size().map_or(USUAL_WIDTH, |(width, _)| usize::from(width.0).clamp(60, 120))
}

/// Who reads the file of `--output`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reader {
    /// Whoever the umask lets.
    Anybody,
    /// Another user's program, at any moment: a new file is open to it whatever the umask, and never half written.
    Daemon,
}

/// Writes the result. A reader who has read enough and closed the pipe is no failure.
pub(super) fn write(text: &str, file: Option<&Path>) -> Result<(), Failure> {
    write_for(Reader::Anybody, text, file)
}

/// The same for a particular reader.
pub(super) fn write_for(reader: Reader, text: &str, file: Option<&Path>) -> Result<(), Failure> {
    let file = file.filter(|path| !STANDARD_OUTPUT.iter().any(|name| path.as_os_str() == *name));
    match file {
        None => stream(|out| out.write_all(text.as_bytes())),
        Some(path) => settle(to_file(reader, path, text), &path.display().to_string()),
    }
}

/// Writes a line at once; false where nobody reads any more.
pub(super) fn line(text: &str) -> Result<bool, Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        written => settle(written, "standard output").map(|()| true),
    }
}

/// Writes a result to standard output bit by bit, for one that may be large.
pub(super) fn stream(fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    settle(fill(&mut out).and_then(|()| out.flush()), "standard output")
}

fn settle(result: io::Result<()>, place: &str) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::internal(
            format!("cannot write the result: {}", reason(&error)),
            place,
            "a file that you may write, in a directory with room",
        )),
        _ => Ok(()),
    }
}

/// A result as JSON.
pub(super) fn json(result: &impl Serialize) -> Result<String, Failure> {
    json::render(result).map_err(|error| unwritable("JSON", &error))
}

/// The same on one line.
pub(super) fn json_line(result: &impl Serialize) -> Result<String, Failure> {
    json::line(result).map_err(|error| unwritable("JSON", &error))
}

/// A result that does not have this form.
pub(super) fn unwritable(form: &str, error: &impl std::fmt::Display) -> Failure {
    Failure::internal(
        format!("cannot write the result as {form}: {error}"),
        "standard output",
        "--format human; please report it",
    )
}

fn to_file(reader: Reader, path: &Path, text: &str) -> io::Result<()> {
    let link = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return replace(reader, path, None, text),
        standing => standing?.is_symlink(),
    };
    if link && rustix::process::geteuid().is_root() && others_may_write(directory(path))? {
        let why = "it is a symbolic link in a directory that others may write";
        return Err(io::Error::new(ErrorKind::PermissionDenied, why));
    }
    let standing = match fs::metadata(path) {
        Err(error) if link && error.kind() == ErrorKind::NotFound => return overwrite(path, true, text),
        standing => standing?,
    };
    let kind = standing.file_type();
    if kind.is_fifo() {
        return into_pipe(path, link, text);
    }
    if kind.is_char_device() || kind.is_socket() {
        return overwrite(path, link, text);
    }
    // Asked first, because a rename would replace a file whose mode forbids writing.
    OpenOptions::new().write(true).open(path)?;
    match replace(reader, &fs::canonicalize(path)?, Some(&standing), text) {
        Err(error) if reader == Reader::Anybody && cannot_be_replaced(&error) => overwrite(path, link, text),
        done => done,
    }
}

/// Puts a finished file in the place of the old one, so that no reader meets half a report.
fn replace(reader: Reader, path: &Path, standing: Option<&Metadata>, text: &str) -> io::Result<()> {
    // A signal in the middle of it would leave the unfinished file behind.
    let held = Interrupt::begin()?;
    let placed = place(reader, path, standing, text);
    if placed.is_err() {
        // There is something left to say.
        held.take();
    }
    placed
}

fn place(reader: Reader, path: &Path, standing: Option<&Metadata>, text: &str) -> io::Result<()> {
    let mut file = tempfile::Builder::new()
        .prefix(".bridge-doctor-")
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(directory(path))?;
    file.write_all(text.as_bytes())?;
    if reader == Reader::Daemon {
        file.as_file().set_permissions(Permissions::from_mode(0o644))?;
    }
    if let Some(standing) = standing {
        fchown(file.as_file(), Some(standing.uid()), Some(standing.gid()))?;
        file.as_file().set_permissions(Permissions::from_mode(standing.mode() & 0o7777))?;
    }
    file.persist(path).map(drop).map_err(|failed| failed.error)
}

/// Whether the directory forbids what the file itself allows; a full disk must not cost the old content.
fn cannot_be_replaced(error: &io::Error) -> bool {
    use ErrorKind::{CrossesDevices, PermissionDenied, ReadOnlyFilesystem, ResourceBusy};
    matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem | ResourceBusy | CrossesDevices)
}

/// Writes where no file can be put in its place: a device, a file that is a mount point.
fn overwrite(path: &Path, follow: bool, text: &str) -> io::Result<()> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .custom_flags(flags(follow, OFlags::empty()))
        .open(path)?
        .write_all(text.as_bytes())
}

/// Writes into a pipe, whose reader may open it a little later, or never.
fn into_pipe(path: &Path, follow: bool, text: &str) -> io::Result<()> {
    let flags = flags(follow, OFlags::NONBLOCK);
    let until = Instant::now() + PATIENCE;
    let mut pipe = loop {
        match OpenOptions::new().write(true).custom_flags(flags).open(path) {
            Err(error) if error.raw_os_error() == Some(Errno::ENXIO as i32) => {
                if Instant::now() >= until {
                    return Err(io::Error::new(ErrorKind::TimedOut, "nobody reads the pipe"));
                }
                thread::sleep(PAUSE);
            }
            opened => break opened?,
        }
    };
    rustix::fs::fcntl_setfl(&pipe, OFlags::empty())?;
    pipe.write_all(text.as_bytes())
}

fn flags(follow: bool, further: OFlags) -> i32 {
    let link = if follow { OFlags::empty() } else { OFlags::NOFOLLOW };
    i32::try_from((link | further).bits()).unwrap_or(0)
}

fn directory(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn others_may_write(directory: PathBuf) -> io::Result<bool> {
    let directory = fs::metadata(directory)?;
    Ok(directory.uid() != 0 || directory.mode() & 0o022 != 0)
}
