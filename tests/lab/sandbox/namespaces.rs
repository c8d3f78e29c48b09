//! User and network namespaces that processes of the lab join, each made once and held by a descriptor.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::rc::Rc;

use rustix::thread::{UnshareFlags, unshare_unsafe};

use super::credentials::{ALICE, become_user};
use super::network;

/// A user namespace.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum UserNamespace {
    /// `unshare -Ur`: Alice is root in it.
    MappedToRoot,
    /// `unshare -U --map-current-user`.
    SameUser,
    /// `unshare -Urn`, with a `br0` of its own.
    OwnNetwork,
    /// Made by root with every identity mapped to itself; the network stays the host's.
    Container,
    /// The same with a network and a `br0` of its own.
    ContainerWithNetwork,
    /// Made by root with identities shifted, as container managers do; the network stays the host's.
    ShiftedContainer,
    /// The same with a network and a `br0` of its own.
    ShiftedContainerWithNetwork,
}

impl UserNamespace {
    /// Whether a process joins first and becomes Alice inside.
    pub fn holds_every_user(self) -> bool {
        !matches!(self, Self::MappedToRoot | Self::SameUser | Self::OwnNetwork)
    }

    fn own_network(self) -> bool {
        matches!(self, Self::OwnNetwork | Self::ContainerWithNetwork | Self::ShiftedContainerWithNetwork)
    }

    fn map(self) -> String {
        match self {
            Self::MappedToRoot | Self::OwnNetwork => format!("0 {ALICE} 1"),
            Self::SameUser => format!("{ALICE} {ALICE} 1"),
            Self::Container | Self::ContainerWithNetwork => "0 0 65536".to_owned(),
            Self::ShiftedContainer | Self::ShiftedContainerWithNetwork => "0 100000 65536".to_owned(),
        }
    }
}

/// What a process joins.
#[derive(Debug)]
pub struct Joined {
    /// The user namespace.
    pub user: OwnedFd,
    /// Its network namespace, where it has its own.
    pub net: Option<OwnedFd>,
}

/// The namespaces made so far.
#[derive(Debug, Default)]
pub struct Namespaces(RefCell<HashMap<UserNamespace, Rc<Joined>>>);

impl Namespaces {
    /// Makes every namespace now.
    pub fn make_all(&self) -> io::Result<()> {
        use UserNamespace::*;
        [
            MappedToRoot,
            SameUser,
            OwnNetwork,
            Container,
            ContainerWithNetwork,
            ShiftedContainer,
            ShiftedContainerWithNetwork,
        ]
        .into_iter()
        .try_for_each(|kind| self.of(kind).map(drop))
    }

    /// The namespace of this kind.
    pub fn of(&self, kind: UserNamespace) -> io::Result<Joined> {
        if let Some(made) = self.0.borrow().get(&kind) {
            return made.duplicate();
        }
        let made = Rc::new(make(kind)?);
        let duplicate = made.duplicate();
        self.0.borrow_mut().insert(kind, made);
        duplicate
    }
}

impl Joined {
    fn duplicate(&self) -> io::Result<Self> {
        Ok(Self { user: self.user.try_clone()?, net: self.net.as_ref().map(OwnedFd::try_clone).transpose()? })
    }
}

/// Gives the calling thread namespaces of its own.
pub fn leave(flags: UnshareFlags) -> io::Result<()> {
    // SAFETY: none of the flags in use stops descriptors from being shared, which is what makes the call unsafe.
    #[allow(unsafe_code, reason = "unshare is unsafe for other flags than those of namespaces")]
    unsafe {
        unshare_unsafe(flags)?;
    }
    Ok(())
}

fn make(kind: UserNamespace) -> io::Result<Joined> {
    let mut holder = Command::new("/bin/sleep");
    holder.arg("60").stdin(Stdio::null()).stdout(Stdio::null());
    let mut flags = UnshareFlags::NEWUSER;
    flags.set(UnshareFlags::NEWNET, kind.own_network());
    let leave_as_owner = move || {
        if !kind.holds_every_user() {
            become_user(ALICE, &[])?;
        }
        leave(flags)
    };
    // SAFETY: the closure makes system calls only.
    #[allow(unsafe_code, reason = "the namespace is made between fork and exec")]
    unsafe {
        holder.pre_exec(leave_as_owner);
    }
    let mut holder = holder.spawn()?;
    let held = map_and_open(holder.id(), kind);
    holder.kill()?;
    holder.wait()?;
    held
}

fn map_and_open(pid: u32, kind: UserNamespace) -> io::Result<Joined> {
    fs::write(format!("/proc/{pid}/uid_map"), kind.map())?;
    if !kind.holds_every_user() {
        fs::write(format!("/proc/{pid}/setgroups"), "deny")?;
    }
    fs::write(format!("/proc/{pid}/gid_map"), kind.map())?;
    let user = File::open(format!("/proc/{pid}/ns/user"))?.into();
    let net: Option<OwnedFd> = if kind.own_network() {
        let net = File::open(format!("/proc/{pid}/ns/net"))?.into();
        network::within(&net, network::make_lonely_bridge)?;
        Some(net)
    } else {
        None
    };
    Ok(Joined { user, net })
}
