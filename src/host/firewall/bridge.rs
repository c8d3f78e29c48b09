//! Chains of the bridge family, whose rules are read as well: a drop may stand in any of them.

use netlink_sys::protocols::NETLINK_NETFILTER;

use super::super::netlink::Netlink;
use super::super::netlink::attributes::{attributes, find, text};
use super::tables::{CHAINS, NF_DROP, NFTA_CHAIN_NAME, NFTA_CHAIN_POLICY, NFTA_CHAIN_TABLE, RULES, each, number};
use crate::snapshot::{Chain, Errno};

// Names and numbers as in the kernel's nf_tables.h and netfilter.h.
const NFPROTO_BRIDGE: u8 = 7;
const NFTA_RULE_TABLE: u16 = 1;
const NFTA_RULE_CHAIN: u16 = 2;
const NFTA_RULE_EXPRESSIONS: u16 = 4;
const NFTA_EXPR_NAME: u16 = 1;
const NFTA_EXPR_DATA: u16 = 2;
const NFTA_IMMEDIATE_DATA: u16 = 2;
const NFTA_DATA_VERDICT: u16 = 2;
const NFTA_VERDICT_CODE: u16 = 1;

/// Table and name of a chain, where what was listed makes it drop.
type Dropping = fn(&[u8]) -> Option<(String, String)>;

/// Those with a policy or a rule that drops.
pub(super) fn dropping_chains() -> Result<Vec<Chain>, Errno> {
    let mut netlink = Netlink::open(NETLINK_NETFILTER)?;
    let mut chains: Vec<Chain> = Vec::new();
    let listings: [((u16, u16), Dropping); 2] = [(CHAINS, by_policy), (RULES, by_rule)];
    for (listing, dropping) in listings {
        let has_tables = each(&mut netlink, listing, NFPROTO_BRIDGE, |body| {
            let Some((table, name)) = dropping(body) else { return };
            let table = format!("bridge {table}");
            if !chains.iter().any(|chain| chain.table == table && chain.name == name) {
                chains.push(Chain { table, name, drops: true, accepts: Vec::new() });
            }
        });
        if !has_tables? {
            return Ok(Vec::new());
        }
    }
    Ok(chains)
}

/// Table and name of a chain whose policy drops.
fn by_policy(body: &[u8]) -> Option<(String, String)> {
    let drops = number(find(body, NFTA_CHAIN_POLICY)?)? == NF_DROP;
    drops.then_some((text(find(body, NFTA_CHAIN_TABLE)?), text(find(body, NFTA_CHAIN_NAME)?)))
}

/// Table and name of the chain that a dropping rule stands in.
fn by_rule(body: &[u8]) -> Option<(String, String)> {
    let mut expressions = attributes(find(body, NFTA_RULE_EXPRESSIONS)?).map(|(_, expression)| expression);
    let drops = expressions.any(|expression| drops(expression).unwrap_or(false));
    drops.then_some((text(find(body, NFTA_RULE_TABLE)?), text(find(body, NFTA_RULE_CHAIN)?)))
}

fn drops(expression: &[u8]) -> Option<bool> {
    match text(find(expression, NFTA_EXPR_NAME)?).as_str() {
        "reject" => Some(true),
        "immediate" => {
            let data = find(find(expression, NFTA_EXPR_DATA)?, NFTA_IMMEDIATE_DATA)?;
            Some(number(find(find(data, NFTA_DATA_VERDICT)?, NFTA_VERDICT_CODE)?)? == NF_DROP)
        }
        _ => None,
    }
}
