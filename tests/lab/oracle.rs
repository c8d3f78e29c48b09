//! What the real helper does, started as QEMU starts it.

use std::ffi::CString;
use std::fmt;
use std::io::{self, IoSliceMut};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;
use std::time::Duration;

use bridge_doctor::snapshot::Errno;
use nix::sys::socket::{AddressFamily, ControlMessageOwned, MsgFlags, SockFlag, SockType, recvmsg, socketpair};
use serde_json::Value as Json;

use crate::sandbox::place::{HELPER, HOME};
use crate::sandbox::{Credentials, Sandbox, execute_exactly, is_setup_failure, run};
use crate::state::State;

/// A helper that has not ended after this time never will: the slowest honest run takes some ten milliseconds.
const LIMIT: Duration = Duration::from_secs(3);

/// How one run of the helper ended, in the words of a prediction.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verdict {
    /// `attached`, `refused`, `not-started` or `crashed`.
    pub outcome: String,
    /// Its exit status.
    pub exit_code: Option<i64>,
    /// The last line it printed.
    pub stderr: Option<String>,
    /// The error of `execve`.
    pub errno: Option<String>,
}

impl Verdict {
    /// A prediction in the doctor's JSON.
    pub fn of_prediction(prediction: &Json) -> Self {
        let text = |key: &str| prediction.get(key).and_then(Json::as_str).map(str::to_owned);
        Self {
            outcome: text("outcome").unwrap_or_default(),
            exit_code: prediction.get("exit_code").and_then(Json::as_i64),
            stderr: text("stderr"),
            errno: text("errno"),
        }
    }

    fn without_status(outcome: &str) -> Self {
        Self { outcome: outcome.to_owned(), exit_code: None, stderr: None, errno: None }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.outcome)?;
        if let Some(code) = self.exit_code {
            write!(f, " {code}")?;
        }
        if let Some(errno) = &self.errno {
            write!(f, " {errno}")?;
        }
        self.stderr.as_ref().map_or(Ok(()), |line| write!(f, " {line:?}"))
    }
}

/// Runs the helper in `state`, which the sandbox has made already.
pub fn ask(sandbox: &Sandbox, state: &State) -> io::Result<Verdict> {
    ask_as(sandbox, state.credentials(), state.bridge())
}

/// Runs the helper for a bridge, with these credentials.
pub fn ask_as(sandbox: &Sandbox, credentials: Credentials, bridge: &str) -> io::Result<Verdict> {
    let (ours, theirs) = socketpair(AddressFamily::Unix, SockType::Stream, None, SockFlag::SOCK_CLOEXEC)?;
    let mut helper = Command::new(HELPER);
    helper.current_dir(HOME);
    credentials.put_on(&mut helper, &sandbox.namespaces)?;
    let arguments =
        [HELPER.to_owned(), "--use-vnet".to_owned(), format!("--fd={}", theirs.as_raw_fd()), format!("--br={bridge}")];
    let arguments = arguments.into_iter().map(CString::new).collect::<Result<_, _>>()?;
    execute_exactly(&mut helper, CString::new(HELPER)?, arguments, theirs.as_raw_fd());
    let ended = match run(&mut helper, LIMIT) {
        Ok(ended) => ended,
        Err(error) if is_setup_failure(&error) => return Err(error),
        Err(error) => {
            let errno = error.raw_os_error().ok_or(error)?;
            return Ok(Verdict { errno: Some(Errno(errno).name()), ..Verdict::without_status("not-started") });
        }
    };
    drop(theirs);
    let tap = receive(&ours)?;
    let Some(status) = ended.status.filter(|status| status.signal().is_none()) else {
        return Ok(Verdict::without_status("crashed"));
    };
    let printed = String::from_utf8_lossy(&ended.stderr);
    let attached = status.success() && tap.is_some();
    Ok(Verdict {
        outcome: if attached { "attached" } else { "refused" }.to_owned(),
        exit_code: status.code().map(i64::from),
        stderr: printed.lines().last().map(str::to_owned),
        errno: None,
    })
}

/// The descriptor that the helper sent.
fn receive(socket: &OwnedFd) -> io::Result<Option<OwnedFd>> {
    let mut byte = [0; 1];
    let mut buffers = [IoSliceMut::new(&mut byte)];
    let mut space = nix::cmsg_space!([RawFd; 1]);
    let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_CMSG_CLOEXEC;
    let message = match recvmsg::<()>(socket.as_raw_fd(), &mut buffers, Some(&mut space), flags) {
        Ok(message) => message,
        Err(nix::Error::EAGAIN) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    for control in message.cmsgs()? {
        if let ControlMessageOwned::ScmRights(descriptors) = control
            && let Some(descriptor) = descriptors.first()
        {
            // SAFETY: the kernel has just made this descriptor for us, and nobody else knows it.
            #[allow(unsafe_code, reason = "a received descriptor comes as a bare number")]
            return Ok(Some(unsafe { OwnedFd::from_raw_fd(*descriptor) }));
        }
    }
    Ok(None)
}
