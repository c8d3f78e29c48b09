//! Programs in the helper's place that do what no helper should: this very program, under their names.

use std::io::{self, IoSlice, Write as _};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::process::{Command, ExitCode};
use std::time::Duration;

use nix::libc;
use nix::sys::socket::{ControlMessage, MsgFlags, sendmsg};

/// The name of the directory that this program stands in where it plays one of them.
pub const STAGE: &str = "impostors";

/// What an impostor does.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// Never ends, and is deaf to friendly signals.
    Hangs,
    /// Exits with 0 and sends nothing.
    Silent,
    /// Sends two taps.
    Two,
    /// Sends many descriptors, again and again.
    Many,
    /// Sends a descriptor of /dev/null.
    Null,
    /// Sends a descriptor of /dev/net/tun without an interface.
    Unattached,
    /// Sends one tap that is on no bridge.
    Stray,
    /// Prints eight megabytes and refuses.
    Floods,
    /// Prints for ever.
    Babbles,
    /// Refuses, and leaves a process behind that never ends.
    Leaves,
    /// Sends a tap that outlives its descriptor.
    Persistent,
    /// Ends by a signal.
    Dies,
}

impl Part {
    /// Every part.
    pub const ALL: [Self; 12] = [
        Self::Hangs,
        Self::Silent,
        Self::Two,
        Self::Many,
        Self::Null,
        Self::Unattached,
        Self::Stray,
        Self::Floods,
        Self::Babbles,
        Self::Leaves,
        Self::Persistent,
        Self::Dies,
    ];
}

/// Plays the part that the program's name asks for; none under its own name.
pub fn play() -> Option<ExitCode> {
    let mut arguments = std::env::args();
    let name = arguments.next()?;
    let (directory, name) = name.rsplit_once('/')?;
    if !directory.ends_with(STAGE) {
        return None;
    }
    let part = Part::ALL.into_iter().find(|part| format!("{part:?}") == name)?;
    let socket = arguments.find_map(|argument| argument.strip_prefix("--fd=").and_then(|fd| fd.parse().ok()));
    Some(act(part, socket.unwrap_or(-1)).unwrap_or(ExitCode::from(77)))
}

fn act(part: Part, socket: RawFd) -> io::Result<ExitCode> {
    match part {
        Part::Hangs => {
            ignore_signals();
            std::thread::sleep(Duration::from_secs(3_600));
        }
        Part::Silent => {}
        Part::Two => send(socket, &[tap(false)?, tap(false)?])?,
        Part::Many => {
            let null: OwnedFd = std::fs::File::open("/dev/null")?.into();
            let copies = (0..200).map(|_| null.try_clone()).collect::<io::Result<Vec<_>>>()?;
            for _ in 0..50 {
                send(socket, &copies)?;
            }
        }
        Part::Null => send(socket, &[std::fs::File::open("/dev/null")?.into()])?,
        Part::Unattached => send(socket, &[device()?])?,
        Part::Stray => send(socket, &[tap(false)?])?,
        Part::Floods => {
            let line = [b"x".repeat(8_191), b"\n".to_vec()].concat();
            for _ in 0..1_024 {
                io::stderr().write_all(&line)?;
            }
            io::stderr().write_all(b"the last word\n")?;
            return Ok(ExitCode::FAILURE);
        }
        Part::Babbles => loop {
            io::stderr().write_all(&[b'x'; 4_096])?;
        },
        Part::Leaves => {
            let program = std::env::args().next().unwrap_or_default().replace("Leaves", "Hangs");
            Command::new(program).spawn()?;
            return Ok(ExitCode::FAILURE);
        }
        Part::Persistent => send(socket, &[tap(true)?])?,
        Part::Dies => {
            nix::sys::signal::raise(nix::sys::signal::Signal::SIGKILL)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn ignore_signals() {
    for signal in [libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGPIPE] {
        // SAFETY: to ignore a signal runs no code of ours.
        #[allow(unsafe_code, reason = "signal dispositions have no safe interface")]
        unsafe {
            libc::signal(signal, libc::SIG_IGN);
        }
    }
}

fn send(socket: RawFd, descriptors: &[OwnedFd]) -> io::Result<()> {
    let numbers: Vec<RawFd> = descriptors.iter().map(AsRawFd::as_raw_fd).collect();
    let rights = [ControlMessage::ScmRights(&numbers)];
    sendmsg::<()>(socket, &[IoSlice::new(b"\0")], &rights, MsgFlags::empty(), None)?;
    Ok(())
}

fn device() -> io::Result<OwnedFd> {
    Ok(std::fs::OpenOptions::new().read(true).write(true).open("/dev/net/tun")?.into())
}

/// A tap with a name of its own, for which the impostor has to be privileged.
fn tap(persistent: bool) -> io::Result<OwnedFd> {
    let device = device()?;
    // SAFETY: an ifreq is plain bytes; the calls read one, or a number, and nothing else.
    #[allow(unsafe_code, reason = "tap ioctls have no safe interface")]
    let done = unsafe {
        let mut request: libc::ifreq = std::mem::zeroed();
        request.ifr_ifru.ifru_flags = (libc::IFF_TAP | libc::IFF_NO_PI | libc::IFF_VNET_HDR) as i16;
        libc::ioctl(device.as_raw_fd(), libc::TUNSETIFF, &raw const request) == 0
            && libc::ioctl(device.as_raw_fd(), libc::TUNSETPERSIST, libc::c_int::from(persistent)) == 0
    };
    if done { Ok(device) } else { Err(io::Error::last_os_error()) }
}
