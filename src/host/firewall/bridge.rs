//! Chains of the bridge family, whose rules are read as well: a drop may stand in any of them.

use netlink_sys::protocols::NETLINK_NETFILTER;

use super::super::netlink::attributes::{attributes, text};
use super::super::netlink::{Extent, Netlink};
use super::tables::{NFT_MSG_GETCHAIN, NFT_MSG_NEWCHAIN, NFTA_CHAIN_NAME, NFTA_CHAIN_POLICY, NFTA_CHAIN_TABLE};
use crate::snapshot::{Chain, Errno};

// Names and numbers as in the kernel's nf_tables.h and netfilter.h.
const NFPROTO_BRIDGE: u8 = 7;
const NFT_MSG_NEWRULE: u16 = NFT_MSG_NEWCHAIN + 3;
const NFT_MSG_GETRULE: u16 = NFT_MSG_NEWCHAIN + 4;
const NFTA_RULE_TABLE: u16 = 1;
const NFTA_RULE_CHAIN: u16 = 2;
const NFTA_RULE_EXPRESSIONS: u16 = 4;
const NFTA_EXPR_NAME: u16 = 1;
const NFTA_EXPR_DATA: u16 = 2;
const NFTA_IMMEDIATE_DATA: u16 = 2;
const NFTA_DATA_VERDICT: u16 = 2;
const NFTA_VERDICT_CODE: u16 = 1;
const NF_DROP: u32 = 0;

/// Those with a policy or a rule that drops.
pub(super) fn dropping_chains() -> Result<Vec<Chain>, Errno> {
    let mut netlink = Netlink::open(NETLINK_NETFILTER)?;
    let mut chains: Vec<Chain> = Vec::new();
    let mut add = |table: String, name: String| {
        let table = format!("bridge {table}");
        if !chains.iter().any(|chain| chain.table == table && chain.name == name) {
            chains.push(Chain { table, name, drops: true, accepts: Vec::new() });
        }
    };
    let questions = [(NFT_MSG_GETCHAIN, NFT_MSG_NEWCHAIN), (NFT_MSG_GETRULE, NFT_MSG_NEWRULE)];
    for (question, answer) in questions {
        let asked = netlink.ask(question, Extent::Dump, &[NFPROTO_BRIDGE, 0, 0, 0], |kind, body| {
            // Older kernels list every family whatever is asked.
            if kind == answer && body.first() == Some(&NFPROTO_BRIDGE) {
                let body = body.get(4..).unwrap_or_default();
                let found = if answer == NFT_MSG_NEWCHAIN { by_policy(body) } else { by_rule(body) };
                if let Some((table, name)) = found {
                    add(table, name);
                }
            }
        });
        match asked {
            Ok(_) => {}
            // A kernel without nf_tables has no chains in them.
            Err(Errno::EINVAL | Errno::EOPNOTSUPP) => return Ok(Vec::new()),
            Err(errno) => return Err(errno),
        }
    }
    Ok(chains)
}

/// Table and name of a chain whose policy drops.
fn by_policy(body: &[u8]) -> Option<(String, String)> {
    let drops = number(part(body, NFTA_CHAIN_POLICY)?)? == NF_DROP;
    drops.then_some((text(part(body, NFTA_CHAIN_TABLE)?), text(part(body, NFTA_CHAIN_NAME)?)))
}

/// Table and name of the chain that a dropping rule stands in.
fn by_rule(body: &[u8]) -> Option<(String, String)> {
    let mut expressions = attributes(part(body, NFTA_RULE_EXPRESSIONS)?).map(|(_, expression)| expression);
    let drops = expressions.any(|expression| drops(expression).unwrap_or(false));
    drops.then_some((text(part(body, NFTA_RULE_TABLE)?), text(part(body, NFTA_RULE_CHAIN)?)))
}

fn drops(expression: &[u8]) -> Option<bool> {
    match text(part(expression, NFTA_EXPR_NAME)?).as_str() {
        "reject" => Some(true),
        "immediate" => {
            let data = part(part(expression, NFTA_EXPR_DATA)?, NFTA_IMMEDIATE_DATA)?;
            Some(number(part(part(data, NFTA_DATA_VERDICT)?, NFTA_VERDICT_CODE)?)? == NF_DROP)
        }
        _ => None,
    }
}

fn part(body: &[u8], wanted: u16) -> Option<&[u8]> {
    attributes(body).find(|(kind, _)| *kind == wanted).map(|(_, value)| value)
}

fn number(value: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(value.get(..4)?.try_into().ok()?))
}
