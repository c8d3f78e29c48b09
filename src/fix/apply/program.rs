//! Running a program as a step: found safely, with nothing of the caller's, and not for ever.

use std::io::{self, Read as _};
use std::os::fd::AsFd as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal, killpg};
use nix::unistd::Pid;
use rustix::fs::{FileType, Mode, OFlags};

use super::place::{Last, Place, find as find_place};
use crate::fix::Trouble;

/// Where programs are looked for, and what they get as `PATH`.
const DIRECTORIES: [&str; 4] = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// A network manager may wait for an address; nothing waits longer.
const LONGEST: Duration = Duration::from_secs(120);

/// How often the caller is asked whether to go on.
const BREATH: u16 = 50;

/// Output that is kept for a message.
const KEPT: usize = 4096;

/// The program of an argv: one that nobody but root can have changed.
pub(in crate::fix) fn find(argv: &[String]) -> Result<PathBuf, Trouble> {
    let name = argv.first().map_or("", String::as_str);
    if argv.iter().any(|word| word.bytes().any(|byte| byte.is_ascii_control())) {
        let what = "an argument holds a line break or another control character";
        return Err(Trouble::at(Path::new(name), what, "give the file that it names another name"));
    }
    let candidates: Vec<PathBuf> = match name.starts_with('/') {
        true => vec![PathBuf::from(name)],
        false => DIRECTORIES.iter().map(|directory| Path::new(directory).join(name)).collect(),
    };
    for candidate in &candidates {
        let Place::Here(spot) = find_place(candidate, Last::Follow)? else {
            continue;
        };
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let Ok(handle) = rustix::fs::openat(spot.directory(), spot.name(), flags, Mode::empty()) else {
            continue;
        };
        let stat = rustix::fs::fstat(&handle).map_err(|error| Trouble::of(candidate, "it cannot be read", error))?;
        let is_program = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile && stat.st_mode & 0o111 != 0;
        if is_program && stat.st_uid == 0 && stat.st_mode & 0o022 == 0 {
            return Ok(spot.path().to_owned());
        }
        if is_program {
            let what = format!("others than root may write it (mode {:04o})", stat.st_mode & 0o7777);
            return Err(Trouble::at(candidate, what, "install it anew, and look at who changed it"));
        }
    }
    let what = format!("the program was not found in {}", DIRECTORIES.join(", "));
    Err(Trouble { what, place: name.to_owned(), remedy: "install the package that it comes from".to_owned() })
}

/// Runs a program to its end.
///
/// # Errors
///
/// Where it does not start, fails, takes too long, or `wanted` says no more; with what it printed.
pub(in crate::fix) fn run(argv: &[String], wanted: &dyn Fn() -> bool) -> Result<(), Trouble> {
    let program = find(argv)?;
    let line = argv.join(" ");
    let fail =
        |what: String| Trouble { what, place: line.clone(), remedy: "run it by hand to see more of it".to_owned() };
    let mut output = memory().map_err(|error| fail(format!("its output cannot be kept: {error}")))?;
    let mut child = spawn(&program, argv, &output).map_err(|error| fail(format!("it does not start: {error}")))?;
    let ended = wait(&mut child, wanted);
    if !matches!(ended, Ok(End::Ended)) {
        kill(&mut child);
    }
    let status = child.wait().map_err(|error| fail(format!("it cannot be waited for: {error}")))?;
    let said = said(&mut output);
    match ended {
        Ok(End::Ended) if status.success() => Ok(()),
        Ok(End::Ended) => Err(fail(format!("it failed ({status}){said}"))),
        Ok(End::Unwanted) => Err(fail("it was ended on request".to_owned())),
        Ok(End::TooLong) => Err(fail(format!("it did not end within {} s{said}", LONGEST.as_secs()))),
        Err(error) => Err(fail(format!("it cannot be waited for: {error}"))),
    }
}

enum End {
    Ended,
    Unwanted,
    TooLong,
}

fn memory() -> io::Result<std::fs::File> {
    Ok(rustix::fs::memfd_create("output", rustix::fs::MemfdFlags::CLOEXEC)?.into())
}

fn spawn(program: &Path, argv: &[String], output: &std::fs::File) -> io::Result<Child> {
    let mut command = Command::new(program);
    // One file can be many programs, and knows by its name which one it is to be.
    command.arg0(argv.first().map_or("", String::as_str)).args(argv.get(1..).unwrap_or_default());
    command.env_clear().env("PATH", DIRECTORIES.join(":")).env("LC_ALL", "C").current_dir("/");
    command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output.try_clone()?).process_group(0);
    let ready = || {
        // What we hold back must end the program all the same, and it must not outlive us unseen.
        SigSet::empty().thread_set_mask()?;
        pass_none();
        Ok(rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?)
    };
    #[allow(unsafe_code, reason = "the signal mask and the death signal are set between fork and execve")]
    // SAFETY: the closure makes system calls only and allocates nothing.
    unsafe {
        command.pre_exec(ready);
    }
    command.spawn()
}

/// Lets no descriptor survive `execve` but the standard ones: not even what our own parent left open.
fn pass_none() {
    const FIRST: nix::libc::c_uint = 3;
    #[allow(unsafe_code, reason = "descriptors that nobody here owns are changed by number")]
    // SAFETY: the call takes numbers only. A kernel without it leaves what our parent left, as any program would.
    unsafe {
        nix::libc::syscall(nix::libc::SYS_close_range, FIRST, nix::libc::c_uint::MAX, nix::libc::CLOSE_RANGE_CLOEXEC);
    }
}

fn wait(child: &mut Child, wanted: &dyn Fn() -> bool) -> io::Result<End> {
    let raw = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    let raw = raw.ok_or_else(|| io::Error::other("it has no process id"))?;
    let process = rustix::process::pidfd_open(raw, rustix::process::PidfdFlags::empty())?;
    let started = Instant::now();
    loop {
        let mut waited_for = [PollFd::new(process.as_fd(), PollFlags::POLLIN)];
        match poll(&mut waited_for, PollTimeout::from(BREATH)) {
            Ok(0) | Err(nix::errno::Errno::EINTR) => {}
            Ok(_) => return Ok(End::Ended),
            Err(error) => return Err(error.into()),
        }
        if !wanted() {
            return Ok(End::Unwanted);
        }
        if started.elapsed() > LONGEST {
            return Ok(End::TooLong);
        }
    }
}

/// Ends the program and what it started.
fn kill(child: &mut Child) {
    if let Ok(group) = i32::try_from(child.id()) {
        // It may have ended by itself.
        let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
    }
}

/// The end of what it printed, as a clause.
fn said(output: &mut std::fs::File) -> String {
    let mut text = Vec::new();
    // Without its words the status must do.
    let _ = io::Seek::rewind(output).and_then(|()| output.take(1 << 20).read_to_end(&mut text));
    let kept = text.get(text.len().saturating_sub(KEPT)..).unwrap_or_default();
    let text = String::from_utf8_lossy(kept);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() { String::new() } else { format!(": {}", lines.join(" / ")) }
}
