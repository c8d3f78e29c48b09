//! "May this identity …?", put to the kernel.

mod access;
mod computed;
mod eyes;
mod guise;

use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use super::identity::Identity;
use super::root::{Last, Root};
use super::{chain, inode};
use crate::snapshot::{Access, Answer, Errno, Fact, Kind, Unknown};

pub(super) use access::Want;
use eyes::Eyes;
use guise::Guise;

/// One who can be asked what an identity may do.
pub(super) enum Asker {
    /// This process is that identity.
    Here,
    /// This process takes that identity for each question.
    Guise(Guise),
    /// A process that became that identity answers.
    Other(Eyes),
    /// The answer is computed from modes, owners and ACLs: only root could become that identity.
    Computed(Identity),
    /// There is no way to ask.
    Nobody(Unknown),
}

impl Asker {
    /// One with this identity, which only root can take.
    ///
    /// Nobody comes back from a user namespace, so there it takes a process of its own.
    pub(super) fn become_identity(root: &Root, identity: &Identity, user_namespace: Option<&OwnedFd>) -> Self {
        let guise = if user_namespace.is_none() { Guise::of(identity) } else { Ok(None) };
        let asker = match guise {
            Ok(Some(guise)) => Ok(Self::Guise(guise)),
            Ok(None) => Eyes::open(root, identity, user_namespace).map(Self::Other),
            Err(errno) => Err(errno),
        };
        asker.unwrap_or_else(|errno| Self::Nobody(not_taken(identity.uid, errno)))
    }

    /// Whether the path opens, or runs, for the identity.
    pub(super) fn ask(&self, root: &Root, path: &Path, want: Want) -> Fact<Answer> {
        if !root.is_live() && path.is_relative() {
            return Fact::NeedsLiveHost;
        }
        let answer = match self {
            Self::Here => Fact::Known(access::ask(root.tree(), path, want)),
            Self::Guise(guise) => match guise.ask(root, path, want) {
                Ok(answer) => Fact::Known(answer),
                Err(errno) => Fact::Unknown(not_taken(guise.uid(), errno)),
            },
            Self::Other(eyes) => match eyes.ask(path, want) {
                Ok(answer) => Fact::Known(answer),
                Err(errno) => Fact::unknown(format!("the process that was asked is gone: {}", errno.text())),
            },
            Self::Computed(identity) => computed::answer(root, path, identity, want),
            Self::Nobody(unknown) => Fact::Unknown(unknown.clone()),
        };
        match answer {
            Fact::Known(Answer::No(Errno::EACCES)) if mount_of_tree_decides(root, path, want) => {
                Fact::unknown("the tree is mounted noexec, and as a machine of its own it would not be")
            }
            Fact::Known(Answer::Yes) if want == Want::Device && on_nodev(root, path) => {
                Fact::Known(Answer::No(Errno::EACCES))
            }
            answer => answer,
        }
    }

    /// The first directory on the way that the identity may not search.
    pub(super) fn closed_directory(&self, root: &Root, path: &Path) -> Option<PathBuf> {
        let closed = |directory: &PathBuf| {
            let answer = self.ask(root, directory, Want::Search);
            matches!(answer, Fact::Known(Answer::No(Errno::EACCES)))
        };
        chain::follow(root, path).directories.into_iter().find(closed)
    }
}

fn not_taken(uid: u32, errno: Errno) -> Unknown {
    let because = format!("this process could not take the identity of user {uid}: {}", errno.text());
    Unknown { because, command: None }
}

/// The subject, and the helper where it opens files under another identity.
pub(super) struct Askers {
    pub(super) subject: Asker,
    pub(super) helper: Option<Asker>,
}

impl Askers {
    /// Both answers, and the directory in the way of the one that counts.
    pub(super) fn access(&self, root: &Root, path: &Path, want: Want) -> (Access, Option<PathBuf>) {
        let ask = |asker: &Asker| match asker.ask(root, path, want) {
            // To write a directory is refused as such, whatever its mode.
            Fact::Known(Answer::No(Errno::EACCES))
                if want == Want::Device && is_directory(root, path) && asker.closed_directory(root, path).is_none() =>
            {
                Fact::Known(Answer::No(Errno::EISDIR))
            }
            answer => answer,
        };
        let access = Access { subject: ask(&self.subject), helper: self.helper.as_ref().map(ask) };
        let denied = matches!(access.as_helper(), Fact::Known(Answer::No(Errno::EACCES)));
        let asker = self.helper.as_ref().unwrap_or(&self.subject);
        let closed = if denied { asker.closed_directory(root, path) } else { None };
        (access, closed)
    }
}

fn is_directory(root: &Root, path: &Path) -> bool {
    root.stat(path, Last::Follow).is_ok_and(|stat| inode::kind(&stat) == Kind::Directory)
}

fn mount_of_tree_decides(root: &Root, path: &Path, want: Want) -> bool {
    want == Want::Execute
        && !root.is_live()
        && root
            .handle(path, Last::Follow)
            .and_then(|handle| Ok(rustix::fs::fstatvfs(&handle)?))
            .is_ok_and(|seen| seen.f_flag.contains(rustix::fs::StatVfsMountFlags::NOEXEC))
}

/// `access(2)` does not know `nodev`; `open(2)` does.
fn on_nodev(root: &Root, path: &Path) -> bool {
    let Ok(handle) = root.handle(path, Last::Follow) else { return false };
    let is_device = rustix::fs::fstat(&handle).is_ok_and(|stat| inode::kind(&stat).is_device());
    is_device
        && rustix::fs::fstatvfs(&handle).is_ok_and(|seen| seen.f_flag.contains(rustix::fs::StatVfsMountFlags::NODEV))
}
