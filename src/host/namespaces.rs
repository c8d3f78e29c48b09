//! User and network namespaces.

use std::os::fd::{AsFd as _, AsRawFd as _, FromRawFd as _, OwnedFd};

use nix::libc;
use rustix::fs::OFlags;
use rustix::thread::LinkNameSpaceType;

use super::error::Error;
use super::proc::Proc;
use crate::snapshot::{Errno, Fact, IdMap, NetOwner, UserNamespace};

/// `NS_GET_USERNS` and `NS_GET_PARENT` of `ioctl_ns(2)`: `_IO(0xb7, 1)` and `_IO(0xb7, 2)`.
const NS_GET_USERNS: libc::Ioctl = 0xb701;
const NS_GET_PARENT: libc::Ioctl = 0xb702;

/// The user namespace of a process (`self` or a number).
///
/// A reader in the same namespace sees the parent's numbers in the second column and its own in the first; a reader
/// elsewhere sees its own in the second.
pub(super) fn user_namespace(proc: &Proc, process: &str, is_own: bool) -> Option<UserNamespace> {
    let read = |name: &str| Some(map(&proc.text(&format!("{process}/{name}")).ok()?));
    let (users, groups) = (read("uid_map")?, read("gid_map")?);
    let initial = users == [(0, 0, u32::MAX)];
    Some(UserNamespace { initial, users: normalise(&users, is_own), groups: normalise(&groups, is_own) })
}

fn map(text: &str) -> Vec<(u32, u32, u32)> {
    let row = |line: &str| {
        let mut numbers = line.split_ascii_whitespace().map(|number| number.parse().ok());
        Some((numbers.next()??, numbers.next()??, numbers.next()??))
    };
    text.lines().filter_map(row).collect()
}

fn normalise(map: &[(u32, u32, u32)], is_own: bool) -> IdMap {
    let seen = |&(inside, outside, count): &(u32, u32, u32)| (if is_own { inside } else { outside }, count);
    let root = map.iter().find(|row| row.0 == 0).map(|row| seen(row).0);
    IdMap { root, ranges: map.iter().map(seen).collect() }
}

/// Whether the owner of a process's network namespace is its own user namespace, one below, or one above.
pub(super) fn net_owner(proc: &Proc, process: &str) -> Fact<NetOwner> {
    let opened = namespace(proc, process, "net").and_then(|net| Ok((net, namespace(proc, process, "user")?)));
    let (net, user) = match opened {
        Ok(opened) => opened,
        Err(errno) => {
            return Fact::unknown(format!("the namespaces of the process cannot be opened: {}", errno.text()));
        }
    };
    let mut owner = match related(&net, NS_GET_USERNS) {
        Ok(owner) => owner,
        // The kernel tells nothing about namespaces above the caller's.
        Err(Errno::EPERM) => return Fact::Known(NetOwner::Above),
        Err(errno) => return Fact::unknown(format!("the owner of the network cannot be seen: {}", errno.text())),
    };
    let own = identity(&user);
    loop {
        if identity(&owner) == own {
            return Fact::Known(NetOwner::Within);
        }
        match related(&owner, NS_GET_PARENT) {
            Ok(parent) => owner = parent,
            Err(_) => return Fact::Known(NetOwner::Above),
        }
    }
}

/// Namespaces of another process that differ from this one's.
pub(super) struct Elsewhere {
    net: Option<OwnedFd>,
    mount: Option<OwnedFd>,
    root: OwnedFd,
    directory: Option<OwnedFd>,
    /// Its user namespace, where it is another.
    pub(super) user: Option<OwnedFd>,
}

impl Elsewhere {
    /// Opens what must be entered, while `/proc` still shows it.
    pub(super) fn of(proc: &Proc, pid: u32) -> Result<Self, Error> {
        let closed = |attempt: &str, errno| Error::ClosedProcess { pid, attempt: attempt.to_owned(), errno };
        let other = |kind: &str| other(proc, pid, kind);
        let handle = |name: &str| proc.handle(&format!("{pid}/{name}"), OFlags::PATH);
        Ok(Self {
            net: other("net").map_err(|errno| closed("look at the network namespace", errno))?,
            mount: other("mnt").map_err(|errno| closed("look at the mount namespace", errno))?,
            user: other("user").map_err(|errno| closed("look at the user namespace", errno))?,
            root: handle("root").map_err(|errno| closed("look at the root directory", errno))?,
            directory: handle("cwd").ok(),
        })
    }

    /// Moves this process there, for good: a process of its own must do it.
    pub(super) fn enter(&self, pid: u32) -> Result<(), Error> {
        let closed = |attempt: &str, errno| Error::ClosedProcess { pid, attempt: attempt.to_owned(), errno };
        let join = |namespace: &OwnedFd, kind| rustix::thread::move_into_link_name_space(namespace.as_fd(), Some(kind));
        if let Some(net) = &self.net {
            join(net, LinkNameSpaceType::Network)
                .map_err(|error| closed("enter the network namespace", error.into()))?;
        }
        if let Some(mount) = &self.mount {
            join(mount, LinkNameSpaceType::Mount).map_err(|error| closed("enter the mount namespace", error.into()))?;
        }
        let same_root = rustix::fs::stat("/").is_ok_and(|ours| {
            rustix::fs::fstat(&self.root)
                .is_ok_and(|theirs| (ours.st_dev, ours.st_ino) == (theirs.st_dev, theirs.st_ino))
        });
        // A directory that is mounted twice is the same one, and yet other mounts lie on it.
        let entered = rustix::process::fchdir(&self.root).and_then(|()| rustix::process::chroot("."));
        if let Err(error) = entered
            && !same_root
        {
            return Err(closed("enter the root directory", error.into()));
        }
        if let Some(directory) = &self.directory {
            // Relative includes are then unknown paths, which the facts about them say.
            let _ = rustix::process::fchdir(directory);
        }
        Ok(())
    }
}

/// The namespace of a process, where it is another than this one's.
pub(super) fn other(proc: &Proc, pid: u32, kind: &str) -> Result<Option<OwnedFd>, Errno> {
    let theirs = namespace(proc, &pid.to_string(), kind)?;
    let ours = namespace(proc, "self", kind)?;
    Ok(if identity(&theirs) == identity(&ours) { None } else { Some(theirs) })
}

fn namespace(proc: &Proc, process: &str, kind: &str) -> Result<OwnedFd, Errno> {
    proc.handle(&format!("{process}/ns/{kind}"), OFlags::RDONLY)
}

fn identity(namespace: &OwnedFd) -> Option<(u64, u64)> {
    rustix::fs::fstat(namespace).ok().map(|stat| (stat.st_dev, stat.st_ino))
}

#[allow(unsafe_code, reason = "no crate wraps the namespace ioctls")]
fn related(namespace: &OwnedFd, request: libc::Ioctl) -> Result<OwnedFd, Errno> {
    // SAFETY: both requests take no argument, and return a new descriptor or -1.
    let descriptor = unsafe { libc::ioctl(namespace.as_raw_fd(), request) };
    if descriptor < 0 {
        return Err(std::io::Error::last_os_error().into());
    }
    // SAFETY: the kernel has just made this descriptor for us, with close-on-exec, and nothing else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_within_sees_its_own_numbers() {
        let rows = map("         0     100000      65536\n     65536       1000          1\n");
        let within = normalise(&rows, true);
        assert_eq!(within, IdMap { root: Some(0), ranges: vec![(0, 65536), (65536, 1)] });
        let outside = normalise(&rows, false);
        assert_eq!(outside, IdMap { root: Some(100_000), ranges: vec![(100_000, 65536), (1000, 1)] });
    }
}
