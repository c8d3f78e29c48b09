//! Ports reach forwarding: the spanning tree and its delay, VLAN filtering.

use super::view::bridge::{self, Found};
use super::{Case, Evidence, Finding, Judgement, Remedy};
use crate::platform::{self, shell};
use crate::snapshot::Manager;

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let found = match bridge::find(case) {
        Ok(found) => found,
        Err(judgement) => return judgement,
    };
    let findings: Vec<Finding> = vlan(case, &found).into_iter().chain(spanning_tree(case, &found)).collect();
    if !findings.is_empty() {
        return Judgement::Found(findings);
    }
    let stp = if found.bridge.stp { "on, without delay" } else { "off" };
    let evidence = vec![Evidence::new("stp", stp), Evidence::new("vlan filtering", "off")];
    Judgement::pass(format!("a new port of `{}` forwards at once", case.bridge), evidence)
}

/// A port listens for one delay and learns for another before it forwards.
fn spanning_tree(case: &Case<'_>, found: &Found<'_>) -> Option<Finding> {
    let delay = found.bridge.forward_delay;
    if !found.bridge.stp || delay == 0 {
        return None;
    }
    let wait = seconds(delay.saturating_mul(2));
    let bridge = shell::word(&found.link.name);
    let platform = platform::of(&case.snapshot.machine);
    let mut commands = vec![platform.as_root(&format!("ip link set dev {bridge} type bridge stp_state 0"))];
    let lasting = match case.snapshot.machine.network_managers.first() {
        Some(Manager::NetworkManager) => {
            commands.push(platform.as_root(&format!("nmcli connection modify {bridge} bridge.stp no")));
            "The second command takes the connection by the bridge's name."
        }
        Some(Manager::SystemdNetworkd) => "To make it last: `STP=no` in the [Bridge] section of its .netdev file.",
        Some(Manager::Netplan) => "To make it last: `parameters: {stp: false}` below the bridge in /etc/netplan.",
        Some(Manager::Ifupdown) => "To make it last: `bridge_stp off` in its stanza of /etc/network/interfaces.",
        Some(Manager::Wicked) => "To make it last: `BRIDGE_STP='off'` in its file /etc/sysconfig/network/ifcfg-NAME.",
        None => "Make it last where the bridge is configured.",
    };
    Some(
        Finding::warn("stp-delay", format!("the spanning tree of `{}` holds a new port for {wait} s", case.bridge))
            .so(format!("it would attach; no frame passes for the first {wait} s, and a guest's DHCP may give up before"))
            .seen("forward delay", format!("{} s", seconds(delay)))
            .mend(Remedy::manual("without the spanning tree, a second way around the bridge is a loop", commands).with_note(format!(
                "Only where no second way leads around the bridge: without the spanning tree that makes a loop. {lasting}"
            ))),
    )
}

/// The kernel counts in hundredths of a second.
fn seconds(hundredths: u32) -> String {
    match hundredths % 100 {
        0 => (hundredths / 100).to_string(),
        rest => format!("{}.{rest:02}", hundredths / 100),
    }
}

/// With filtering on, a port passes only frames of VLANs that it is a member of.
fn vlan(case: &Case<'_>, found: &Found<'_>) -> Option<Finding> {
    if !found.bridge.vlan_filtering {
        return None;
    }
    let platform = platform::of(&case.snapshot.machine);
    let bridge = shell::word(&found.link.name);
    let off = platform.as_root(&format!("ip link set dev {bridge} type bridge vlan_filtering 0"));
    let finding = match found.bridge.default_pvid {
        0 => Finding::fail("vlan-filtered", format!("`{}` filters by VLAN, and a new port is in none", case.bridge))
            .so("it would attach the tap all the same; then no frame will pass, and nothing will say so")
            .seen("default pvid", 0)
            .mend(
                Remedy::manual(
                    "whoever sorted the bridge by VLAN knows which one guests belong in",
                    [platform.as_root(&format!("ip link set dev {bridge} type bridge vlan_default_pvid 1"))],
                )
                .with_note(
                    "Or put the tap into its VLAN once the guest runs: `bridge vlan add dev TAP vid N pvid untagged`.",
                ),
            ),
        pvid => Finding::warn(
            "vlan-filtered",
            format!("`{}` filters by VLAN, and a new port is in VLAN {pvid}", case.bridge),
        )
        .so(format!("it would attach; the guest reaches VLAN {pvid} only, and its tagged frames are dropped"))
        .seen("default pvid", pvid)
        .mend(
            Remedy::manual("guests may be meant to stay in that VLAN", [off])
                .with_note("Leave it where guests are meant to stay in that VLAN."),
        ),
    };
    Some(finding)
}
