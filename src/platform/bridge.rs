//! Bridges that are there after a reboot, by the program that manages the network.

use std::fmt::Write as _;

use super::{Action, Effect, Remedy, shell};
use crate::snapshot::Manager;

/// Why a person has to run these.
const TAKES_OVER: &str = "the uplink's addresses move to the bridge, and a slip in that cuts the host off";
const ODD_NAME: &str = "a file or a program of the network's manager may read such a name as something else";

/// A bridge with this uplink; without one it is for guests that talk to each other and to the host.
///
/// Only the latter may be made by a program: it takes nothing from anybody.
pub(super) fn make(root: &str, manager: Option<Manager>, name: &str, interface: Option<&str>) -> Remedy {
    let Some(port) = interface else {
        return match manager {
            _ if !is_plain(name) => iproute(name).by_hand(ODD_NAME),
            Some(Manager::NetworkManager) => network_manager(name),
            Some(Manager::SystemdNetworkd) => systemd_networkd(name),
            Some(Manager::Netplan) => netplan(name),
            Some(Manager::Ifupdown) => ifupdown(name),
            Some(Manager::Wicked) => wicked(name),
            None => iproute(name)
                .with_note("It lasts until the next boot; make it last with what manages the network here."),
        };
    };
    let commands = match manager {
        _ if !is_plain(name) || !is_plain(port) => bridged_by_iproute(root, name, port),
        Some(Manager::NetworkManager) => bridged_by_network_manager(root, name, port),
        Some(Manager::SystemdNetworkd) => bridged_by_systemd_networkd(root, name, port),
        Some(Manager::Netplan) => bridged_by_netplan(root, name, port),
        Some(Manager::Ifupdown) => bridged_by_ifupdown(root, name, port),
        Some(Manager::Wicked) => bridged_by_wicked(root, name, port),
        None => bridged_by_iproute(root, name, port),
    };
    let remedy = Remedy::manual(TAKES_OVER, commands);
    match manager {
        Some(Manager::Ifupdown) => remedy.with_note(format!(
            "It takes the package bridge-utils, and a line `source /etc/network/interfaces.d/*`. {port} must have no \
             stanza of its own."
        )),
        None => remedy.with_note("It lasts until the next boot; make it last with what manages the network here."),
        Some(_) => remedy,
    }
    .with_note("Do it where a lost connection can be mended.")
}

/// Nothing that a file name, a configuration file or a program's option could take for more than a name.
fn is_plain(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Makes it in the running kernel, whoever remembers it over a reboot.
fn iproute(name: &str) -> Remedy {
    let made = Effect::BridgeMade { name: name.to_owned(), addressed: false };
    Remedy::automatic([
        (
            Action::run(
                &["ip", "link", "add", "name", name, "type", "bridge"],
                Some(&["ip", "link", "delete", "dev", name, "type", "bridge"]),
            ),
            made,
        ),
        (Action::run(&["ip", "link", "set", "dev", name, "up"], None), Effect::LinkUp(name.to_owned())),
    ])
}

/// A file that makes it at boot, beside what makes it now: no manager is told to apply its whole configuration.
fn remembered<const N: usize>(name: &str, files: [(String, String, u32); N]) -> Remedy {
    let files = files.map(|(path, text, mode)| {
        (Action::WriteFile { path: path.into(), content: text.into_bytes(), mode }, Effect::Prepares)
    });
    Remedy::automatic(files).then(iproute(name))
}

fn network_manager(name: &str) -> Remedy {
    let add = Action::run(
        &[
            "nmcli",
            "connection",
            "add",
            "type",
            "bridge",
            "con-name",
            name,
            "ifname",
            name,
            "bridge.stp",
            "no",
            "ipv4.method",
            "disabled",
            "ipv6.method",
            "disabled",
        ],
        Some(&["nmcli", "connection", "delete", "id", name]),
    );
    let up = Action::run(&["nmcli", "connection", "up", name], None);
    let made = Effect::BridgeMade { name: name.to_owned(), addressed: false };
    Remedy::automatic([(add, Effect::Prepares), (up, made)])
}

fn systemd_networkd(name: &str) -> Remedy {
    let file = |end: &str| format!("/etc/systemd/network/25-{name}.{end}");
    let netdev = format!("[NetDev]\nName={name}\nKind=bridge\n");
    let network = format!("[Match]\nName={name}\n\n[Network]\nLinkLocalAddressing=no\nConfigureWithoutCarrier=yes\n");
    remembered(name, [(file("netdev"), netdev, 0o644), (file("network"), network, 0o644)])
}

fn netplan(name: &str) -> Remedy {
    let text = format!("network:\n  version: 2\n  bridges:\n    {name}:\n      interfaces: []\n");
    remembered(name, [(format!("/etc/netplan/60-{name}.yaml"), text, 0o600)])
}

fn ifupdown(name: &str) -> Remedy {
    let mut text = format!("auto {name}\niface {name} inet manual\n");
    let _ = writeln!(text, "    pre-up ip link show dev {name} || ip link add name {name} type bridge");
    let _ = writeln!(text, "    up ip link set dev {name} up");
    let _ = writeln!(text, "    post-down ip link delete dev {name} type bridge");
    let directory = Action::MakeDirectory { path: "/etc/network/interfaces.d".into(), mode: 0o755 };
    let files = [(format!("/etc/network/interfaces.d/{name}"), text, 0o644)];
    Remedy::automatic([(directory, Effect::Prepares)]).then(remembered(name, files)).with_note(
        "It lasts where /etc/network/interfaces has a line `source /etc/network/interfaces.d/*`, as it is shipped.",
    )
}

fn wicked(name: &str) -> Remedy {
    let text = "STARTMODE='auto'\nBOOTPROTO='none'\nBRIDGE='yes'\nBRIDGE_PORTS=''\nBRIDGE_STP='off'\nBRIDGE_FORWARDDELAY='0'\n";
    remembered(name, [(format!("/etc/sysconfig/network/ifcfg-{name}"), text.to_owned(), 0o644)])
}

fn bridged_by_network_manager(root: &str, name: &str, port: &str) -> Vec<String> {
    vec![
        format!("{root} nmcli connection add type bridge con-name {name} ifname {name} bridge.stp no"),
        format!("{root} nmcli connection add type ethernet con-name {name}-port ifname {port} master {name}"),
        format!("{root} nmcli connection up {name}"),
    ]
}

fn bridged_by_systemd_networkd(root: &str, name: &str, port: &str) -> Vec<String> {
    let netdev = format!("[NetDev]\nName={name}\nKind=bridge\n");
    let network = format!("[Match]\nName={name}\n\n[Network]\nDHCP=yes\n");
    let uplink = format!("[Match]\nName={port}\n\n[Network]\nBridge={name}\n");
    vec![
        write(root, &format!("/etc/systemd/network/25-{name}.netdev"), &netdev),
        write(root, &format!("/etc/systemd/network/25-{name}.network"), &network),
        write(root, &format!("/etc/systemd/network/20-{name}-port.network"), &uplink),
        format!("{root} networkctl reload"),
    ]
}

fn bridged_by_netplan(root: &str, name: &str, port: &str) -> Vec<String> {
    let file = format!("/etc/netplan/60-{name}.yaml");
    let text = format!(
        "network:\n  version: 2\n  ethernets:\n    {port}:\n      dhcp4: false\n  bridges:\n    {name}:\n      interfaces: \
         [{port}]\n      dhcp4: true\n"
    );
    vec![write(root, &file, &text), format!("{root} chmod 0600 {file}"), format!("{root} netplan try")]
}

fn bridged_by_ifupdown(root: &str, name: &str, port: &str) -> Vec<String> {
    let stanza =
        format!("auto {name}\niface {name} inet dhcp\n    bridge_ports {port}\n    bridge_stp off\n    bridge_fd 0\n");
    vec![write(root, &format!("/etc/network/interfaces.d/{name}"), &stanza), format!("{root} ifup {name}")]
}

fn bridged_by_wicked(root: &str, name: &str, port: &str) -> Vec<String> {
    let text = format!(
        "STARTMODE='auto'\nBOOTPROTO='dhcp'\nBRIDGE='yes'\nBRIDGE_PORTS='{port}'\nBRIDGE_STP='off'\nBRIDGE_FORWARDDELAY='0'\n"
    );
    vec![write(root, &format!("/etc/sysconfig/network/ifcfg-{name}"), &text), format!("{root} wicked ifup {name}")]
}

fn bridged_by_iproute(root: &str, name: &str, port: &str) -> Vec<String> {
    let (bridge, port) = (shell::word(name), shell::word(port));
    vec![
        format!("{root} ip link add name {bridge} type bridge"),
        format!("{root} ip link set dev {bridge} up"),
        format!("{root} ip link set dev {port} master {bridge}"),
    ]
}

/// Writes a file through the shell.
fn write(root: &str, file: &str, text: &str) -> String {
    format!("printf {} | {root} tee {file}", shell::format(text.as_bytes()))
}
