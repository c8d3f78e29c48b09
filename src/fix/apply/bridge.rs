//! Whether a bridge that a run made serves somebody by now: then it is not taken away.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use nix::ifaddrs::getifaddrs;

use crate::fix::journal::Bridge;

/// Where the kernel shows it.
pub(in crate::fix) fn place(bridge: &Bridge) -> PathBuf {
    Path::new("/sys/class/net").join(&bridge.name)
}

/// Whether it went another way, as with a boot.
pub(in crate::fix) fn is_gone(bridge: &Bridge) -> bool {
    fs::symlink_metadata(place(bridge)).is_err_and(|error| error.kind() == ErrorKind::NotFound)
}

/// What is on it, as a clause.
pub(in crate::fix) fn in_use(bridge: &Bridge) -> Option<String> {
    let ports = fs::read_dir(place(bridge).join("brif")).into_iter().flatten().flatten();
    let mut users: Vec<String> = ports.map(|port| port.file_name().to_string_lossy().into_owned()).collect();
    // With this one libvirt holds the address of its own bridges.
    users.retain(|port| *port != format!("{}-nic", bridge.name));
    if !bridge.addressed {
        users.extend(addresses(&bridge.name));
    }
    users.sort();
    (!users.is_empty()).then(|| format!("it is in use by now: {}", users.join(", ")))
}

/// Its addresses without those that the kernel gives to every interface.
fn addresses(name: &str) -> Vec<String> {
    let all = getifaddrs().into_iter().flatten().filter(|entry| entry.interface_name == name);
    all.filter_map(|entry| entry.address)
        .filter_map(|address| match (address.as_sockaddr_in(), address.as_sockaddr_in6()) {
            (Some(address), _) => Some(address.ip().to_string()),
            (_, Some(address)) if !address.ip().is_unicast_link_local() => Some(address.ip().to_string()),
            _ => None,
        })
        .collect()
}
