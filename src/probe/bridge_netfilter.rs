//! The packet filter lets frames of the bridge pass.

use super::view::bridge::{self, Found, Role};
use super::{Case, Evidence, Expect, Finding, Judgement, Level, Remedy};
use crate::platform::{self, Platform, shell};
use crate::snapshot::{Chain, Fact};

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let found = match bridge::find(case) {
        Ok(found) => found,
        Err(judgement) => return judgement,
    };
    let routed = case.expect == Some(Expect::Routed)
        || case.expect != Some(Expect::Isolated) && matches!(found.role(), Role::Routed(_));
    let filtered = match &case.snapshot.firewall.bridge_nf_call_iptables {
        Fact::Known(setting) => {
            let loaded = setting.is_some();
            let on = setting.unwrap_or(false) || loaded && found.bridge.nf_call_iptables;
            if !on && !routed {
                return unfiltered(case, loaded);
            }
            on
        }
        _ if routed => false,
        fact => return Judgement::missing(fact),
    };
    let Fact::Known(chains) = &case.snapshot.firewall.forward else {
        return Judgement::missing(&case.snapshot.firewall.forward);
    };
    let dropping: Vec<&Chain> = chains.iter().filter(|chain| drops(chain, &found)).collect();
    if dropping.is_empty() {
        let message = format!("no chain at the forward hook drops what `{}` carries", case.bridge);
        return Judgement::pass(message, vec![Evidence::new("chains", chains.len())]);
    }
    finding(case, &found, &dropping, filtered, chains).into()
}

fn unfiltered(case: &Case<'_>, loaded: bool) -> Judgement {
    let value = if loaded { "0" } else { "br_netfilter is not loaded" };
    let message = format!("frames between ports of `{}` do not meet the packet filter", case.bridge);
    Judgement::pass(message, vec![Evidence::new("bridge-nf-call-iptables", value)])
}

fn drops(chain: &Chain, found: &Found<'_>) -> bool {
    chain.drops && !chain.accepts.iter().any(|name| name == "*" || *name == found.link.name)
}

fn finding(case: &Case<'_>, found: &Found<'_>, dropping: &[&Chain], filtered: bool, chains: &[Chain]) -> Finding {
    let first = dropping.first().map_or_else(String::new, |chain| format!("{} {}", chain.table, chain.name));
    let docker = chains.iter().any(|chain| chain.accepts.iter().any(|name| name == "docker0"));
    let who = if docker { ", as Docker sets it up" } else { "" };
    let (what, reach) = if filtered {
        ("what bridges carry", "no IP packet passes between its ports")
    } else {
        ("what is routed", "no IP packet leaves it")
    };
    let level = match case.expect {
        Some(Expect::Bridged | Expect::Routed) => Level::Fail,
        Some(Expect::Isolated) | None => Level::Warn,
    };
    let platform = platform::of(&case.snapshot.machine);
    let commands: Vec<String> =
        dropping.iter().flat_map(|chain| accept(platform, chain, &found.link.name, filtered, docker)).collect();
    let message = format!("the chain `{first}` drops {what}{who}, and `{}` is not excepted", case.bridge);
    Finding::new("bridge-netfilter-drop", level, message)
        .so(format!("it would attach; ARP works, {reach}, and nothing will say so"))
        .seen("chain", first)
        .seen("bridge-nf-call-iptables", u8::from(filtered))
        .mend(
            Remedy::manual("a packet filter is not opened by a program that does not know what it protects", commands)
                .with_note("It lasts until the rules are loaded anew: add it where they are kept."),
        )
}

/// Rules that let this bridge pass, in the tool that made the chain.
fn accept(platform: &dyn Platform, chain: &Chain, bridge: &str, filtered: bool, docker: bool) -> Vec<String> {
    let name = shell::word(bridge);
    let iptables = chain.table == "ip filter" && chain.name == "FORWARD";
    let target = if docker { "DOCKER-USER" } else { "FORWARD" };
    let rules = match (iptables, filtered) {
        (true, true) => vec![format!("iptables -I {target} -i {name} -o {name} -j ACCEPT")],
        (true, false) => vec![
            format!("iptables -I {target} -i {name} -j ACCEPT"),
            format!("iptables -I {target} -o {name} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"),
        ],
        (false, true) => vec![nft(chain, &format!("iifname \"{bridge}\" oifname \"{bridge}\""))],
        (false, false) => vec![
            nft(chain, &format!("iifname \"{bridge}\"")),
            nft(chain, &format!("oifname \"{bridge}\" ct state established,related")),
        ],
    };
    rules.iter().map(|rule| platform.as_root(rule)).collect()
}

fn nft(chain: &Chain, matching: &str) -> String {
    format!("nft {}", shell::word(&format!("insert rule {} {} {matching} accept", chain.table, chain.name)))
}
