//! One file: its inode, its mount, its capabilities.

use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Stat, StatVfsMountFlags};
use rustix::io::Errno as Os;

use super::root::{Last, Root};
use crate::snapshot::{Errno, Fact, FileCapabilities, Inode, Kind, Mount, Owned};

/// What stands at the path.
pub(super) fn look(root: &Root, path: &Path, last: Last) -> Result<Inode, Errno> {
    let handle = root.handle(path, last)?;
    let stat = rustix::fs::fstat(&handle)?;
    let kind = kind(&stat);
    let is_link = kind == Kind::Symlink;
    let attributes = if root.is_live() { path.to_path_buf() } else { descriptor(&handle) };
    Ok(Inode {
        kind,
        mode: stat.st_mode & 0o7777,
        uid: stat.st_uid,
        gid: stat.st_gid,
        size: u64::try_from(stat.st_size).unwrap_or(0),
        identity: (stat.st_dev, stat.st_ino),
        // The mount of a tree is not the one that it will have as a machine of its own.
        mount: if root.is_live() { mount(&handle) } else { Fact::NeedsLiveHost },
        capabilities: if kind == Kind::Regular { capabilities(&attributes) } else { Fact::Known(None) },
        has_posix_acl: !is_link && posix_acl(&attributes).is_some(),
    })
}

/// The type of a file.
pub(super) fn kind(stat: &Stat) -> Kind {
    let (major, minor) = (rustix::fs::major(stat.st_rdev), rustix::fs::minor(stat.st_rdev));
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::Directory => Kind::Directory,
        FileType::Symlink => Kind::Symlink,
        FileType::CharacterDevice => Kind::CharDevice { major, minor },
        FileType::BlockDevice => Kind::BlockDevice { major, minor },
        FileType::Fifo => Kind::Fifo,
        FileType::Socket => Kind::Socket,
        FileType::RegularFile | FileType::Unknown => Kind::Regular,
    }
}

/// Those who may change these files and directories.
pub(super) fn owners<'a>(root: &Root, paths: impl IntoIterator<Item = &'a PathBuf>) -> Vec<Owned> {
    let owned = |path: &PathBuf| {
        let stat = root.stat(path, Last::Keep).ok()?;
        let directory = kind(&stat) == Kind::Directory;
        Some(Owned { path: path.clone(), mode: stat.st_mode & 0o7777, uid: stat.st_uid, gid: stat.st_gid, directory })
    };
    paths.into_iter().filter_map(owned).collect()
}

/// The bytes of the POSIX access ACL, where the file has one beyond its mode.
pub(super) fn posix_acl(path: &Path) -> Option<Vec<u8>> {
    attribute(path, "system.posix_acl_access").ok()
}

/// A path to an open file's attributes: `fgetxattr` refuses handles that were not opened for reading.
pub(super) fn descriptor(handle: &OwnedFd) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", handle.as_raw_fd()))
}

fn mount(handle: &OwnedFd) -> Fact<Mount> {
    match rustix::fs::fstatvfs(handle) {
        Ok(seen) => Fact::Known(Mount {
            nosuid: seen.f_flag.contains(StatVfsMountFlags::NOSUID),
            noexec: seen.f_flag.contains(StatVfsMountFlags::NOEXEC),
            nodev: seen.f_flag.contains(StatVfsMountFlags::NODEV),
            readonly: seen.f_flag.contains(StatVfsMountFlags::RDONLY),
        }),
        Err(error) => Fact::unknown(format!("the mount options cannot be read: {}", Errno::from(error).text())),
    }
}

fn capabilities(path: &Path) -> Fact<Option<FileCapabilities>> {
    match attribute(path, "security.capability") {
        Ok(value) => decode(&value).map_or_else(
            || Fact::unknown("the attribute security.capability has a form that is not known"),
            |capabilities| Fact::Known(Some(capabilities)),
        ),
        // Overflow: they are another user namespace's, whose root has no number in this one, and count for nothing here.
        Err(Os::NODATA | Os::OPNOTSUPP | Os::OVERFLOW) => Fact::Known(None),
        Err(error) => Fact::unknown(format!("security.capability cannot be read: {}", Errno::from(error).text())),
    }
}

fn attribute(path: &Path, name: &str) -> Result<Vec<u8>, Os> {
    let mut value = vec![0; 1024];
    let length = rustix::fs::getxattr(path, name, value.as_mut_slice())?;
    value.truncate(length);
    Ok(value)
}

/// The forms 2 and 3 of `security.capability`: a word with version and effective flag, then permitted and
/// inheritable in two halves each, then (form 3) the root user, all little-endian.
fn decode(value: &[u8]) -> Option<FileCapabilities> {
    let word = |at: usize| Some(u32::from_le_bytes(value.get(at * 4..at * 4 + 4)?.try_into().ok()?));
    let magic = word(0)?;
    let root_uid = match (magic >> 24, value.len()) {
        (2, 20) => 0,
        (3, 24) => word(5)?,
        _ => return None,
    };
    Some(FileCapabilities {
        permitted: known(u64::from(word(1)?) | u64::from(word(3)?) << 32),
        inheritable: known(u64::from(word(2)?) | u64::from(word(4)?) << 32),
        effective: magic & 1 == 1,
        root_uid,
    })
}

/// Without the capabilities that this kernel does not know, which it leaves out of a file's sets.
fn known(set: u64) -> u64 {
    use rustix::thread::{CapabilitySet, capability_is_in_bounding_set};
    let is_known = |bit: u64| capability_is_in_bounding_set(CapabilitySet::from_bits_retain(bit)).is_ok();
    // Every kernel that this runs on knows those of the first word.
    (32..64).map(|number| 1 << number).filter(|bit| set & bit != 0 && !is_known(*bit)).fold(set, |set, bit| set & !bit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NET_ADMIN_EP: [u8; 20] = [1, 0, 0, 2, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    #[test]
    fn form_2_counts_everywhere() {
        let seen = decode(&NET_ADMIN_EP);
        let expected = FileCapabilities { permitted: 1 << 12, inheritable: 0, effective: true, root_uid: 0 };
        assert_eq!(seen, Some(expected));
    }

    #[test]
    fn what_the_kernel_does_not_know_counts_for_nothing() {
        let mut value = NET_ADMIN_EP;
        value[12..16].copy_from_slice(&u32::MAX.to_le_bytes());
        let seen = decode(&value).map(|found| found.permitted);
        assert_eq!(seen.map(|set| set & 0xffff_ffff), Some(1 << 12));
        assert_eq!(seen.map(|set| set >> 63), Some(0));
    }

    #[test]
    fn form_3_names_the_root_user() {
        let mut value = NET_ADMIN_EP.to_vec();
        value[3] = 3;
        value[0] = 0;
        value.extend(100_000_u32.to_le_bytes());
        let expected = FileCapabilities { permitted: 1 << 12, inheritable: 0, effective: false, root_uid: 100_000 };
        assert_eq!(decode(&value), Some(expected));
    }

    #[test]
    fn what_is_cut_short_is_not_guessed() {
        for length in 0..20 {
            assert_eq!(decode(&NET_ADMIN_EP[..length]), None, "{length} bytes");
        }
        assert_eq!(
            decode(&[1, 0, 0, 1, 0, 0x10, 0, 0, 0, 0, 0, 0]),
            None,
            "form 1 is of a time before user namespaces"
        );
    }
}
