//! The files that the answer depends on, as a snapshot names them.

use std::path::PathBuf;

use crate::snapshot::Snapshot;

/// Files of every host: the device, the databases of users, the overrides of Debian.
const EVERYWHERE: [&str; 4] = ["/dev/net/tun", "/etc/passwd", "/etc/group", "/var/lib/dpkg/statoverride"];

/// Directories in which every name counts: libvirt's networks, defined and started.
const NETWORKS: [&str; 4] = [
    "/etc/libvirt/qemu/networks",
    "/etc/libvirt/qemu/networks/autostart",
    "/run/libvirt/network",
    "/var/lib/libvirt/network",
];

/// What to watch.
#[derive(Debug)]
pub(super) struct Paths {
    /// Files, which need not be there.
    pub(super) files: Vec<PathBuf>,
    /// Directories with all that is in them.
    pub(super) directories: Vec<PathBuf>,
}

/// What is watched where there is no snapshot.
pub(super) fn everywhere() -> Paths {
    Paths {
        files: EVERYWHERE.iter().map(PathBuf::from).collect(),
        directories: NETWORKS.iter().map(PathBuf::from).collect(),
    }
}

/// The files behind a snapshot; a relative one is seen from where this process stands, as the look sees it.
pub(super) fn of(snapshot: &Snapshot) -> Paths {
    let Paths { mut files, directories } = everywhere();
    let (helper, acl, libvirt) = (&snapshot.helper, &snapshot.acl, &snapshot.libvirt);
    files.push(helper.path.clone());
    files.extend(helper.searched.iter().cloned());
    files.extend(helper.others.iter().map(|other| other.path.clone()));
    files.push(acl.path.clone());
    files.extend(acl.files.iter().map(|file| file.path.clone()));
    files.extend(acl.elsewhere.iter().cloned());
    files.extend(libvirt.driver.iter().cloned());
    files.extend(libvirt.bridge_helper.known().and_then(|setting| Some(setting.as_ref()?.0.clone())));
    files.extend(snapshot.subject.home.as_ref().map(|home| home.join(".config/libvirt/qemu.conf")));
    for path in files.iter_mut().filter(|path| path.is_relative()) {
        *path = std::path::absolute(&*path).unwrap_or_default();
    }
    files.sort();
    files.dedup();
    Paths { files, directories }
}
