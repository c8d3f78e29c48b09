//! From `execve` to the point where the helper looks at its arguments.

use std::os::unix::ffi::OsStrExt as _;

use super::credentials::{Credentials, Executable, drop_privileges, execute};
use crate::snapshot::{Binary, Call, Errno, Fact, Format, Helper, Inode, Kind, PathSource, Process, Subject, Unknown};

/// How the start of the helper goes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Launch {
    /// It runs, with these credentials, and will open its files with them.
    Started(Credentials),
    /// It ends before it looks at anything.
    Stopped(Refusal),
    /// A fact is missing.
    Unknown(Unknown),
    /// Only a running machine can tell.
    NeedsLiveHost,
}

/// Why the helper does not get to its arguments.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// `execve` fails with this error.
    NotStarted(Errno),
    /// A signal ends it: its file is cut off.
    Crashed,
    /// Its loader does not find this library.
    NoLibrary(String),
    /// It cannot become the calling user, for want of these capabilities, or because none would outlive the change.
    CannotDrop(Vec<&'static str>),
    /// A filter refuses what it takes to become the calling user: with this error, or by a signal.
    Forbidden(Option<Errno>),
}

/// The start of this helper by this subject.
pub fn launch(subject: &Subject, process: &Fact<Process>, helper: &Helper) -> Launch {
    match &helper.executable {
        Fact::Known(answer) => {
            if let Some(errno) = answer.errno() {
                return Launch::Stopped(Refusal::NotStarted(errno));
            }
        }
        missing => return undecided(missing),
    }
    let inode = match &helper.file {
        Fact::Known(Ok(inode)) => inode,
        Fact::Known(Err(errno)) => return Launch::Stopped(Refusal::NotStarted(*errno)),
        missing => return undecided(missing),
    };
    let mount = match &inode.mount {
        Fact::Known(mount) => *mount,
        missing => return undecided(missing),
    };
    if inode.kind != Kind::Regular || mount.noexec {
        return Launch::Stopped(Refusal::NotStarted(Errno::EACCES));
    }
    if let Some(errno) = format_error(inode, helper.binary.known()) {
        return Launch::Stopped(Refusal::NotStarted(errno));
    }
    if helper.binary.known().is_some_and(|binary| binary.format == Format::TruncatedElf) {
        return Launch::Stopped(Refusal::Crashed);
    }
    let process = match process {
        Fact::Known(process) => process,
        missing => return undecided(missing),
    };
    let capabilities = match &inode.capabilities {
        Fact::Known(capabilities) => *capabilities,
        missing => return undecided(missing),
    };
    if goes_to_the_shell(helper) {
        return Launch::Unknown(Unknown {
            because: format!("QEMU hands {} to the shell, for it has a blank in it", helper.path.display()),
            command: None,
        });
    }
    if !is_the_helper(helper) {
        return Launch::Unknown(Unknown {
            because: format!("{} is not qemu-bridge-helper: what it does cannot be foretold", helper.path.display()),
            command: None,
        });
    }
    let executable = Executable { inode, nosuid: mount.nosuid, capabilities };
    start(subject, process, executable, helper.binary.known())
}

fn start(subject: &Subject, process: &Process, executable: Executable<'_>, binary: Option<&Binary>) -> Launch {
    let credentials = match execute(subject, process, executable) {
        Ok(credentials) => credentials,
        Err(errno) => return Launch::Stopped(Refusal::NotStarted(errno)),
    };
    if let Some(library) = binary.and_then(|binary| binary.missing_library.as_ref()) {
        return Launch::Stopped(Refusal::NoLibrary(library.clone()));
    }
    let drops = binary.is_none_or(|binary| binary.drops_privileges);
    let runs_as_root = process.user_namespace.users.root == Some(credentials.euid);
    if !drops || !runs_as_root || credentials.uid == credentials.euid {
        return Launch::Started(credentials);
    }
    if let Some(refused) = process.refused(Call::DropPrivileges) {
        return Launch::Stopped(Refusal::Forbidden(refused.errno));
    }
    match drop_privileges(credentials, &process.securebits) {
        Ok(dropped) => Launch::Started(dropped),
        Err(lacking) => Launch::Stopped(Refusal::CannotDrop(lacking)),
    }
}

/// The error of `execve` for the file's format.
fn format_error(inode: &Inode, binary: Option<&Binary>) -> Option<Errno> {
    if inode.size == 0 {
        return Some(Errno::ENOEXEC);
    }
    match &binary?.format {
        Format::Elf { interpreter_error, .. } | Format::Script { interpreter_error, .. } => *interpreter_error,
        Format::ForeignElf { .. } | Format::Unrecognised => Some(Errno::ENOEXEC),
        Format::TruncatedElf => None,
    }
}

/// Whether the program is the helper, or a NixOS wrapper, which hands its privilege on to the helper.
pub fn is_the_helper(helper: &Helper) -> bool {
    let (path, binary) = (&helper.path, helper.binary.known());
    binary.is_none_or(|binary| binary.is_helper) || path.starts_with("/run/wrappers")
}

/// Whether QEMU takes the path for a command: one with a blank in it. libvirt executes whatever it is given.
pub fn goes_to_the_shell(helper: &Helper) -> bool {
    let has_blank = helper.path.as_os_str().as_bytes().iter().any(|byte| matches!(byte, b' ' | b'\t'));
    has_blank && !matches!(helper.source, PathSource::LibvirtConfiguration(_))
}

fn undecided<T>(fact: &Fact<T>) -> Launch {
    match fact {
        Fact::Unknown(unknown) => Launch::Unknown(unknown.clone()),
        Fact::NeedsLiveHost | Fact::Known(_) => Launch::NeedsLiveHost,
    }
}
