//! A host of one's own: a thread in private mount and network namespaces, in which states are made and programs run.

mod credentials;
pub mod files;
mod filter;
pub mod mounts;
mod namespaces;
mod network;
pub mod place;
mod run;

use std::cell::{Cell, OnceCell};
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::thread;

use nix::sys::stat::SFlag;
use rustix::thread::UnshareFlags;

pub use credentials::{ALICE, Credentials, LAB_GROUP, STRANGER, execute_exactly, is_setup_failure};
pub use filter::Filter;
pub use namespaces::{Namespaces, UserNamespace};
pub use network::{Net, knows_vlans};
pub use run::{Ended, run};

use crate::dimension::{Dimension, Realise};
use crate::state::State;

/// The host that a thread has to itself.
#[derive(Debug)]
pub struct Sandbox {
    /// Namespaces that processes join.
    pub namespaces: Namespaces,
    quiet: OwnedFd,
    empty: OwnedFd,
    crowded: OnceCell<OwnedFd>,
    net: Cell<Option<Net>>,
    made: Cell<Option<State>>,
}

/// Gives `work` a host of its own.
pub fn enter<T: Send>(work: impl FnOnce(&Sandbox) -> T + Send) -> io::Result<T> {
    thread::scope(|scope| {
        let inside = scope.spawn(|| Sandbox::make().map(|sandbox| work(&sandbox)));
        inside.join().map_err(|_| io::Error::other("the work in the sandbox panicked"))?
    })
}

impl Sandbox {
    fn make() -> io::Result<Self> {
        namespaces::leave(UnshareFlags::NEWNS | UnshareFlags::FS)?;
        mounts::make(Path::new(env!("CARGO_BIN_EXE_bridge-doctor")))?;
        files::node(place::TUN, SFlag::S_IFCHR, (10, 200), 0o600)?;
        let quiet = network::make(Net::Quiet)?;
        let empty = network::make(Net::Empty)?;
        let namespaces = Namespaces::default();
        namespaces.make_all()?;
        network::enter(&quiet)?;
        mounts::fresh_sysfs()?;
        Ok(Self {
            namespaces,
            quiet,
            empty,
            crowded: OnceCell::new(),
            net: Cell::new(Some(Net::Quiet)),
            made: Cell::new(None),
        })
    }

    /// Makes the host look like `state`, changing what differs from the state before.
    pub fn realise(&self, state: &State) -> io::Result<()> {
        let before = self.made.take();
        self.enter_net(state.net())?;
        let same = |dimension: Dimension| {
            before.is_some_and(|before| before.value(dimension).name == state.value(dimension).name)
        };
        let same_rule = before.is_some_and(|before| before.allowed() == state.allowed());
        for dimension in Dimension::ALL {
            if same(dimension) && (dimension != Dimension::Acl || same_rule) {
                continue;
            }
            match dimension {
                Dimension::Helper => place::clear_helper()?,
                Dimension::Acl => place::clear_acl()?,
                Dimension::Tun => place::clear_tun()?,
                Dimension::Bridge | Dimension::Process => {}
            }
            match state.value(dimension).realise {
                Realise::Files(make) => make()?,
                Realise::Acl(make) => make(state.allowed())?,
                Realise::Process(_) | Realise::Bridge(..) => {}
            }
        }
        self.made.set(Some(*state));
        Ok(())
    }

    /// Makes the next [`Sandbox::realise`] start from nothing.
    pub fn forget(&self) {
        self.made.set(None);
    }

    /// Moves the thread to a network with a fresh `/sys`.
    pub fn enter_net(&self, net: Net) -> io::Result<()> {
        if self.net.get() == Some(net) {
            return Ok(());
        }
        self.enter_net_only(net)?;
        mounts::unmount("/sys")?;
        mounts::fresh_sysfs()
    }

    /// Moves the thread to a network and leaves `/sys` as it is.
    pub fn enter_net_only(&self, net: Net) -> io::Result<()> {
        let descriptor = match net {
            Net::Quiet => &self.quiet,
            Net::Empty => &self.empty,
            Net::Crowded => match self.crowded.get() {
                Some(made) => made,
                None => {
                    let made = network::make(Net::Crowded)?;
                    self.crowded.get_or_init(|| made)
                }
            },
        };
        network::enter(descriptor)?;
        self.net.set(Some(net));
        Ok(())
    }
}
