//! qemu-bridge-helper on this host.

mod places;
mod statoverride;

use std::path::{Path, PathBuf};

use super::ask::{Asker, Want};
use super::root::{Last, Root};
use super::{binary, chain, inode};
use crate::snapshot::{Answer, Errno, Fact, Helper, Inode, OsRelease, OtherHelper, PathSource};

pub(super) use places::libvirt_setting;

/// Who looks, at what, for whom.
pub(super) struct Look<'a> {
    pub(super) root: &'a Root,
    pub(super) asker: &'a Asker,
    /// Whether what this process cannot see the subject cannot see either.
    pub(super) is_me: bool,
    pub(super) os: &'a OsRelease,
}

/// The helper of `--helper`, of libvirt's configuration, or of the known places.
pub(super) fn look(look: &Look<'_>, option: Option<&Path>, configured: Option<&(PathBuf, PathBuf)>) -> Helper {
    let root = look.root;
    let searched = places::known();
    let stands = |path: &PathBuf| root.stat(path, Last::Keep).is_ok();
    let (path, source) = match (option, configured) {
        (Some(path), _) => (path.to_path_buf(), PathSource::Option),
        (None, Some((file, path))) => (path.clone(), PathSource::LibvirtConfiguration(file.clone())),
        (None, None) => match searched.iter().find(|path| stands(path)) {
            Some(path) => (path.clone(), PathSource::KnownPlace),
            None => (places::expected(look.os, |path| root.exists(path)), PathSource::NotFound),
        },
    };
    let way = chain::follow(root, &path);
    let seen = |errno: Errno| errno != Errno::EACCES || look.is_me;
    let file = match inode::look(root, &path, Last::Follow) {
        Err(errno) if !seen(errno) => cannot_see(&path),
        found => Fact::Known(found),
    };
    let chain = match way.end {
        Err(errno) if !seen(errno) => cannot_see(&path),
        _ => Fact::Known(way.links),
    };
    let executable = look.asker.ask(root, &path, Want::Execute);
    let denied = executable == Fact::Known(Answer::No(Errno::EACCES));
    let real_path = way.end.ok().filter(|_| matches!(file, Fact::Known(Ok(_))));
    let binary = match (&real_path, &file) {
        (Some(path), Fact::Known(Ok(_))) => binary::read(root, look.asker, path),
        _ => Fact::unknown(format!("there is no file at `{}` to be read", path.display())),
    };
    let bundle = real_path.as_deref().and_then(Path::parent).is_some_and(|directory| {
        look.asker.ask(root, &directory.join("qemu-bundle"), Want::Read) == Fact::Known(Answer::Yes)
    });
    let owners = inode::owners(root, real_path.iter().chain(way.directories.iter().rev()));
    Helper {
        others: others(look, &path, real_path.as_deref(), &file, &searched),
        closed_directory: if denied { look.asker.closed_directory(root, &path) } else { None },
        statoverride: statoverride::of(root, &path),
        path,
        source,
        searched,
        chain,
        file,
        real_path,
        executable,
        owners,
        binary,
        bundle,
    }
}

fn cannot_see<T>(path: &Path) -> Fact<T> {
    let because = format!("a directory on the way to `{}` is closed to this process", path.display());
    Fact::unknown_but(because, "sudo bridge-doctor check")
}

fn others(
    look: &Look<'_>,
    path: &Path,
    real_path: Option<&Path>,
    file: &Fact<Result<Inode, Errno>>,
    searched: &[PathBuf],
) -> Vec<OtherHelper> {
    let own = match file {
        Fact::Known(Ok(inode)) => Some(inode.identity),
        _ => None,
    };
    let mut others: Vec<OtherHelper> = Vec::new();
    let on_path = if look.root.is_live() { places::on_search_path() } else { Vec::new() };
    for candidate in searched.iter().chain(&on_path) {
        if candidate == path || look.root.stat(candidate, Last::Follow).is_err() {
            continue;
        }
        let Ok(inode) = inode::look(look.root, candidate, Last::Follow) else { continue };
        let Ok(resolved) = chain::follow(look.root, candidate).end else { continue };
        let known = others.iter().any(|other| other.real_path == resolved);
        if !known && Some(inode.identity) != own && Some(resolved.as_path()) != real_path {
            others.push(OtherHelper { path: candidate.clone(), real_path: resolved, inode });
        }
    }
    others
}
