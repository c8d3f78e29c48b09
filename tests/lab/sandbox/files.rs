//! Files of a host state, made in one call each.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::Path;

use nix::sys::stat::{Mode, SFlag, makedev, mknod};
use rustix::fs::{XattrFlags, removexattr, setxattr};

use super::place::{ACL, ACL_DIRECTORY};

/// Writes a file that belongs to root.
pub fn write(path: impl AsRef<Path>, content: impl AsRef<[u8]>, mode: u32) -> io::Result<()> {
    let path = path.as_ref();
    fs::write(path, content)?;
    chmod(path, mode)
}

/// Makes a directory that belongs to root.
pub fn directory(path: impl AsRef<Path>, mode: u32) -> io::Result<()> {
    fs::create_dir_all(&path)?;
    chmod(path, mode)
}

/// Sets permission bits.
pub fn chmod(path: impl AsRef<Path>, mode: u32) -> io::Result<()> {
    fs::set_permissions(path, Permissions::from_mode(mode))
}

/// Sets owner, group and then permission bits, which a change of owner would reset.
pub fn own(path: impl AsRef<Path>, uid: u32, gid: u32, mode: u32) -> io::Result<()> {
    chown(&path, Some(uid), Some(gid))?;
    chmod(path, mode)
}

/// Makes a symbolic link.
pub fn link(target: impl AsRef<Path>, path: impl AsRef<Path>) -> io::Result<()> {
    symlink(target, path)
}

/// Makes a device node, pipe or socket that belongs to root.
pub fn node(path: impl AsRef<Path>, kind: SFlag, (major, minor): (u64, u64), mode: u32) -> io::Result<()> {
    mknod(path.as_ref(), kind, Mode::empty(), makedev(major, minor))?;
    chmod(path, mode)
}

/// The ACL in its directory, both with the usual modes.
pub fn acl(content: impl AsRef<[u8]>) -> io::Result<()> {
    acl_as(content, 0, 0, 0o644)
}

/// The ACL with an owner and a mode.
pub fn acl_as(content: impl AsRef<[u8]>, uid: u32, gid: u32, mode: u32) -> io::Result<()> {
    directory(ACL_DIRECTORY, 0o755)?;
    write(ACL, content, mode)?;
    own(ACL, uid, gid, mode)
}

/// The number of `cap_net_raw`.
pub const NET_RAW: u8 = 13;
/// The number of `cap_net_admin`.
pub const NET_ADMIN: u8 = 12;

/// A number that no capability has.
pub const UNKNOWN: u8 = 61;

/// One permitted file capability: revision 2, or revision 3 where it belongs to another namespace's root.
pub fn capabilities(path: impl AsRef<Path>, capability: u8, effective: bool, root: Option<u32>) -> io::Result<()> {
    set_capabilities(path.as_ref(), [1 << capability, 0], effective, root)
}

/// Two permitted and effective file capabilities.
pub fn two_capabilities(path: impl AsRef<Path>, one: u8, other: u8) -> io::Result<()> {
    set_capabilities(path.as_ref(), [1_u64 << one | 1 << other, 0], true, None)
}

/// One inheritable and effective file capability.
pub fn inheritable_capability(path: impl AsRef<Path>, capability: u8) -> io::Result<()> {
    set_capabilities(path.as_ref(), [0, 1 << capability], true, None)
}

fn set_capabilities(path: &Path, sets: [u64; 2], effective: bool, root: Option<u32>) -> io::Result<()> {
    let revision: u32 = if root.is_some() { 0x0300_0000 } else { 0x0200_0000 };
    let [permitted, inheritable] = sets;
    let (low, high) = (|set: u64| set as u32, |set: u64| (set >> 32) as u32);
    let magic = revision | u32::from(effective);
    let words = [magic, low(permitted), low(inheritable), high(permitted), high(inheritable)];
    let value: Vec<u8> = words.into_iter().chain(root).flat_map(u32::to_le_bytes).collect();
    Ok(setxattr(path, "security.capability", &value, XattrFlags::empty())?)
}

/// Takes file capabilities and POSIX ACL away.
pub fn plain(path: impl AsRef<Path>) -> io::Result<()> {
    for name in ["security.capability", "system.posix_acl_access"] {
        match removexattr(path.as_ref(), name) {
            Ok(()) | Err(rustix::io::Errno::NODATA) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// A POSIX ACL with one entry for a user and an effective mask, beside those that stand for the permission bits.
pub fn posix_acl(path: impl AsRef<Path>, user: u32, granted: u16, mask: u16) -> io::Result<()> {
    let everybody = u32::MAX;
    let entries: [(u16, u16, u32); 5] = [
        (0x01, 7, everybody),
        (0x02, granted, user),
        (0x04, 0, everybody),
        (0x10, mask, everybody),
        (0x20, 0, everybody),
    ];
    let mut value = 2_u32.to_le_bytes().to_vec();
    for (tag, permission, id) in entries {
        value.extend(tag.to_le_bytes());
        value.extend(permission.to_le_bytes());
        value.extend(id.to_le_bytes());
    }
    Ok(setxattr(path.as_ref(), "system.posix_acl_access", &value, XattrFlags::empty())?)
}
