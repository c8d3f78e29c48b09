//! The order of the look: who asks, which helper, which ACL, which bridges.

use std::path::Path;

use super::accounts::Accounts;
use super::ask::{Asker, Askers};
use super::error::Error;
use super::identity::{Identity, helper_identity};
use super::network::Wanted;
use super::proc::Proc;
use super::root::Root;
use super::subject::{self, Chosen};
use super::{Request, acl, firewall, helper, libvirt, network, os, process, tun};
use crate::acl::allowed_bridges;
use crate::snapshot::{Acl, Fact, Process, SCHEMA, Snapshot, Subject, Unknown};

/// What is known before the look begins.
pub(super) struct Start {
    pub(super) root: Root,
    pub(super) proc: Proc,
    pub(super) subject: Subject,
    /// Whether this process has the subject's own rights.
    pub(super) is_me: bool,
    pub(super) asker: Asker,
    pub(super) process: Fact<Process>,
}

/// Collects from where this process is.
pub(super) fn here(request: &Request) -> Result<Snapshot, Error> {
    let root = open(request.root.as_deref())?;
    let proc = if root.is_live() { Proc::open() } else { Proc::none() };
    let Chosen { subject, is_me } = subject::choose(&Accounts::of(&root), request.user.as_deref())?;
    let asker = asker(&root, &subject, is_me);
    let process = if root.is_live() { process::like_this_one(&proc, &subject, is_me) } else { Fact::NeedsLiveHost };
    Ok(survey(request, Start { root, proc, subject, is_me, asker, process }))
}

/// Collects one ACL.
pub(super) fn acl(file: &Path, user: Option<&str>) -> Result<Acl, Error> {
    let root = Root::live();
    let Chosen { subject, is_me } = subject::choose(&Accounts::of(&root), user)?;
    let askers = Askers { subject: asker(&root, &subject, is_me), helper: None };
    Ok(acl::at(&root, &askers, is_me, file.to_path_buf(), false))
}

/// Fills the snapshot.
pub(super) fn survey(request: &Request, start: Start) -> Snapshot {
    let Start { root, proc, mut subject, is_me, asker, process } = start;
    let machine = os::look(&root, &proc);
    let configured = helper::libvirt_setting(&root, &subject, is_me);
    let look = helper::Look { root: &root, asker: &asker, is_me, os: &machine.os };
    let setting = configured.known().and_then(Option::as_ref);
    let helper = helper::look(&look, request.helper.as_deref(), setting);
    let as_helper = helper_identity(&subject, &process, &helper).map(|identity| asker_as(&root, identity));
    let askers = Askers { subject: asker, helper: as_helper };
    let acl = acl::look(&root, &askers, is_me, &helper, &machine.os);
    let tun = if root.is_live() { tun::look(&root, &proc, &askers, is_me) } else { tun::of_tree() };
    let files = acl.files.iter().map(|file| &file.inode).chain([&helper.file, &tun.inode]);
    let groups = files.filter_map(|file| Some(file.found()?.gid)).collect();
    subject::name_groups(&root, &mut subject, groups);
    let contents = acl.files.iter().filter_map(|file| file.content.known());
    let mut allowed: Vec<_> = contents.flat_map(|content| allowed_bridges(&content.0)).collect();
    allowed.sort();
    allowed.dedup();
    let Request { bridges, everything, every_port, .. } = request;
    let in_container = machine.container.is_some();
    let wanted = Wanted { asked: bridges, allowed, everything: *everything, every_port: *every_port, in_container };
    let network = if root.is_live() { network::look(&root, &proc, &wanted) } else { Fact::NeedsLiveHost };
    let firewall = if root.is_live() { firewall::look(&root, &proc, &network) } else { firewall::of_tree() };
    Snapshot {
        schema: SCHEMA.to_owned(),
        collected_by: env!("CARGO_PKG_VERSION").to_owned(),
        libvirt: libvirt::look(&root, is_me, configured),
        machine,
        subject,
        process,
        helper,
        acl,
        tun,
        asked_bridges: request.bridges.clone(),
        network,
        firewall,
        trials: Vec::new(),
    }
}

fn open(root: Option<&Path>) -> Result<Root, Error> {
    match root {
        None => Ok(Root::live()),
        Some(path) => Root::below(path).map_err(|errno| Error::Root { path: path.to_path_buf(), errno }),
    }
}

/// One who can answer for the subject.
fn asker(root: &Root, subject: &Subject, is_me: bool) -> Asker {
    if is_me {
        return Asker::Here;
    }
    let identity = Identity { uid: subject.uid, gid: subject.gid, groups: subject.groups.clone(), capabilities: 0 };
    if nix::unistd::geteuid().is_root() {
        return Asker::become_identity(root, &identity, None);
    }
    let tree = if root.is_live() { String::new() } else { format!(" --root {}", root.path().display()) };
    Asker::Nobody(Unknown {
        because: format!("only root can ask as {}", subject.user),
        command: Some(format!("sudo bridge-doctor check --user {}{tree}", subject.user)),
    })
}

/// One who can answer for the helper's own identity.
fn asker_as(root: &Root, identity: Identity) -> Asker {
    if nix::unistd::geteuid().is_root() {
        Asker::become_identity(root, &identity, None)
    } else {
        Asker::Computed(identity)
    }
}
