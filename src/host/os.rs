//! The operating system, the container around it, and who manages its network.

use std::path::{Path, PathBuf};

use super::proc::Proc;
use super::root::Root;
use crate::snapshot::{Machine, Manager, OsRelease};

/// Stores that decide on the idiom, and the places where each release of Guix System puts what it made privileged.
const STORES: [&str; 4] = ["/gnu/store", "/nix/store", "/run/privileged", "/run/setuid-programs"];

/// The machine or the tree.
pub(super) fn look(root: &Root, proc: &Proc) -> Machine {
    let live = root.is_live();
    let hostname = || nix::sys::utsname::uname().ok().and_then(|names| names.nodename().to_str().map(str::to_owned));
    let written = || root.text("/etc/hostname").map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    Machine {
        root: root.path().to_path_buf(),
        live,
        os: os_release(root),
        kernel: if live { kernel() } else { None },
        hostname: if live { hostname() } else { written() },
        container: if live { container(root, proc) } else { None },
        network_managers: managers(root),
        stores: STORES.map(PathBuf::from).into_iter().filter(|path| root.exists(path)).collect(),
    }
}

/// The release of the running kernel.
pub(super) fn kernel() -> Option<String> {
    nix::sys::utsname::uname().ok()?.release().to_str().map(str::to_owned)
}

fn os_release(root: &Root) -> OsRelease {
    let text = ["/etc/os-release", "/usr/lib/os-release"].iter().find_map(|path| root.text(path)).unwrap_or_default();
    let value = |name: &str| {
        let line = text.lines().rev().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='))?;
        Some(unquoted(line)).filter(|value| !value.is_empty())
    };
    OsRelease {
        id: value("ID").unwrap_or_else(|| "linux".to_owned()),
        id_like: value("ID_LIKE").unwrap_or_default().split_ascii_whitespace().map(str::to_owned).collect(),
        version: value("VERSION_ID"),
        pretty_name: value("PRETTY_NAME"),
    }
}

/// A value as a shell reads it: one pair of quotes, and backslashes before the five special characters.
fn unquoted(value: &str) -> String {
    let value = value.trim();
    let inner = ['"', '\''].iter().find_map(|&quote| value.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(value);
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner.chars().peekable();
    while let Some(character) = rest.next() {
        let escapes = character == '\\' && rest.peek().is_some_and(|next| "$\"'\\`".contains(*next));
        text.extend(if escapes { rest.next() } else { Some(character) });
    }
    text
}

/// The container manager, by the marks that each leaves.
fn container(root: &Root, proc: &Proc) -> Option<String> {
    let named = |name: &str| Some(name.trim().to_owned()).filter(|name| !name.is_empty());
    let there = |path: &str| root.exists(Path::new(path));
    if there("/.flatpak-info") {
        return named("flatpak");
    }
    if std::env::var_os("SNAP").is_some() && std::env::var_os("SNAP_NAME").is_some() {
        return named("snap");
    }
    if let Some(name) = root.text("/run/systemd/container").and_then(|name| named(&name)) {
        return Some(name);
    }
    if there("/run/.containerenv") {
        return named("podman");
    }
    if there("/.dockerenv") {
        return named("docker");
    }
    if let Some(name) = std::env::var("container").ok().and_then(|name| named(&name)) {
        return Some(name);
    }
    let first = proc.text("1/environ").unwrap_or_default();
    if let Some(name) = first.split('\0').find_map(|entry| entry.strip_prefix("container=")).and_then(named) {
        return Some(name);
    }
    let groups = proc.text("1/cgroup").unwrap_or_default();
    let marks = [
        ("docker", "docker"),
        ("libpod", "podman"),
        ("kubepods", "kubernetes"),
        ("/lxc", "lxc"),
        ("machine.slice", "systemd-nspawn"),
    ];
    if let Some((_, name)) = marks.iter().find(|(mark, _)| groups.contains(mark)) {
        return named(name);
    }
    let release = kernel().unwrap_or_default().to_lowercase();
    if release.contains("microsoft") || release.contains("wsl") { named("wsl") } else { None }
}

/// The programs that keep bridges: by what they have running, or, for those without a daemon, by their files.
fn managers(root: &Root) -> Vec<Manager> {
    let there = |path: &str| root.exists(Path::new(path));
    let has_files = |path: &str, end: &str| {
        let names = root.list(Path::new(path)).unwrap_or_default();
        names.iter().any(|name| name.to_string_lossy().ends_with(end))
    };
    let enabled = |unit: &str| there(&format!("/etc/systemd/system/multi-user.target.wants/{unit}"));
    let live = root.is_live();
    let is_used = |manager: &Manager| match manager {
        Manager::NetworkManager => (live && there("/run/NetworkManager")) || enabled("NetworkManager.service"),
        Manager::SystemdNetworkd => (live && there("/run/systemd/netif/state")) || enabled("systemd-networkd.service"),
        Manager::Netplan => has_files("/etc/netplan", ".yaml"),
        Manager::Ifupdown => there("/etc/network/interfaces") && (there("/sbin/ifup") || there("/usr/sbin/ifup")),
        Manager::Wicked => (live && there("/run/wicked")) || enabled("wicked.service"),
    };
    let all = [Manager::NetworkManager, Manager::SystemdNetworkd, Manager::Netplan, Manager::Ifupdown, Manager::Wicked];
    all.into_iter().filter(is_used).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_a_shell_reads_them() {
        assert_eq!(unquoted("debian"), "debian");
        assert_eq!(unquoted("\"Debian GNU/Linux 12\""), "Debian GNU/Linux 12");
        assert_eq!(unquoted("'rhel fedora'"), "rhel fedora");
        assert_eq!(unquoted(r#""A \"quoted\" \$name \n""#), r#"A "quoted" $name \n"#);
        assert_eq!(unquoted("\""), "\"");
    }
}
