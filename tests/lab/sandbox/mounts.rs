//! The private view of the file system.

use std::io;
use std::path::Path;

use nix::mount::{MntFlags, MsFlags, mount, umount2};

use super::{files, place};

const USERS: &str = "alice:x:4001:4001::/mnt/home:/bin/sh\nstranger:x:4003:4003::/mnt/home:/bin/sh\n";
const GROUPS: &str = "alice:x:4001:\nkvm-lab:x:4002:alice\nstranger:x:4003:\n";

/// Makes the view of the calling thread private and puts the places of the lab into it.
pub fn make(doctor: &Path) -> io::Result<()> {
    mount(None::<&str>, "/", None::<&str>, MsFlags::MS_REC | MsFlags::MS_PRIVATE, None::<&str>)?;
    place::prepare()?;
    tmpfs(place::LAB)?;
    for directory in ["upper", "work", "bin"] {
        files::directory(format!("{}/{directory}", place::LAB), 0o755)?;
    }
    for directory in [place::HELPERS, place::STORE, place::HOME, place::TREE, place::DESK] {
        files::directory(directory, 0o755)?;
    }
    place::cast_moulds()?;
    files::write(place::DOCTOR, "", 0o755)?;
    bind(doctor, place::DOCTOR)?;
    let layers = "lowerdir=/etc,upperdir=/mnt/upper,workdir=/mnt/work";
    mount(Some("lab"), "/etc", Some("overlay"), MsFlags::empty(), Some(layers))?;
    append("/etc/passwd", USERS)?;
    append("/etc/group", GROUPS)?;
    bind(place::HELPERS, "/usr/lib/qemu")?;
    tmpfs(place::TUN_DIRECTORY)
}

/// Shows the interfaces of the thread's network namespace under `/sys`.
pub fn fresh_sysfs() -> io::Result<()> {
    Ok(mount(Some("lab"), "/sys", Some("sysfs"), MsFlags::empty(), None::<&str>)?)
}

/// Takes away what was last mounted there.
pub fn unmount(path: &str) -> io::Result<()> {
    Ok(umount2(path, MntFlags::MNT_DETACH)?)
}

/// Mounts an empty directory.
pub fn tmpfs(path: &str) -> io::Result<()> {
    Ok(mount(Some("lab"), path, Some("tmpfs"), MsFlags::empty(), Some("mode=755"))?)
}

/// Shows a file or directory, without what is mounted below it, at a second place.
pub fn bind(source: impl AsRef<Path>, target: impl AsRef<Path>) -> io::Result<()> {
    Ok(mount(Some(source.as_ref()), target.as_ref(), None::<&str>, MsFlags::MS_BIND, None::<&str>)?)
}

fn append(path: &str, lines: &str) -> io::Result<()> {
    let before = std::fs::read_to_string(path)?;
    std::fs::write(path, before + lines)
}
