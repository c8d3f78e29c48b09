//! One interface, out of the message that describes it.

use super::super::netlink::attributes::{attributes, find, text, u16_at, u32_at};
use crate::snapshot::{Bridge, Link, Port};

// Names and numbers as in the kernel's if_link.h.
const IFLA_ADDRESS: u16 = 1;
pub(super) const IFLA_IFNAME: u16 = 3;
const IFLA_MTU: u16 = 4;
pub(super) const IFLA_MASTER: u16 = 10;
pub(super) const IFLA_LINKINFO: u16 = 18;
const IFLA_IFALIAS: u16 = 20;
const IFLA_CARRIER: u16 = 33;
const IFLA_PROP_LIST: u16 = 52;
const IFLA_ALT_IFNAME: u16 = 53;
pub(super) const IFLA_INFO_KIND: u16 = 1;
const IFLA_INFO_DATA: u16 = 2;
const IFLA_INFO_SLAVE_KIND: u16 = 4;
const IFLA_INFO_SLAVE_DATA: u16 = 5;
const IFLA_BR_FORWARD_DELAY: u16 = 1;
const IFLA_BR_STP_STATE: u16 = 5;
const IFLA_BR_VLAN_FILTERING: u16 = 7;
const IFLA_BR_NF_CALL_IPTABLES: u16 = 36;
const IFLA_BR_VLAN_DEFAULT_PVID: u16 = 39;
const IFLA_BRPORT_STATE: u16 = 1;
const IFLA_BRPORT_ISOLATED: u16 = 33;

/// `IFF_UP`.
const UP: u32 = 1;

/// Reads the body of an `RTM_NEWLINK` message: its fixed part of 16 bytes, then attributes.
pub(super) fn parse(body: &[u8]) -> Option<Link> {
    let mut link = Link { index: u32_at(body, 4)?, up: u32_at(body, 8)? & UP != 0, ..Link::default() };
    for (kind, value) in attributes(body.get(16..)?) {
        match kind {
            IFLA_ADDRESS => link.mac = mac(value),
            IFLA_IFNAME => link.name = text(value),
            IFLA_MTU => link.mtu = u32_at(value, 0)?,
            IFLA_MASTER => link.master = u32_at(value, 0),
            IFLA_LINKINFO => details(&mut link, value),
            IFLA_IFALIAS => link.alias = Some(text(value)),
            IFLA_CARRIER => link.carrier = value.first() == Some(&1),
            IFLA_PROP_LIST => {
                let names = attributes(value).filter(|(kind, _)| *kind == IFLA_ALT_IFNAME);
                link.altnames = names.map(|(_, name)| text(name)).collect();
            }
            _ => {}
        }
    }
    Some(link)
}

fn details(link: &mut Link, value: &[u8]) {
    link.kind = find(value, IFLA_INFO_KIND).map(text);
    if link.kind.as_deref() == Some("bridge") {
        link.bridge = Some(bridge(find(value, IFLA_INFO_DATA).unwrap_or_default()));
    }
    if find(value, IFLA_INFO_SLAVE_KIND).map(text).as_deref() == Some("bridge") {
        link.port = Some(port(find(value, IFLA_INFO_SLAVE_DATA).unwrap_or_default()));
    }
}

fn bridge(data: &[u8]) -> Bridge {
    let mut bridge = Bridge::default();
    let is_set = |value: &[u8]| value.first().is_some_and(|&byte| byte != 0);
    for (kind, value) in attributes(data) {
        match kind {
            IFLA_BR_FORWARD_DELAY => bridge.forward_delay = u32_at(value, 0).unwrap_or(0),
            IFLA_BR_STP_STATE => bridge.stp = u32_at(value, 0).is_some_and(|state| state != 0),
            IFLA_BR_VLAN_FILTERING => bridge.vlan_filtering = is_set(value),
            IFLA_BR_NF_CALL_IPTABLES => bridge.nf_call_iptables = is_set(value),
            IFLA_BR_VLAN_DEFAULT_PVID => bridge.default_pvid = u16_at(value, 0).unwrap_or(0),
            _ => {}
        }
    }
    bridge
}

fn port(data: &[u8]) -> Port {
    let byte = |wanted: u16| find(data, wanted).and_then(<[u8]>::first);
    Port {
        state: byte(IFLA_BRPORT_STATE).copied().unwrap_or(0),
        isolated: byte(IFLA_BRPORT_ISOLATED).is_some_and(|&value| value != 0),
    }
}

/// Digit by digit: a bridge can have a thousand ports, and the formatter takes its time.
fn mac(value: &[u8]) -> Option<String> {
    let octets = <[u8; 6]>::try_from(value).ok()?;
    let mut text = String::with_capacity(3 * octets.len());
    for octet in octets {
        if !text.is_empty() {
            text.push(':');
        }
        text.extend([octet >> 4, octet & 15].into_iter().filter_map(|digit| char::from_digit(u32::from(digit), 16)));
    }
    Some(text)
}
