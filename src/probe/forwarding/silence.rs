//! What swallows frames without a word: how to say it, and how to mend it.

use crate::platform::{self, Action, Effect, shell};
use crate::probe::{Case, Remedy};
use crate::snapshot::{Chain, Fact, Silence, port_state};

/// Why no frame arrived, as one clause.
pub(super) fn told(bridge: &str, silences: &[Silence]) -> String {
    match silences {
        [] => "nothing that is known to drop frames without a word is set".to_owned(),
        all => all.iter().map(|silence| one(bridge, silence)).collect::<Vec<_>>().join("; "),
    }
}

fn one(bridge: &str, silence: &Silence) -> String {
    match silence {
        Silence::BridgeGone => format!("`{bridge}` is gone"),
        Silence::BridgeDown => format!("`{bridge}` is down"),
        Silence::NotAPort(tap) => format!("`{tap}` is no port of `{bridge}`: something took it away"),
        Silence::TapDown(tap) => format!("`{tap}` is down: something set it so after the helper"),
        Silence::PortWaits { tap, state, delay } => {
            let seconds = delay.div_ceil(100);
            format!(
                "the spanning tree still keeps `{tap}` {}; it takes {seconds} s, try --timeout {}s",
                port_state(*state),
                seconds + 2
            )
        }
        Silence::PortClosed { tap, state } => format!("the port `{tap}` is {}", port_state(*state)),
        Silence::Isolated => "both ports are isolated, and isolated ports exchange no frames".to_owned(),
        Silence::NoVlan => format!("`{bridge}` filters by VLAN, and a new port is in none"),
        Silence::BridgeRule(chain) => format!("the chain `{} {}` drops frames", chain.table, chain.name),
        Silence::Netfilter(Fact::Known(chains)) => {
            let names: Vec<String> = chains.iter().map(|chain| format!("`{} {}`", chain.table, chain.name)).collect();
            format!("br_netfilter hands bridged IP to {}, which drops it", names.join(", "))
        }
        Silence::Netfilter(Fact::Unknown(unknown)) => {
            format!("br_netfilter hands bridged IP to the chains at the forward hook, and {}", unknown.because)
        }
        Silence::Netfilter(Fact::NeedsLiveHost) => {
            "br_netfilter hands bridged IP to the chains at the forward hook".to_owned()
        }
        Silence::VlanFiltering => format!("`{bridge}` filters by VLAN"),
        Silence::BridgeRulesUnseen(unknown) => format!("a rule may drop it, and {}", unknown.because),
    }
}

/// What the user will see.
pub(super) fn consequence(silence: Option<&Silence>) -> String {
    match silence {
        Some(Silence::PortWaits { delay, .. }) => {
            let seconds = delay.div_ceil(100);
            format!("it would attach; no frame passes for the first {seconds} s, and a guest's DHCP may give up before")
        }
        _ => "it would attach the tap all the same; the guest has a link and no network, and nothing will say so"
            .to_owned(),
    }
}

/// Why its rules are not changed.
const FILTER: &str = "a packet filter is not opened by a program that does not know what it protects";

/// What to do about it, where one command can say.
pub(super) fn remedy(case: &Case<'_>, silence: &Silence) -> Option<Remedy> {
    let platform = platform::of(&case.snapshot.machine);
    let bridge = shell::word(case.bridge);
    let root = |command: String| platform.as_root(&command);
    let show = |chain: &Chain| root(format!("nft list chain {} {}", chain.table, chain.name));
    match silence {
        Silence::BridgeDown => {
            let set = |state: &str| ["ip", "link", "set", "dev", case.bridge, state].map(str::to_owned).to_vec();
            let action = Action::Run { argv: set("up"), undo: Some(set("down")), writes: Vec::new() };
            Some(Remedy::automatic([(action, Effect::LinkUp(case.bridge.to_owned()))]))
        }
        Silence::PortWaits { delay, .. } => {
            let seconds = delay.div_ceil(100) + 2;
            let command = format!("bridge-doctor attach --bridge {bridge} --timeout {seconds}s");
            Some(
                Remedy::manual("it takes nothing but patience", [command])
                    .with_note("With the spanning tree on, every new port waits that long."),
            )
        }
        Silence::Isolated => Some(
            Remedy::manual(
                "guests may be meant not to see each other",
                [root("bridge link set dev TAP isolated off".to_owned())],
            )
            .with_note("Something isolates each new port; leave it where guests must not see each other."),
        ),
        Silence::BridgeRule(chain) => Some(Remedy::manual(FILTER, [show(chain)])),
        Silence::Netfilter(Fact::Known(chains)) => Some(Remedy::manual(FILTER, chains.iter().map(show))),
        Silence::Netfilter(Fact::Unknown(unknown)) | Silence::BridgeRulesUnseen(unknown) => {
            unknown.command.clone().map(|command| Remedy::manual(FILTER, [command]))
        }
        _ => None,
    }
}
