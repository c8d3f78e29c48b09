//! `/dev/net/tun`, and the driver behind it.

use std::path::Path;

use super::ask::{Askers, Want};
use super::inode;
use super::proc::Proc;
use super::root::{Last, Root};
use crate::snapshot::{Access, Driver, Errno, Fact, Kind, Tun};

/// The device.
const DEVICE: &str = "/dev/net/tun";
/// The number of drivers that have one device each.
const MISC: u32 = 10;

/// The node of a tree is none of a machine: the kernel makes a new one at each start.
pub(super) fn of_tree() -> Tun {
    let opens = Access { subject: Fact::NeedsLiveHost, helper: None };
    Tun { inode: Fact::NeedsLiveHost, link: None, opens, closed_directory: None, driver: Fact::NeedsLiveHost }
}

/// The node and its driver, without opening it: that would load the module.
pub(super) fn look(root: &Root, proc: &Proc, askers: &Askers, is_me: bool) -> Tun {
    let device = Path::new(DEVICE);
    let (opens, closed_directory) = askers.access(root, device, Want::Device);
    let inode = match inode::look(root, device, Last::Follow) {
        Err(Errno::EACCES) if !is_me => {
            Fact::unknown_but("a directory on the way is closed to this process", "sudo bridge-doctor check")
        }
        found => Fact::Known(found),
    };
    let driver = match inode.found().map(|inode| inode.kind) {
        Some(kind) if kind.is_device() && kind != Kind::TUN => other_driver(proc, kind),
        _ => tun_driver(root, proc),
    };
    let link = root.read_link(device).ok();
    Tun { inode, link, opens, closed_directory, driver }
}

/// Whether anything answers behind a device that is not tun.
fn other_driver(proc: &Proc, device: Kind) -> Fact<Driver> {
    match device {
        Kind::CharDevice { major: MISC, minor } => listed(proc.text("misc").ok(), None, minor),
        Kind::CharDevice { major, .. } => listed(proc.text("devices").ok(), Some("Character devices:"), major),
        Kind::BlockDevice { major, .. } => listed(proc.text("devices").ok(), Some("Block devices:"), major),
        _ => Fact::Known(Driver::Absent),
    }
}

/// Whether a table of /proc has this number, below this heading.
fn listed(table: Option<String>, heading: Option<&str>, number: u32) -> Fact<Driver> {
    let Some(table) = table else { return Fact::unknown("/proc lists no drivers") };
    let part = match heading {
        Some(heading) => table.split(heading).nth(1).unwrap_or_default().trim_start(),
        None => &table,
    };
    let number = number.to_string();
    let there = part
        .lines()
        .take_while(|line| !line.trim().is_empty())
        .any(|line| line.split_ascii_whitespace().next() == Some(&number));
    Fact::Known(if there { Driver::Loaded } else { Driver::Absent })
}

fn tun_driver(root: &Root, proc: &Proc) -> Fact<Driver> {
    let Ok(registered) = proc.text("misc") else {
        // A /proc that shows processes only.
        if root.exists(Path::new("/sys/devices/virtual/misc/tun")) {
            return Fact::Known(Driver::Loaded);
        }
        return Fact::unknown("/proc/misc cannot be read, and only it lists the drivers of such devices");
    };
    let is_tun = |line: &str| line.split_ascii_whitespace().eq(["200", "tun"]);
    if registered.lines().any(is_tun) {
        return Fact::Known(Driver::Loaded);
    }
    let release = super::os::kernel().unwrap_or_default();
    let modules = Path::new("/lib/modules");
    let running = modules.join(&release);
    if !root.exists(&running) {
        return match root.list(modules) {
            Ok(versions) if !versions.is_empty() => Fact::Known(Driver::ModulesMissing),
            _ => Fact::unknown(format!("the modules of kernel {release} are not to be seen from here")),
        };
    }
    let lists = ["modules.builtin", "modules.dep"].map(|list| root.read(&running.join(list), 16 << 20));
    if lists.iter().all(Result::is_err) {
        return Fact::unknown(format!("`{}` lists no modules", running.display()));
    }
    let mentions = |list: &[u8]| memchr::memmem::find(list, b"/tun.ko").is_some();
    let there = lists.iter().flatten().any(|list| mentions(list));
    let locked = proc.number("sys/kernel/modules_disabled").ok().flatten() == Some(1);
    let loadable = there && !locked && !forbidden(root);
    Fact::Known(if loadable { Driver::Loadable } else { Driver::Absent })
}

/// Whether `modprobe.d` keeps tun from being loaded when its device is opened.
fn forbidden(root: &Root) -> bool {
    let directories =
        ["/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d"];
    directories.map(Path::new).into_iter().any(|directory| {
        let names = root.list(directory).unwrap_or_default();
        names
            .iter()
            .filter(|name| Path::new(name).extension().is_some_and(|end| end == "conf"))
            .any(|name| root.text(directory.join(name)).is_some_and(|text| text.lines().any(forbids)))
    })
}

fn forbids(line: &str) -> bool {
    let words: Vec<_> = line.split_ascii_whitespace().collect();
    match words.as_slice() {
        // The device is opened by number, and so through an alias, which is what `blacklist` takes away.
        ["blacklist", "tun"] => true,
        ["install", "tun", command, ..] => {
            matches!(*command, "/bin/false" | "/bin/true" | "/usr/bin/false" | "/usr/bin/true" | "false" | "true" | ":")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_names_tun_forbids_it() {
        assert!(forbids("blacklist tun"));
        assert!(forbids("install  tun /bin/false"));
        assert!(!forbids("blacklist tunnel4"));
        assert!(!forbids("# blacklist tun"));
        assert!(!forbids("install tun /sbin/modprobe --ignore-install tun"));
    }
}
