//! A host of one's own: an empty network, an empty `/etc/qemu`, an empty `/dev/net`, no libvirt.

use std::path::Path;
use std::process::{Command, Stdio};

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};

/// The helper of this host.
pub(crate) const HELPER: &str = "/mnt/helper";

/// Leaves the machine; what is done from here on stays in this thread and its children.
pub(crate) fn enter() {
    unshare(CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWNET).expect("root may have its own namespaces");
    let none: Option<&str> = None;
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none).expect("no mount leaves this namespace");
    for place in ["/mnt", "/dev/net", "/etc/qemu", "/etc/libvirt"] {
        // Where the machine has no such directory, the test would have nothing to hide.
        if Path::new(place).is_dir() {
            mount(Some("tmpfs"), place, Some("tmpfs"), MsFlags::empty(), Some("mode=0755"))
                .expect("an empty directory");
        }
    }
    run(&format!("cp /bin/true {HELPER}; chmod 4755 {HELPER}; mkdir -p /etc/qemu"));
}

/// Runs a line of shell.
pub(crate) fn run(line: &str) {
    let status = Command::new("/bin/sh").args(["-ec", line]).stdout(Stdio::null()).status().expect("there is a shell");
    assert!(status.success(), "`{line}` failed: {status}");
}
