//! Network interfaces, asked of the kernel by name: a host can have ten thousand.

mod link;
mod ports;
mod routes;

use std::collections::HashSet;
use std::path::Path;

use super::proc::Proc;
use super::root::Root;
use crate::helper::{NAME_SIZE, TAP_MTU};
use crate::snapshot::{Errno, Fact, Link, Network, Scope, WELL_KNOWN_BRIDGE};
use routes::{Dump, Routes};

/// More names than this are looked up faster in a list of everything.
const MOST_NAMES: usize = 64;

/// An uplink is among the first ports: it was there before any guest.
const LIKELY_UPLINKS: usize = 8;

/// Where more taps than this are there, the ports of a bridge may all be taps.
const FEW_NAMES: usize = 4;

/// The ports of more bridges than this are found faster in a list of everything.
const MOST_BRIDGES: usize = 8;

/// What the names of the helper's taps begin with.
const TAP: &str = "tap";

/// Which interfaces are wanted.
pub(super) struct Wanted<'a> {
    /// Those of the command line.
    pub(super) asked: &'a [String],
    /// Those that the ACL allows.
    pub(super) allowed: Vec<String>,
    /// All of them.
    pub(super) everything: bool,
    /// Every port of a bridge, also where one is an uplink with a signal.
    pub(super) every_port: bool,
    /// Whether a container manager is around this process, so that more kinds of ports lead out.
    pub(super) in_container: bool,
}

/// What was found.
struct Seen {
    scope: Scope,
    links: Vec<Link>,
    /// The numbers of ports that were not looked at.
    unseen: Vec<u32>,
}

/// The interfaces of this network namespace.
pub(super) fn look(root: &Root, proc: &Proc, wanted: &Wanted<'_>) -> Fact<Network> {
    let seen = Routes::open().and_then(|mut routes| {
        let Seen { scope, links, unseen } = interfaces(root, &mut routes, wanted)?;
        let next_tap = next_tap(&mut routes, &links, &unseen)?;
        Ok((scope, links, next_tap))
    });
    match seen {
        Ok((scope, links, next_tap)) => Fact::Known(Network { scope, links, ip_forward: ip_forward(proc), next_tap }),
        Err(errno) => Fact::unknown_but(
            format!("the kernel does not show its network interfaces: {}", errno.text()),
            "ip -details link show",
        ),
    }
}

/// The interface of this name, asked for alone.
pub(super) fn one(name: &str) -> Result<Option<Link>, Errno> {
    let name = base_name(name);
    if can_be_asked_for(name) { Routes::open()?.link(name) } else { Ok(None) }
}

/// The names of the bridges that exist.
pub(super) fn bridge_names() -> Result<Vec<String>, Errno> {
    let links = Routes::open()?.dump(&Dump::Bridges)?;
    // A kernel that does not know the filter shows everything.
    Ok(links.into_iter().filter(|link| link.bridge.is_some()).map(|link| link.name).collect())
}

fn interfaces(root: &Root, routes: &mut Routes, wanted: &Wanted<'_>) -> Result<Seen, Errno> {
    let (mut names, mut links) = named(routes, wanted)?;
    let mut unseen = Vec::new();
    let is_bridge = |name: &String| {
        let name = base_name(name);
        links.iter().any(|link| link.bridge.is_some() && link.has_name(name))
    };
    let all_are_bridges = names.len() <= MOST_NAMES && names.iter().all(is_bridge);
    let bridges: Vec<u32> = links.iter().filter(|link| link.bridge.is_some()).map(|link| link.index).collect();
    // A name that is no bridge is compared with everything that is there.
    let scope = if wanted.everything || !all_are_bridges || bridges.len() > MOST_BRIDGES {
        links = routes.dump(&Dump::All)?;
        count_ports(&mut links);
        complete(root, routes, &mut links)?;
        Scope::All
    } else {
        complete(root, routes, &mut links)?;
        names.extend(links.iter().filter(|link| link.bridge.is_some()).map(|link| link.name.clone()));
        names.sort();
        names.dedup();
        let mut of_bridges = Vec::new();
        for link in &mut links {
            let (ports, others) = ports_of(root, routes, link, wanted)?;
            if let Some(bridge) = &mut link.bridge {
                bridge.ports = u32::try_from(ports.len() + others.len()).unwrap_or(u32::MAX);
            }
            of_bridges.extend(ports.into_iter().filter(|port| !bridges.contains(&port.index)));
            unseen.extend(others);
        }
        links.extend(of_bridges);
        Scope::Named(names)
    };
    Ok(Seen { scope, links, unseen })
}

/// The ports of a bridge, and the numbers of those that do not matter: they come behind an uplink with a signal, or are of
/// a kind that never leads out.
fn ports_of(
    root: &Root,
    routes: &mut Routes,
    bridge: &Link,
    wanted: &Wanted<'_>,
) -> Result<(Vec<Link>, Vec<u32>), Errno> {
    let Some(numbers) = ports::of(&bridge.name) else {
        return Ok((listed_ports(root, routes, bridge)?, Vec::new()));
    };
    // A bridge with an MTU that no tap takes can have that of its ports.
    let every_port = wanted.every_port || !TAP_MTU.contains(&bridge.mtu);
    let (likely, others) = numbers.split_at(if every_port { 0 } else { numbers.len().min(LIKELY_UPLINKS) });
    let mut ports = Vec::new();
    for (place, &number) in likely.iter().enumerate() {
        ports.extend(port(root, routes, bridge, number)?);
        let is_uplink = |port: &Link| port.has_wired_signal() && port.leads_out_of(bridge, wanted.in_container);
        if ports.last().is_some_and(is_uplink) {
            return Ok((ports, numbers[place + 1..].to_vec()));
        }
    }
    let leads_out = |driver: Option<&str>| every_port || bridge.is_left_through(driver, wanted.in_container);
    let mut unseen = Vec::new();
    let mut left = Vec::new();
    for (number, driver) in ports::drivers(others) {
        if leads_out(driver.as_deref()) {
            left.push(number);
        } else {
            unseen.push(number);
        }
        if left.len() > MOST_NAMES {
            return Ok((listed_ports(root, routes, bridge)?, Vec::new()));
        }
    }
    for number in left {
        ports.extend(port(root, routes, bridge, number)?);
    }
    Ok((ports, unseen))
}

/// A port by its number, unless it has left the bridge meanwhile.
fn port(root: &Root, routes: &mut Routes, bridge: &Link, number: u32) -> Result<Option<Link>, Errno> {
    let port = routes.numbered(number)?.filter(|port| port.master == Some(bridge.index));
    Ok(port.map(|port| Link { wireless: is_wireless(root, &port), ..port }))
}

/// All ports of a bridge, out of the kernel's list.
fn listed_ports(root: &Root, routes: &mut Routes, bridge: &Link) -> Result<Vec<Link>, Errno> {
    let mut ports = routes.dump(&Dump::PortsOf(bridge.index))?;
    for port in &mut ports {
        port.wireless = is_wireless(root, port);
    }
    Ok(ports)
}

/// The interfaces with the wanted names; without a name, the bridges that exist; without one, QEMU's default.
fn named(routes: &mut Routes, wanted: &Wanted<'_>) -> Result<(Vec<String>, Vec<Link>), Errno> {
    let mut names = if wanted.asked.is_empty() { wanted.allowed.clone() } else { wanted.asked.to_vec() };
    let mut links: Vec<Link> = Vec::new();
    if names.is_empty() {
        links = routes.dump(&Dump::Bridges)?;
        // A kernel that does not know the filter shows everything.
        links.retain(|link| link.bridge.is_some());
        names = links.iter().map(|link| link.name.clone()).collect();
        if names.is_empty() {
            names.push(WELL_KNOWN_BRIDGE.to_owned());
        }
    } else if names.len() <= MOST_NAMES {
        for name in names.iter().map(|name| base_name(name)) {
            if let Some(link) = if can_be_asked_for(name) { routes.link(name)? } else { None }
                && !links.iter().any(|other| other.index == link.index)
            {
                links.push(link);
            }
        }
    }
    Ok((names, links))
}

/// Counts the ports of each bridge in a list of everything.
fn count_ports(links: &mut [Link]) {
    let masters: Vec<u32> = links.iter().filter_map(|link| link.master).collect();
    for link in links {
        let Some(bridge) = &mut link.bridge else { continue };
        let ports = masters.iter().filter(|&&master| master == link.index).count();
        bridge.ports = u32::try_from(ports).unwrap_or(u32::MAX);
    }
}

/// Adds what the list does not tell: which are radios, and the addresses of bridges.
fn complete(root: &Root, routes: &mut Routes, links: &mut [Link]) -> Result<(), Errno> {
    for link in links {
        link.wireless = is_wireless(root, link);
        if link.bridge.is_some() {
            link.addresses = routes.addresses(link.index)?;
        }
    }
    Ok(())
}

/// Whether an ioctl can carry the name.
fn can_be_asked_for(name: &str) -> bool {
    !name.is_empty() && name.len() < NAME_SIZE
}

/// The kernel's ioctls stop at a colon, behind which an address label once stood.
fn base_name(name: &str) -> &str {
    name.split(':').next().unwrap_or(name)
}

/// sysfs shows the network namespace it was mounted in, so its word counts only where the numbers agree.
fn is_wireless(root: &Root, link: &Link) -> bool {
    // What has a kind is made by software, and never a radio.
    if link.kind.is_some() || !root.is_live() {
        return false;
    }
    let directory = Path::new("/sys/class/net").join(&link.name);
    let is_radio = ["wireless", "phy80211"].iter().any(|mark| root.exists(&directory.join(mark)));
    is_radio && root.text(directory.join("ifindex")).is_some_and(|index| index.trim().parse() == Ok(link.index))
}

fn ip_forward(proc: &Proc) -> Fact<bool> {
    match proc.number("sys/net/ipv4/ip_forward") {
        Ok(value) => Fact::Known(value.is_some_and(|value| value != 0)),
        Err(errno) => Fact::unknown_but(
            format!("net.ipv4.ip_forward cannot be read: {}", errno.text()),
            "sysctl net.ipv4.ip_forward",
        ),
    }
}

/// The kernel takes the lowest number that no interface has; `unseen` are ports of which only the numbers are known.
///
/// Only netlink is asked: the ioctl would have the kernel search a module for each name that is not there.
fn next_tap(routes: &mut Routes, links: &[Link], unseen: &[u32]) -> Result<String, Errno> {
    let names = links.iter().map(|link| &link.name);
    let mut taken: HashSet<String> = names.filter(|name| name.starts_with(TAP)).cloned().collect();
    let mut asked = 0;
    for name in (0..).map(|number| format!("{TAP}{number}")) {
        if taken.contains(&name) {
            continue;
        }
        if asked == MOST_NAMES || routes.link(&name)?.is_none() {
            return Ok(name);
        }
        asked += 1;
        match asked {
            FEW_NAMES => taken.extend(ports::names(unseen)),
            MOST_NAMES => taken.extend(routes.dump(&Dump::All)?.into_iter().map(|link| link.name)),
            _ => {}
        }
    }
    Err(Errno::EXFULL)
}
