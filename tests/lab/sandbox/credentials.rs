//! Who starts a program, and with what left of its privileges.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use nix::libc;
use rustix::process::{Resource, Rlimit, setrlimit};
use rustix::thread::{
    self, CapabilitiesSecureBits, CapabilitySet, CapabilitySets, Gid, LinkNameSpaceType, Uid,
    configure_capability_in_ambient_set, move_into_link_name_space,
};

use super::filter::Filter;
use super::namespaces::{Namespaces, UserNamespace};

/// Alice, whose virtual machine it is.
pub const ALICE: u32 = 4001;
/// The group that Alice is in beside her own.
pub const LAB_GROUP: u32 = 4002;
/// A user and a group that Alice has nothing to do with.
pub const STRANGER: u32 = 4003;
/// The number that `pre_exec` reports where the lab itself failed, so that it is not taken for an answer of `execve`.
const SETUP_FAILED: i32 = 9_999;

/// The credentials of a process that starts the helper.
#[derive(Clone, Copy, Debug)]
pub struct Credentials {
    /// The user; the group has the same number.
    pub uid: u32,
    /// Supplementary groups.
    pub groups: &'static [u32],
    /// Taken out of the bounding set.
    pub dropped: CapabilitySet,
    /// Kept across the change of user and raised in the ambient set.
    pub ambient: CapabilitySet,
    /// Kept across the change of user and made inheritable.
    pub inheritable: CapabilitySet,
    /// `no_new_privs`.
    pub no_new_privs: bool,
    /// The secure bits.
    pub secure_bits: CapabilitiesSecureBits,
    /// The soft limit of open files.
    pub open_files: u64,
    /// A call that it may not make.
    pub filter: Option<Filter>,
    /// The user namespace it lives in.
    pub user_namespace: Option<UserNamespace>,
}

impl Credentials {
    /// Alice, as she logs in.
    pub const ALICE: Self = Self {
        uid: ALICE,
        groups: &[LAB_GROUP],
        dropped: CapabilitySet::empty(),
        ambient: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
        no_new_privs: false,
        secure_bits: CapabilitiesSecureBits::empty(),
        open_files: 1_024,
        filter: None,
        user_namespace: None,
    };
    /// Root, with every capability.
    pub const ROOT: Self = Self { uid: 0, groups: &[], ..Self::ALICE };

    /// Lets `command` start with these credentials.
    pub fn put_on(self, command: &mut Command, namespaces: &Namespaces) -> io::Result<()> {
        let joined = self.user_namespace.map(|kind| namespaces.of(kind)).transpose()?;
        let become_it = move || {
            let join = || {
                joined
                    .as_ref()
                    .map_or(Ok(()), |joined| enter(joined.user.as_fd(), joined.net.as_ref().map(AsFd::as_fd)))
            };
            self.apply(join).map_err(|_| io::Error::from_raw_os_error(SETUP_FAILED))
        };
        // SAFETY: the closure makes system calls on values prepared here, and neither allocates nor takes a lock.
        #[allow(unsafe_code, reason = "credentials change between fork and exec, for which there is no safe interface")]
        unsafe {
            command.pre_exec(become_it);
        }
        Ok(())
    }

    fn apply(&self, join: impl Fn() -> io::Result<()>) -> io::Result<()> {
        let within = self.user_namespace.is_some_and(UserNamespace::holds_every_user);
        if within {
            join()?;
        }
        // Newer QEMUs raise the one limit to the other; so they and the helper by itself have the same.
        setrlimit(Resource::Nofile, Rlimit { current: Some(self.open_files), maximum: Some(self.open_files) })?;
        for (_, capability) in self.dropped.iter_names() {
            thread::remove_capability_from_bounding_set(capability)?;
        }
        let kept = self.ambient | self.inheritable;
        thread::set_keep_capabilities(!kept.is_empty())?;
        if !self.secure_bits.is_empty() {
            thread::set_capabilities_secure_bits(self.secure_bits)?;
        }
        if let Some(filter) = self.filter {
            filter.put_on()?;
        }
        become_user(self.uid, self.groups)?;
        if self.uid != 0 {
            thread::set_capabilities(None, CapabilitySets { effective: kept, permitted: kept, inheritable: kept })?;
        }
        for (_, capability) in self.ambient.iter_names() {
            configure_capability_in_ambient_set(capability, true)?;
        }
        if !within {
            join()?;
        }
        if self.no_new_privs {
            thread::set_no_new_privs(true)?;
        }
        Ok(())
    }
}

fn enter(user: BorrowedFd<'_>, net: Option<BorrowedFd<'_>>) -> io::Result<()> {
    move_into_link_name_space(user, Some(LinkNameSpaceType::User))?;
    net.map_or(Ok(()), |net| Ok(move_into_link_name_space(net, Some(LinkNameSpaceType::Network))?))
}

/// Changes all user and group numbers of the calling thread, for good.
pub fn become_user(uid: u32, groups: &[u32]) -> io::Result<()> {
    let mut supplementary = [Gid::ROOT; 4];
    for (slot, group) in supplementary.iter_mut().zip(groups) {
        *slot = Gid::from_raw(*group);
    }
    thread::set_thread_groups(supplementary.get(..groups.len()).unwrap_or_default())?;
    let (gid, uid) = (Gid::from_raw(uid), Uid::from_raw(uid));
    thread::set_thread_res_gid(gid, gid, gid)?;
    Ok(thread::set_thread_res_uid(uid, uid, uid)?)
}

/// Makes `command` execute `program` by `execve` itself.
///
/// The standard library calls `execvp`, which hands a file that is no program to the shell; QEMU does not.
pub fn execute_exactly(command: &mut Command, program: CString, arguments: Vec<CString>, inherited: i32) {
    let mut pointers: Vec<usize> = arguments.iter().map(|argument| argument.as_ptr() as usize).collect();
    pointers.push(0);
    let execute = move || {
        let _ = &arguments;
        let environment: [*const libc::c_char; 1] = [std::ptr::null()];
        // SAFETY: every pointer is to a string or an array that this closure owns, and each array ends with a null.
        #[allow(unsafe_code, reason = "execve takes arrays of pointers")]
        unsafe {
            libc::fcntl(inherited, libc::F_SETFD, 0);
            libc::execve(program.as_ptr(), pointers.as_ptr().cast(), environment.as_ptr());
        }
        Err(io::Error::last_os_error())
    };
    // SAFETY: the closure makes two system calls and does not allocate.
    #[allow(unsafe_code, reason = "execve takes the place of the standard library's own")]
    unsafe {
        command.pre_exec(execute);
    }
}

/// Whether this error of `spawn` is the lab's own and not the answer of `execve`.
pub fn is_setup_failure(error: &io::Error) -> bool {
    error.raw_os_error() == Some(SETUP_FAILED)
}
