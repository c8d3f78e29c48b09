//! Running a program to its end, or to its time limit.

use std::ffi::CStr;
use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::process::{Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::memfd::{MFdFlags, memfd_create};

/// How a program ended.
#[derive(Debug)]
pub struct Ended {
    /// Its status; none where it ran into the time limit and was killed.
    pub status: Option<ExitStatus>,
    /// What it wrote to standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error.
    pub stderr: Vec<u8>,
}

/// Runs `command` with a time limit; the outer error is that of the start.
///
/// Output goes to memory files, so that a child that outlives its parent cannot keep a pipe open.
pub fn run(command: &mut Command, limit: Duration) -> io::Result<Ended> {
    let (stdout, stderr) = (memory(c"stdout")?, memory(c"stderr")?);
    command.stdin(Stdio::null()).stdout(stdout.try_clone()?).stderr(stderr.try_clone()?);
    let mut child = command.spawn()?;
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if started.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            break None;
        }
        sleep(Duration::from_micros(300));
    };
    Ok(Ended { status, stdout: content(stdout)?, stderr: content(stderr)? })
}

fn memory(name: &CStr) -> io::Result<File> {
    Ok(memfd_create(name, MFdFlags::MFD_CLOEXEC)?.into())
}

fn content(mut file: File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}
