//! br_netfilter, and the chains at the forward hook.

mod bridge;
mod rules;
mod tables;

use std::time::Duration;

use super::proc::Proc;
use super::program;
use super::root::Root;
use crate::snapshot::{Chain, Errno, Fact, Firewall, Network};

/// The kernel answers at once.
const PATIENCE: Duration = Duration::from_secs(2);

/// What would tell, for those who may not look themselves.
const COMMAND: &str = "sudo nft list ruleset";

/// A tree filters nothing.
pub(super) fn of_tree() -> Firewall {
    Firewall { bridge_nf_call_iptables: Fact::NeedsLiveHost, forward: Fact::NeedsLiveHost }
}

/// What may drop frames. The chains are looked at only where frames of a bridge come by them.
pub(super) fn look(root: &Root, proc: &Proc, network: &Fact<Network>) -> Firewall {
    let called = match proc.number("sys/net/bridge/bridge-nf-call-iptables") {
        Ok(value) => Fact::Known(value.map(|value| value != 0)),
        Err(errno) => Fact::unknown_but(
            format!("net.bridge.bridge-nf-call-iptables cannot be read: {}", errno.text()),
            "sysctl net.bridge.bridge-nf-call-iptables",
        ),
    };
    let bridged = called == Fact::Known(Some(true)) || bridges(network).any(|bridge| bridge.nf_call_iptables);
    let forwards = network.known().is_some_and(|network| network.ip_forward == Fact::Known(true));
    let routed = forwards
        && network.known().is_some_and(|network| {
            network.links.iter().any(|link| link.bridge.is_some() && !link.addresses.is_empty())
        });
    let forward = if bridged || routed { chains(root, proc) } else { Fact::Known(Vec::new()) };
    Firewall { bridge_nf_call_iptables: called, forward }
}

/// The chains that see frames between ports of a bridge, and drop some.
pub(super) fn bridge_chains(root: &Root, proc: &Proc) -> Fact<Vec<Chain>> {
    if !tables::can_be_asked(root, proc) {
        return Fact::Known(Vec::new());
    }
    match bridge::dropping_chains() {
        Ok(chains) => Fact::Known(chains),
        Err(Errno::EPERM) => {
            Fact::unknown_but("only root may read the chains of the bridge family", "sudo nft list ruleset bridge")
        }
        Err(errno) => Fact::unknown_but(
            format!("the kernel does not show the chains of the bridge family: {}", errno.text()),
            "sudo nft list ruleset bridge",
        ),
    }
}

fn bridges(network: &Fact<Network>) -> impl Iterator<Item = &crate::snapshot::Bridge> {
    network.known().into_iter().flat_map(|network| network.links.iter().filter_map(|link| link.bridge.as_ref()))
}

fn chains(root: &Root, proc: &Proc) -> Fact<Vec<Chain>> {
    let mut chains = Vec::new();
    if tables::can_be_asked(root, proc) {
        match new_tables(root) {
            Fact::Known(found) => chains.extend(found),
            unknown => return unknown,
        }
    }
    // Only root may read this; and what it does not list, iptables-save would load.
    match proc.text("net/ip_tables_names") {
        Ok(names) if names.lines().any(|name| name == "filter") => match old_tables(root) {
            Fact::Known(found) => chains.extend(found),
            unknown => return unknown,
        },
        Err(Errno::EACCES) => return only_root(),
        _ => {}
    }
    Fact::Known(chains)
}

fn only_root() -> Fact<Vec<Chain>> {
    Fact::unknown_but("only root may read the chains at the forward hook", COMMAND)
}

/// The kernel itself says which chains there are; a program is run only to learn what a dropping one lets through.
fn new_tables(root: &Root) -> Fact<Vec<Chain>> {
    match tables::forward_chains() {
        Ok(chains) if !chains.iter().any(|chain| chain.drops) => return Fact::Known(chains),
        Ok(_) => {}
        Err(Errno::EPERM) => return only_root(),
        Err(errno) => {
            return Fact::unknown_but(format!("the kernel does not show its chains: {}", errno.text()), COMMAND);
        }
    }
    let chains = if let Some(nft) = program::find(root, &["nft"]) {
        program::output(&nft, &["-j", "list", "ruleset"], PATIENCE).and_then(|text| rules::of_nft(&text))
    } else if let Some(save) = program::find(root, &["iptables-nft-save", "iptables-save"]) {
        program::output(&save, &["-t", "filter"], PATIENCE).map(|text| rules::of_iptables(&text))
    } else {
        Err("a chain drops frames, and neither nft nor iptables-save is installed to show its rules".to_owned())
    };
    chains.map_or_else(|because| Fact::unknown_but(because, COMMAND), Fact::Known)
}

fn old_tables(root: &Root) -> Fact<Vec<Chain>> {
    let Some(save) = program::find(root, &["iptables-legacy-save", "iptables-save"]) else {
        return Fact::unknown("iptables-save is not installed to show the rules of the kernel");
    };
    match program::output(&save, &["-t", "filter"], PATIENCE) {
        Ok(text) => Fact::Known(rules::of_iptables(&text)),
        Err(because) => Fact::unknown_but(because, "sudo iptables-legacy-save -t filter"),
    }
}
