//! The look from where another process is: its namespaces, its root, its directory, its rights.
//!
//! A child enters them and reports; this process stays where it was.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;

use nix::libc;
use nix::unistd::ForkResult;
use procfs::ProcError;
use procfs::process::{Process as Entry, Status};

use super::Request;
use super::accounts::Accounts;
use super::ask::Asker;
use super::collect::{Start, survey};
use super::error::Error;
use super::identity::{Identity, PASSES_MODES};
use super::namespaces::Elsewhere;
use super::proc::Proc;
use super::root::Root;
use super::{process, subject};
use crate::snapshot::{Errno, Snapshot, Subject, Unknown};

/// Collects as the process with this number.
#[allow(unsafe_code, reason = "fork")]
pub(super) fn collect(request: &Request, pid: u32) -> Result<Snapshot, Error> {
    let lost = |because: String| Error::NoAnswer { because };
    let (read, write) = nix::unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).map_err(|error| lost(error.to_string()))?;
    // SAFETY: the child uses glibc's allocator, which works after fork, takes no lock of this program, and leaves by
    // _exit.
    match unsafe { nix::unistd::fork() }.map_err(|error| lost(format!("could not be started: {error}")))? {
        ForkResult::Child => {
            drop(read);
            let answer = serde_json::to_vec(&from_there(request, pid)).unwrap_or_default();
            let _ = File::from(write).write_all(&answer);
            // SAFETY: it never returns; nothing of this copy of the program must run to its end.
            unsafe { libc::_exit(0) }
        }
        ForkResult::Parent { child } => {
            drop(write);
            let answer = receive(read);
            let _ = nix::sys::wait::waitpid(child, None);
            answer.unwrap_or_else(|because| Err(lost(because)))
        }
    }
}

fn receive(read: OwnedFd) -> Result<Result<Snapshot, Error>, String> {
    let mut answer = Vec::new();
    File::from(read).read_to_end(&mut answer).map_err(|error| format!("could not be heard: {error}"))?;
    serde_json::from_slice(&answer).map_err(|error| format!("gave no answer: {error}"))
}

fn from_there(request: &Request, pid: u32) -> Result<Snapshot, Error> {
    let proc = Proc::open();
    let (entry, status) = entry(pid)?;
    let elsewhere = Elsewhere::of(&proc, pid)?;
    let process = process::of(&proc, pid, &status, entry.limits().ok().as_ref(), elsewhere.user.is_none());
    let groups: Vec<u32> = status.groups.clone();
    // Names as this host has them: databases of a container may not be reached from here.
    let subject = subject::of_process(&Accounts::of(&Root::live()), pid, status.euid, status.egid, groups);
    elsewhere.enter(pid)?;
    let root = Root::live();
    let identity = Identity {
        uid: status.euid,
        gid: status.egid,
        groups: subject.groups.clone(),
        capabilities: status.capeff & PASSES_MODES,
    };
    let (asker, is_me) = asker(&root, &subject, &identity, elsewhere.user.as_ref(), pid);
    Ok(survey(request, Start { root, proc, subject, is_me, asker, process }))
}

fn entry(pid: u32) -> Result<(Entry, Status), Error> {
    let error = |error: ProcError| match error {
        ProcError::NotFound(_) => Error::NoSuchProcess { pid },
        ProcError::PermissionDenied(_) => {
            Error::ClosedProcess { pid, attempt: "read the status".to_owned(), errno: Errno::EACCES }
        }
        other => Error::NoAnswer { because: format!("cannot read the status of process {pid}: {other}") },
    };
    let number = i32::try_from(pid).ok().filter(|&number| number > 0).ok_or(Error::NoSuchProcess { pid })?;
    let entry = Entry::new(number).map_err(error)?;
    let status = entry.status().map_err(error)?;
    Ok((entry, status))
}

fn asker(
    root: &Root,
    subject: &Subject,
    identity: &Identity,
    user_namespace: Option<&OwnedFd>,
    pid: u32,
) -> (Asker, bool) {
    let own = process::capabilities().effective & PASSES_MODES;
    let is_me = nix::unistd::geteuid().as_raw() == identity.uid
        && nix::unistd::getegid().as_raw() == identity.gid
        && subject::same(&subject::process_groups(), &identity.groups)
        && own == identity.capabilities
        && (user_namespace.is_none() || own == 0);
    if is_me {
        return (Asker::Here, true);
    }
    if nix::unistd::geteuid().is_root() {
        // Capabilities count in their own user namespace; without any, it decides nothing about files.
        let namespace = user_namespace.filter(|_| identity.capabilities != 0);
        return (Asker::become_identity(root, identity, namespace), false);
    }
    let because = format!("only root can ask as {}", subject.user);
    (Asker::Nobody(Unknown { because, command: Some(format!("sudo bridge-doctor check --pid {pid}")) }), false)
}
