//! An identity that this thread takes for one question, and gives back.
//!
//! All of its identity is taken and not the effective one alone: some file systems (FUSE) ask for the real one, too.
//! Meanwhile nobody can trace this process: the kernel sees to that with every change of identity.

use std::path::Path;

use rustix::process::{DumpableBehavior, Gid, Signal, Uid};
use rustix::thread::{CapabilitySet, CapabilitySets};

use super::access::{self, Want};
use crate::host::identity::Identity;
use crate::host::root::Root;
use crate::snapshot::{Answer, Errno};

/// What is taken, and what is to be given back.
pub(in super::super) struct Guise {
    user: Uid,
    group: Gid,
    groups: Vec<Gid>,
    effective: CapabilitySet,
    own: Own,
}

/// The identity of this thread.
struct Own {
    users: (Uid, Uid, Uid),
    group: (Gid, Gid, Gid),
    groups: Vec<Gid>,
    capabilities: CapabilitySets,
    keeps_capabilities: bool,
    dumpable: DumpableBehavior,
    death_signal: Option<Signal>,
}

/// Gives back what was taken when it is dropped, and only that: some namespaces forbid a part of it to everybody.
struct Worn<'a> {
    own: &'a Own,
    groups: bool,
    group: bool,
    user: bool,
}

impl Guise {
    /// Prepares for the identity. Nothing, where this thread's own could not be given back in full: the ambient
    /// capabilities, which only somebody with inheritable ones can have, are lost with the first change.
    pub(super) fn of(identity: &Identity) -> Result<Option<Self>, Errno> {
        let own = Own::look()?;
        if !own.capabilities.inheritable.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self {
            user: Uid::from_raw(identity.uid),
            group: Gid::from_raw(identity.gid),
            groups: identity.groups.iter().map(|&group| Gid::from_raw(group)).collect(),
            effective: CapabilitySet::from_bits_retain(identity.capabilities) & own.capabilities.permitted,
            own,
        }))
    }

    /// The user that is taken.
    pub(super) fn uid(&self) -> u32 {
        self.user.as_raw()
    }

    /// Puts one question.
    pub(super) fn ask(&self, root: &Root, path: &Path, want: Want) -> Result<Answer, Errno> {
        let _worn = self.put_on()?;
        Ok(access::ask(root.tree(), path, want))
    }

    /// Of this thread only: the C library's calls would change every thread of the process.
    fn put_on(&self) -> Result<Worn<'_>, Errno> {
        let mut worn = Worn { own: &self.own, groups: false, group: false, user: false };
        rustix::thread::set_keep_capabilities(true)?;
        rustix::thread::set_thread_groups(&self.groups)?;
        worn.groups = true;
        rustix::thread::set_thread_res_gid(self.group, self.group, self.group)?;
        worn.group = true;
        rustix::thread::set_thread_res_uid(self.user, self.user, self.user)?;
        worn.user = true;
        rustix::thread::set_capabilities(None, CapabilitySets { effective: self.effective, ..self.own.capabilities })?;
        Ok(worn)
    }
}

impl Own {
    fn look() -> Result<Self, Errno> {
        let (user, group) = (nix::unistd::getresuid()?, nix::unistd::getresgid()?);
        let uid = |uid: nix::unistd::Uid| Uid::from_raw(uid.as_raw());
        let gid = |gid: nix::unistd::Gid| Gid::from_raw(gid.as_raw());
        Ok(Self {
            users: (uid(user.real), uid(user.effective), uid(user.saved)),
            group: (gid(group.real), gid(group.effective), gid(group.saved)),
            groups: rustix::process::getgroups()?,
            capabilities: rustix::thread::capabilities(None)?,
            keeps_capabilities: rustix::thread::get_keep_capabilities()?,
            dumpable: rustix::process::dumpable_behavior()?,
            death_signal: rustix::process::parent_process_death_signal()?,
        })
    }
}

impl Worn<'_> {
    /// The capabilities come first, because the steps need them, and last, because a change of user widens them.
    fn give_back(&self) -> Result<(), Errno> {
        let Own { users, group, groups, capabilities, .. } = self.own;
        rustix::thread::set_capabilities(None, *capabilities)?;
        if self.user {
            rustix::thread::set_thread_res_uid(users.0, users.1, users.2)?;
        }
        if self.group {
            rustix::thread::set_thread_res_gid(group.0, group.1, group.2)?;
        }
        if self.groups {
            rustix::thread::set_thread_groups(groups)?;
        }
        rustix::thread::set_capabilities(None, *capabilities)?;
        if rustix::thread::get_keep_capabilities()? != self.own.keeps_capabilities {
            rustix::thread::set_keep_capabilities(self.own.keeps_capabilities)?;
        }
        rustix::process::set_parent_process_death_signal(self.own.death_signal)?;
        // The kernel takes only the two usual values, and leaves the third to itself.
        if self.own.dumpable != DumpableBehavior::DumpableReadableOnlyByRoot {
            rustix::process::set_dumpable_behavior(self.own.dumpable)?;
        }
        Ok(())
    }
}

impl Drop for Worn<'_> {
    #[allow(clippy::disallowed_methods, reason = "no message is worth a step as somebody else")]
    fn drop(&mut self) {
        if self.give_back().is_err() {
            // Nothing of what follows may be done as somebody else. It was allowed a moment ago, so this does not happen.
            std::process::abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without root there is nothing to be tested, as tests/run says.
    fn can_be_anybody() -> bool {
        let is_root = rustix::process::geteuid().is_root();
        let required = std::env::var_os("BRIDGE_DOCTOR_REQUIRE_LAB").is_some() || std::env::var_os("CI").is_some();
        assert!(is_root || !required, "only root can take another identity");
        is_root
    }

    fn everything() -> String {
        let status = std::fs::read_to_string("/proc/thread-self/status").expect("a status");
        let kept = ["Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs"];
        let lines = status.lines().filter(|line| kept.iter().any(|name| line.starts_with(name)));
        let lines: Vec<_> = lines.collect();
        let keeps = rustix::thread::get_keep_capabilities().expect("securebits");
        let signal = rustix::process::parent_process_death_signal().expect("a signal");
        format!("{lines:#?} {keeps} {signal:?}")
    }

    #[test]
    fn everything_is_given_back() {
        if !can_be_anybody() {
            return;
        }
        // A thread of its own, so that the signal stands nowhere else.
        let thread = std::thread::spawn(|| {
            rustix::process::set_parent_process_death_signal(Some(Signal::USR1)).expect("a signal");
            let before = everything();
            let identity = Identity { uid: 54_321, gid: 54_322, groups: vec![54_323], capabilities: 1 << 1 };
            let guise = Guise::of(&identity).expect("the own identity is known").expect("nothing is inherited");
            assert_eq!(everything(), before);
            let worn = guise.put_on().expect("root can be anybody");
            let meanwhile = everything();
            assert!(meanwhile.contains("54321\\t54321\\t54321\\t54321"), "{meanwhile}");
            assert!(meanwhile.contains("Groups:\\t54323 \""), "{meanwhile}");
            assert!(meanwhile.contains("CapEff:\\t0000000000000002"), "{meanwhile}");
            drop(worn);
            assert_eq!(everything(), before);
        });
        thread.join().expect("nothing else than the identity changes");
    }

    #[test]
    fn a_part_that_is_refused_takes_back_the_rest() {
        if !can_be_anybody() {
            return;
        }
        for lacking in [CapabilitySet::SETGID, CapabilitySet::SETUID] {
            let thread = std::thread::spawn(move || {
                let mut own = rustix::thread::capabilities(None).expect("capabilities");
                own.permitted.remove(lacking);
                own.effective.remove(lacking);
                rustix::thread::set_capabilities(None, own).expect("fewer are always allowed");
                let before = everything();
                let identity = Identity { uid: 54_321, gid: 54_322, groups: vec![54_323], capabilities: 0 };
                let guise = Guise::of(&identity).expect("the own identity is known").expect("nothing is inherited");
                assert_eq!(guise.put_on().err(), Some(Errno::EPERM));
                assert_eq!(everything(), before);
            });
            thread.join().expect("the identity stays");
        }
    }
}
