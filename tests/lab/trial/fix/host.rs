//! The lab's host with the further places that a fix changes, each private to the thread.

use std::io;
use std::path::Path;

use nix::mount::{MsFlags, mount};
use nix::sys::stat::SFlag;

use crate::sandbox::{Sandbox, files, mounts, place};

/// The journal's directory.
pub const JOURNAL: &str = "/var/lib/bridge-doctor";

/// Gives the thread a `/var/lib` of its own, in which the machine's is seen.
pub fn prepare(_: &Sandbox) -> io::Result<()> {
    for directory in ["/mnt/var-upper", "/mnt/var-work"] {
        files::directory(directory, 0o755)?;
    }
    let layers = "lowerdir=/var/lib,upperdir=/mnt/var-upper,workdir=/mnt/var-work";
    for name in ["statoverride", "statoverride-old"] {
        if stands(format!("/var/lib/dpkg/{name}")) {
            std::fs::copy(format!("/var/lib/dpkg/{name}"), format!("/mnt/kept-{name}"))?;
        }
    }
    mount(Some("lab"), "/var/lib", Some("overlay"), MsFlags::empty(), Some(layers))?;
    // A place that users may write, as /tmp is.
    files::directory("/mnt/public", 0o1777)
}

/// Moves the thread to the same file tree without what tells a container from a machine.
pub fn leave_container() -> io::Result<()> {
    const METAL: &str = "/mnt/metal";
    for directory in [METAL, "/mnt/metal-upper", "/mnt/metal-work"] {
        files::directory(directory, 0o755)?;
    }
    // In an overlay this device stands for nothing.
    files::node("/mnt/metal-upper/.dockerenv", SFlag::S_IFCHR, (0, 0), 0o600)?;
    let layers = "lowerdir=/,upperdir=/mnt/metal-upper,workdir=/mnt/metal-work";
    mount(Some("lab"), METAL, Some("overlay"), MsFlags::empty(), Some(layers))?;
    for place in ["/proc", "/sys", "/dev", "/etc", "/usr/lib/qemu", "/var/lib", "/mnt"] {
        let inside = format!("{METAL}{place}");
        mount(Some(place), inside.as_str(), None::<&str>, MsFlags::MS_BIND | MsFlags::MS_REC, None::<&str>)?;
    }
    mounts::tmpfs(&format!("{METAL}/run"))?;
    files::write("/mnt/nothing", "", 0o644)?;
    for told in ["environ", "cgroup"] {
        mounts::bind("/mnt/nothing", format!("{METAL}/proc/1/{told}"))?;
    }
    nix::unistd::chroot(METAL)?;
    std::env::set_current_dir("/")
}

/// Forgets every run.
pub fn clear_journal() -> io::Result<()> {
    place::remove(JOURNAL)
}

/// Puts Debian's overrides back as the machine has them; a fresh one has none.
pub fn clear_statoverride() -> io::Result<()> {
    for name in ["statoverride", "statoverride-old"] {
        let (path, kept) = (format!("/var/lib/dpkg/{name}"), format!("/mnt/kept-{name}"));
        if !stands(&kept) {
            place::remove(path)?;
        } else if stands(format!("/mnt/var-upper/dpkg/{name}")) {
            std::fs::write(&path, std::fs::read(kept)?)?;
            files::chmod(path, 0o644)?;
        }
    }
    place::remove("/var/lib/dpkg/statoverride-new")
}

/// Mounts a small file system, so that it can be filled.
pub fn small_disk(path: &str, kilobytes: u32) -> io::Result<()> {
    let size = format!("mode=755,size={kilobytes}k");
    Ok(mount(Some("lab"), path, Some("tmpfs"), MsFlags::empty(), Some(size.as_str()))?)
}

/// Takes the last mount there away.
pub fn unmount(path: &str) -> io::Result<()> {
    mounts::unmount(path)
}

/// Whether the path is there, itself.
pub fn stands(path: impl AsRef<Path>) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}
