//! The only door to the machine: looks, changes nothing, and fills a [`Snapshot`].
//!
//! What could not be seen is a `Fact::Unknown` in it; an [`Error`] means that there is nothing to tell at all.

mod accounts;
mod acl;
mod ask;
mod binary;
mod calls;
mod chain;
mod collect;
mod elsewhere;
mod errno;
mod error;
mod firewall;
mod helper;
mod identity;
mod inode;
mod libvirt;
mod namespaces;
mod netlink;
mod network;
mod os;
mod proc;
mod process;
mod program;
mod root;
mod subject;
mod switch;
mod texts;
mod tun;
mod watch;

use std::path::{Path, PathBuf};

pub use error::{Error, Told};
pub use watch::{Wake, Watch};

use crate::snapshot::{Acl, Chain, Errno, Fact, Link, Snapshot};

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The user the question is about, by name or number.
    pub user: Option<String>,
    /// The running process the question is about.
    pub pid: Option<u32>,
    /// The helper to look at.
    pub helper: Option<PathBuf>,
    /// The file tree to look at in place of this machine.
    pub root: Option<PathBuf>,
    /// The bridges that are asked about.
    pub bridges: Vec<String>,
    /// Whether every interface is wanted, and not only what the bridges need.
    pub everything: bool,
    /// Whether every port of the bridges is wanted, and not only an uplink with a signal where there is one.
    pub every_port: bool,
}

/// Collects every fact.
///
/// # Errors
///
/// An [`Error`], where there is nothing to tell at all.
pub fn collect(request: &Request) -> anyhow::Result<Snapshot> {
    let snapshot = match request.pid {
        Some(pid) => elsewhere::collect(request, pid),
        None => collect::here(request),
    };
    Ok(snapshot?)
}

/// Collects one ACL file, which need not be the helper's, with all that it includes.
///
/// # Errors
///
/// An [`Error`], where the user is not known.
pub fn acl_files(file: &Path, user: Option<&str>) -> anyhow::Result<Acl> {
    Ok(collect::acl(file, user)?)
}

/// The interface of this name as the kernel has it now; nothing where there is none.
///
/// # Errors
///
/// That of the kernel, where it does not answer.
pub fn link(name: &str) -> Result<Option<Link>, Errno> {
    network::one(name)
}

/// The names of the bridges in this network namespace; none where the kernel does not tell.
pub fn bridge_names() -> Vec<String> {
    network::bridge_names().unwrap_or_default()
}

/// The users in this machine's own `passwd` file.
pub fn local_users() -> Vec<String> {
    accounts::local_names()
}

/// The chains of the bridge family that drop frames, by their policy or by a rule.
pub fn bridge_chains() -> Fact<Vec<Chain>> {
    firewall::bridge_chains(&root::Root::live(), &proc::Proc::open())
}
