//! The facts that decide in the helper's later steps.

use std::ops::RangeInclusive;

use crate::acl::{self, Limits, Reading};
use crate::snapshot::{Driver, Errno, Fact, Kind, Link, Snapshot, Tun};

/// The size of an interface name with its final NUL, in bytes.
pub const NAME_SIZE: usize = 16;
/// The MTU that a tap accepts, in bytes.
pub const TAP_MTU: RangeInclusive<u32> = 68..=65521;
/// How many ports a bridge takes.
pub const BRIDGE_PORTS: u32 = 1023;
/// Descriptors that are taken when it starts: the standard streams and QEMU's socket.
const TAKEN: u64 = 4;
/// The number of drivers that have one device each; tun's is 200.
const MISC: u32 = 10;
/// The number of memory's devices: `/dev/null` and its like.
const MEMORY: u32 = 1;
/// Those of them that there are.
const MEMORIES: [u32; 8] = [1, 3, 4, 5, 7, 8, 9, 11];
const TUN: Kind = Kind::CharDevice { major: MISC, minor: 200 };

/// The ACL as this snapshot's helper reads it.
pub fn acl_reading(snapshot: &Snapshot) -> Reading {
    acl::read(&snapshot.acl.path, &snapshot.acl, limits(snapshot))
}

/// The limits that decide how deep includes may go.
pub fn limits(snapshot: &Snapshot) -> Limits {
    let default = Limits::default();
    snapshot.process.known().map_or(default, |process| Limits {
        open_files: process.open_files.map_or(default.open_files, |limit| limit.saturating_sub(TAKEN)),
        stack: process.stack.unwrap_or(default.stack),
    })
}

/// The error of opening `/dev/net/tun` for reading and writing with the helper's credentials.
pub(super) fn open_tun(tun: &Tun) -> Fact<Option<Errno>> {
    let errno = match tun.opens.as_helper() {
        Fact::Known(answer) => answer.errno(),
        missing => return missing.as_ref().map(|answer| answer.errno()),
    };
    if errno.is_some() {
        return Fact::Known(errno);
    }
    let inode = match &tun.inode {
        Fact::Known(Ok(inode)) => inode,
        Fact::Known(Err(errno)) => return Fact::Known(Some(*errno)),
        missing => return missing.as_ref().map(|_| None),
    };
    let is_device = matches!(inode.kind, Kind::CharDevice { .. } | Kind::BlockDevice { .. });
    if is_device && inode.mount.known().is_some_and(|mount| mount.nodev) {
        return Fact::Known(Some(Errno::EACCES));
    }
    match inode.kind {
        Kind::Directory => Fact::Known(Some(Errno::EISDIR)),
        Kind::Socket => Fact::Known(Some(Errno::ENXIO)),
        Kind::CharDevice { major: MEMORY, minor } if !MEMORIES.contains(&minor) => Fact::Known(Some(Errno::ENXIO)),
        Kind::CharDevice { major: MISC, .. } => tun.driver.as_ref().map(|driver| absent(*driver, Errno::ENODEV)),
        Kind::CharDevice { .. } | Kind::BlockDevice { .. } => {
            tun.driver.as_ref().map(|driver| absent(*driver, Errno::ENXIO))
        }
        Kind::Regular | Kind::Symlink | Kind::Fifo => Fact::Known(None),
    }
}

/// The kernel's error for a device without a driver.
fn absent(driver: Driver, errno: Errno) -> Option<Errno> {
    match driver {
        Driver::Loaded | Driver::Loadable => None,
        Driver::ModulesMissing | Driver::Absent => Some(errno),
    }
}

/// The error of `TUNSETIFF` on what opened, where that is not the tun device.
pub(super) fn set_interface(tun: &Tun) -> Fact<Option<Errno>> {
    match tun.inode.as_ref().map(|found| found.as_ref().ok().map(|inode| inode.kind)) {
        Fact::Known(Some(TUN)) => Fact::Known(None),
        // `/dev/null`, `/dev/zero`, `/dev/full`.
        Fact::Known(Some(Kind::CharDevice { major: MEMORY, minor: 3 | 5 | 7 })) => Fact::Known(Some(Errno::ENOTTY)),
        // `/dev/random`, `/dev/urandom`.
        Fact::Known(Some(Kind::CharDevice { major: MEMORY, minor: 8 | 9 })) => Fact::Known(Some(Errno::EINVAL)),
        // Each driver has an answer of its own to a request that it does not know.
        Fact::Known(Some(Kind::CharDevice { .. } | Kind::BlockDevice { .. })) => {
            Fact::unknown("what this device answers to a request for a tap is up to its driver")
        }
        found => found.map(|_| Some(Errno::ENOTTY)),
    }
}

/// The error of adding a port to this interface.
pub(super) fn add_port(link: &Link) -> Option<Errno> {
    match &link.bridge {
        None => Some(Errno::EOPNOTSUPP),
        Some(bridge) if bridge.ports >= BRIDGE_PORTS => Some(Errno::EXFULL),
        Some(_) => None,
    }
}
