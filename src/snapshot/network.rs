//! Network interfaces, as netlink shows them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Fact;

/// QEMU's default bridge.
pub const WELL_KNOWN_BRIDGE: &str = "br0";

/// The interfaces of one network namespace.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Network {
    /// Which interfaces were looked for.
    pub scope: Scope,
    /// Those that are there.
    pub links: Vec<Link>,
    /// `net.ipv4.ip_forward`.
    pub ip_forward: Fact<bool>,
    /// The name that the kernel would give to the next `tap%d`.
    pub next_tap: String,
}

impl Network {
    /// The interface that the kernel resolves this name to, altnames included.
    ///
    /// As in the kernel's ioctl, what follows a colon (an address label) is left out.
    pub fn resolve(&self, name: &str) -> Option<&Link> {
        let name = name.split(':').next().unwrap_or(name);
        self.links.iter().find(|link| link.has_name(name))
    }

    /// Whether the absence of this name from `links` means that there is no such interface.
    pub fn looked_for(&self, name: &str) -> bool {
        match &self.scope {
            Scope::All => true,
            Scope::Named(names) => names.iter().any(|other| other == name),
        }
    }

    /// The ports of a bridge, as far as they were looked at.
    pub fn ports(&self, bridge: &Link) -> impl Iterator<Item = &Link> {
        let index = bridge.index;
        self.links.iter().filter(move |link| link.master == Some(index))
    }
}

/// How far the look went: a host can have ten thousand interfaces.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Every interface.
    All,
    /// These names, and the ports of those that are bridges, as far as they can be an uplink, and up to one with a signal.
    Named(Vec<String>),
}

/// One interface.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Link {
    /// Its number.
    pub index: u32,
    /// Its name.
    pub name: String,
    /// Further names that the kernel resolves.
    pub altnames: Vec<String>,
    /// The free text of `ip link set … alias`, which the kernel does not resolve.
    pub alias: Option<String>,
    /// The driver's kind (`bridge`, `tun`, `veth`, `bond`, `openvswitch`); hardware has none.
    pub kind: Option<String>,
    /// Whether it is a Wi-Fi interface.
    pub wireless: bool,
    /// The largest packet, in bytes.
    pub mtu: u32,
    /// Administratively up.
    pub up: bool,
    /// Whether a signal is there.
    pub carrier: bool,
    /// The hardware address, as six colon-separated octets.
    pub mac: Option<String>,
    /// The number of the bridge, bond or team it belongs to.
    pub master: Option<u32>,
    /// IP addresses with their prefix lengths, looked up for bridges only.
    pub addresses: Vec<String>,
    /// Where it is a bridge.
    pub bridge: Option<Bridge>,
    /// Where it is a port of a bridge.
    pub port: Option<Port>,
}

impl Link {
    /// Whether the kernel resolves this name to it.
    pub fn has_name(&self, name: &str) -> bool {
        self.name == name || self.altnames.iter().any(|other| other == name)
    }

    /// The addresses on it from which the host routes; a link-local one comes by itself and routes nothing.
    pub fn routable_addresses(&self) -> impl Iterator<Item = &str> {
        let starts = |address: &str, start: &str| {
            address.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start))
        };
        let link_local =
            move |address: &str| ["169.254.", "fe8", "fe9", "fea", "feb"].iter().any(|start| starts(address, start));
        self.addresses.iter().map(String::as_str).filter(move |address| !link_local(address))
    }

    /// Whether a bridge of which this is a port leads out of the host through it.
    pub fn leads_out_of(&self, bridge: &Self, in_container: bool) -> bool {
        bridge.is_left_through(self.kind.as_deref(), in_container)
    }

    /// Whether frames leave the host from this bridge through a port of this kind.
    ///
    /// Taps belong to guests. Outside of a container, a veth or dummy port of a bridge with an address is what
    /// container managers and libvirt put on the networks that they route.
    pub fn is_left_through(&self, kind: Option<&str>, in_container: bool) -> bool {
        let without_address = || self.routable_addresses().next().is_none();
        match kind {
            Some("tun" | "macvtap") => false,
            Some("veth") => in_container || without_address(),
            Some("dummy") => without_address(),
            _ => true,
        }
    }

    /// Whether frames can pass: while it is down, the kernel may still show the last signal.
    pub fn has_signal(&self) -> bool {
        self.up && self.carrier
    }

    /// Whether frames leave through it on a wire.
    pub fn has_wired_signal(&self) -> bool {
        self.has_signal() && !self.wireless
    }
}

/// Settings of a bridge.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Bridge {
    /// Whether the spanning tree protocol runs.
    pub stp: bool,
    /// How long a port listens and how long it learns, in hundredths of a second each.
    pub forward_delay: u32,
    /// Whether frames are sorted by VLAN.
    pub vlan_filtering: bool,
    /// The VLAN that a new port joins; 0: none.
    pub default_pvid: u16,
    /// This bridge's own `nf_call_iptables`.
    pub nf_call_iptables: bool,
    /// How many ports it has.
    pub ports: u32,
}

/// A port of a bridge.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Port {
    /// 0 disabled, 1 listening, 2 learning, 3 forwarding, 4 blocking.
    pub state: u8,
    /// It exchanges no frames with other isolated ports.
    pub isolated: bool,
}

impl Port {
    /// The name that the kernel and `bridge link` have for its state.
    pub fn state_name(self) -> &'static str {
        port_state(self.state)
    }
}

/// The name that the kernel and `bridge link` have for the state of a port.
pub fn port_state(state: u8) -> &'static str {
    match state {
        0 => "disabled",
        1 => "listening",
        2 => "learning",
        3 => "forwarding",
        _ => "blocking",
    }
}
