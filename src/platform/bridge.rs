//! Bridges that are there after a reboot, by the program that manages the network.

use super::{Remedy, shell};
use crate::snapshot::Manager;

/// Why a person has to run these.
const TAKES_OVER: &str = "The uplink's addresses move to the bridge: do this where a lost connection can be mended.";

/// A bridge with this uplink; without one it is for guests that talk to each other and to the host.
pub(super) fn make(root: &str, manager: Option<Manager>, name: &str, interface: Option<&str>) -> Remedy {
    let remedy = match manager {
        Some(Manager::NetworkManager) => network_manager(root, name, interface),
        Some(Manager::SystemdNetworkd) => systemd_networkd(root, name, interface),
        Some(Manager::Netplan) => netplan(root, name, interface),
        Some(Manager::Ifupdown) => ifupdown(root, name, interface),
        None => iproute(root, name, interface),
    };
    if interface.is_some() { remedy.with_note(TAKES_OVER) } else { remedy }
}

fn network_manager(root: &str, name: &str, interface: Option<&str>) -> Remedy {
    let bridge = shell::word(name);
    let mut commands =
        vec![format!("{root} nmcli connection add type bridge con-name {bridge} ifname {bridge} bridge.stp no")];
    if let Some(port) = interface {
        commands.push(format!(
            "{root} nmcli connection add type ethernet con-name {} ifname {} master {bridge}",
            shell::word(&format!("{name}-port")),
            shell::word(port)
        ));
    } else {
        commands.push(format!("{root} nmcli connection modify {bridge} ipv4.method disabled ipv6.method disabled"));
    }
    commands.push(format!("{root} nmcli connection up {bridge}"));
    Remedy::manual(commands)
}

fn systemd_networkd(root: &str, name: &str, interface: Option<&str>) -> Remedy {
    let netdev = format!("[NetDev]\nName={name}\nKind=bridge\n");
    let address = if interface.is_some() { "DHCP=yes\n" } else { "ConfigureWithoutCarrier=yes\n" };
    let network = format!("[Match]\nName={name}\n\n[Network]\n{address}");
    let mut commands = vec![
        write(root, &format!("/etc/systemd/network/25-{name}.netdev"), &netdev),
        write(root, &format!("/etc/systemd/network/25-{name}.network"), &network),
    ];
    if let Some(port) = interface {
        let uplink = format!("[Match]\nName={port}\n\n[Network]\nBridge={name}\n");
        commands.push(write(root, &format!("/etc/systemd/network/20-{name}-port.network"), &uplink));
    }
    commands.push(format!("{root} networkctl reload"));
    Remedy::manual(commands)
}

fn netplan(root: &str, name: &str, interface: Option<&str>) -> Remedy {
    let text = match interface {
        Some(port) => format!(
            "network:\n  version: 2\n  ethernets:\n    {port}:\n      dhcp4: false\n  bridges:\n    {name}:\n      \
             interfaces: [{port}]\n      dhcp4: true\n"
        ),
        None => format!("network:\n  version: 2\n  bridges:\n    {name}:\n      interfaces: []\n"),
    };
    let file = format!("/etc/netplan/60-{name}.yaml");
    Remedy::manual([
        write(root, &file, &text),
        format!("{root} chmod 0600 {}", shell::word(&file)),
        format!("{root} netplan try"),
    ])
}

fn ifupdown(root: &str, name: &str, interface: Option<&str>) -> Remedy {
    let (method, ports) = interface.map_or(("manual", "none"), |port| ("dhcp", port));
    let stanza = format!(
        "auto {name}\niface {name} inet {method}\n    bridge_ports {ports}\n    bridge_stp off\n    bridge_fd 0\n"
    );
    let remedy = Remedy::manual([
        write(root, &format!("/etc/network/interfaces.d/{name}"), &stanza),
        format!("{root} ifup {}", shell::word(name)),
    ])
    .with_note("It takes the package bridge-utils, and a line `source /etc/network/interfaces.d/*`.");
    match interface {
        Some(port) => remedy.with_note(format!("{port} must have no stanza of its own.")),
        None => remedy,
    }
}

fn iproute(root: &str, name: &str, interface: Option<&str>) -> Remedy {
    let bridge = shell::word(name);
    let mut commands =
        vec![format!("{root} ip link add name {bridge} type bridge"), format!("{root} ip link set dev {bridge} up")];
    if let Some(port) = interface {
        commands.push(format!("{root} ip link set dev {} master {bridge}", shell::word(port)));
    }
    Remedy::manual(commands).with_note("It lasts until the next boot; make it last with what manages the network here.")
}

/// Writes a file through the shell.
fn write(root: &str, file: &str, text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('%', "%%").replace('\n', "\\n").replace('\'', "'\\''");
    format!("printf '{text}' | {root} tee {}", shell::word(file))
}
