//! The ACL that the helper reads, and every file that it includes.

use std::path::{Path, PathBuf};

use super::ask::{Askers, Want};
use super::root::{CONTENT_LIMIT, Last, Root, Unread, unreadable};
use super::{chain, inode};
use crate::acl::included_files;
use crate::snapshot::{Access, Acl, AclFile, Binary, Bytes, Errno, Fact, Helper, OsRelease, Step, Unknown};

/// As many files as anybody includes, and some more.
const MOST_FILES: usize = 4096;

/// Files that people write in place of the one that counts.
const LOOK_ALIKES: [&str; 4] =
    ["/etc/qemu/bridge.conf", "/etc/qemu-kvm/bridge.conf", "/usr/local/etc/qemu/bridge.conf", "/etc/qemu/host.conf"];

/// The ACL of this helper.
pub(super) fn look(root: &Root, askers: &Askers, is_me: bool, helper: &Helper, os: &OsRelease) -> Acl {
    let from_helper = helper.binary.known().and_then(|binary| path(helper, binary));
    let path_from_helper = from_helper.is_some();
    let path = from_helper.unwrap_or_else(|| default_path(os));
    at(root, askers, is_me, path, path_from_helper)
}

/// The ACL at a path.
pub(super) fn at(root: &Root, askers: &Askers, is_me: bool, path: PathBuf, path_from_helper: bool) -> Acl {
    let files = files(root, askers, is_me, &path);
    let elsewhere = elsewhere(root, &path, &files);
    Acl { path, path_from_helper, files, elsewhere }
}

/// Where this build of the helper looks, by the rule that QEMU moves compiled-in paths with the program.
fn path(helper: &Helper, binary: &Binary) -> Option<PathBuf> {
    let literal = binary.acl_path.as_deref()?;
    let directory = helper.real_path.as_deref().and_then(Path::parent);
    let moved =
        |directory: &Path, above: &str, rest: &str| PathBuf::from(format!("{}{above}{rest}", directory.display()));
    match (directory, &binary.relocation) {
        (Some(directory), _) if binary.knows_bundle && helper.bundle => Some(moved(directory, "/qemu-bundle", literal)),
        (Some(directory), Some((prefix, programs))) => {
            let rest = literal.strip_prefix(prefix.as_str())?;
            let depth = Path::new(programs).strip_prefix(prefix).ok()?.components().count();
            Some(moved(directory, &"/..".repeat(depth), rest))
        }
        _ => Some(PathBuf::from(literal)),
    }
}

fn default_path(os: &OsRelease) -> PathBuf {
    let is_fedora = os.id == "fedora";
    let is_rhel = ["rhel", "centos", "almalinux", "rocky", "ol"].contains(&os.id.as_str())
        || os.id_like.iter().any(|like| like == "rhel");
    PathBuf::from(if is_rhel && !is_fedora { LOOK_ALIKES[1] } else { LOOK_ALIKES[0] })
}

/// The file, and depth first every file that it and they include.
fn files(root: &Root, askers: &Askers, is_me: bool, first: &Path) -> Vec<AclFile> {
    let mut files: Vec<AclFile> = Vec::new();
    let mut waiting = vec![first.to_path_buf()];
    let mut left = CONTENT_LIMIT;
    while let Some(path) = waiting.pop() {
        if files.len() >= MOST_FILES || files.iter().any(|file| file.path == path) {
            continue;
        }
        let file = one(root, askers, is_me, path, left);
        if let Fact::Known(content) = &file.content {
            left = left.saturating_sub(content.0.len() as u64);
            waiting.extend(included_files(&content.0).into_iter().rev());
        }
        files.push(file);
    }
    files
}

fn one(root: &Root, askers: &Askers, is_me: bool, path: PathBuf, limit: u64) -> AclFile {
    if path.is_relative() && !root.is_live() {
        return unplaced(path);
    }
    let way = chain::follow(root, &path);
    if is_each_process_s_own(&way) {
        let unknown = || Unknown { because: format!("`{}` differs for each process", path.display()), command: None };
        let readable = Access { subject: Fact::Unknown(unknown()), helper: None };
        let (inode, content) = (Fact::Unknown(unknown()), Fact::Unknown(unknown()));
        return AclFile { path, readable, inode, link: None, closed_directory: None, owners: Vec::new(), content };
    }
    let (readable, closed_directory) = askers.access(root, &path, Want::Read);
    let inode = match inode::look(root, &path, Last::Follow) {
        Err(Errno::EACCES) if !is_me => unreadable(&path, Errno::EACCES),
        found => Fact::Known(found),
    };
    let link = root.read_link(&path).ok();
    let owners = inode::owners(root, way.end.iter().chain(way.directories.iter().rev()));
    let content = match &inode {
        Fact::Known(Ok(inode)) if inode.kind.reads_as_empty() => Fact::Known(Bytes::default()),
        _ => content(root, &path, limit),
    };
    AclFile { path, readable, inode, link, closed_directory, owners, content }
}

/// Whether the way leads through what `/proc` shows of whoever asks: the helper is another process than this one.
///
/// Its root and its directory are those of the virtual machine's, which are known.
fn is_each_process_s_own(way: &chain::Way) -> bool {
    let of_asker = |step: &Step| step.path == Path::new("/proc/self") || step.path == Path::new("/proc/thread-self");
    let shared = |step: &Step| ["root", "cwd"].iter().any(|name| step.path.file_name() == Some(name.as_ref()));
    let own = way.links.iter().enumerate().filter(|(_, step)| of_asker(step));
    own.map(|(at, _)| way.links.get(at + 1)).any(|next| !next.is_some_and(|next| shared(next) || of_asker(next)))
}

fn content(root: &Root, path: &Path, limit: u64) -> Fact<Bytes> {
    match root.read(path, limit) {
        Ok(content) => Fact::Known(Bytes(content)),
        Err(Unread::Failed(errno)) => unreadable(path, errno),
        Err(Unread::Special) => Fact::unknown(format!("`{}` is no regular file, and is not opened", path.display())),
        Err(Unread::TooLarge) => Fact::unknown(format!(
            "the ACL and its includes exceed {} MiB at `{}`",
            CONTENT_LIMIT >> 20,
            path.display()
        )),
    }
}

/// A relative include of a tree: it depends on where a virtual machine will be started.
fn unplaced(path: PathBuf) -> AclFile {
    let readable = Access { subject: Fact::NeedsLiveHost, helper: None };
    let (inode, content) = (Fact::NeedsLiveHost, Fact::NeedsLiveHost);
    AclFile { path, readable, inode, link: None, closed_directory: None, owners: Vec::new(), content }
}

fn elsewhere(root: &Root, path: &Path, files: &[AclFile]) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = LOOK_ALIKES.iter().map(PathBuf::from).filter(|other| root.exists(other)).collect();
    let directory = Path::new("/etc/qemu");
    // What package managers leave beside a changed file: `.rpmnew`, `.dpkg-dist`, `.apk-new`.
    for name in root.list(directory).unwrap_or_default() {
        if name.to_string_lossy().starts_with("bridge.conf.") {
            found.push(directory.join(name));
        }
    }
    let own = files.first().and_then(|file| file.inode.found()).map(|inode| inode.identity);
    let same =
        |other: &PathBuf| root.stat(other, Last::Follow).is_ok_and(|stat| own == Some((stat.st_dev, stat.st_ino)));
    found.retain(|other| other != path && !same(other) && !files.iter().any(|file| file.path == *other));
    found
}
