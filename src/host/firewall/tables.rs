//! The base chains of nf_tables, asked of the kernel.

use std::path::Path;

use netlink_sys::protocols::NETLINK_NETFILTER;

use super::super::netlink::attributes::{find, text};
use super::super::netlink::{Extent, Netlink};
use super::super::os;
use super::super::proc::Proc;
use super::super::root::Root;
use crate::snapshot::{Chain, Errno};

// Names and numbers as in the kernel's nf_tables.h, nfnetlink.h and netfilter.h.
const NFNL_SUBSYS_NFTABLES: u16 = 10 << 8;
const NFT_MSG_NEWCHAIN: u16 = NFNL_SUBSYS_NFTABLES | 3;
const NFT_MSG_GETCHAIN: u16 = NFNL_SUBSYS_NFTABLES | 4;
const NFT_MSG_NEWRULE: u16 = NFNL_SUBSYS_NFTABLES | 6;
const NFT_MSG_GETRULE: u16 = NFNL_SUBSYS_NFTABLES | 7;
pub(super) const NFTA_CHAIN_TABLE: u16 = 1;
pub(super) const NFTA_CHAIN_NAME: u16 = 3;
const NFTA_CHAIN_HOOK: u16 = 4;
pub(super) const NFTA_CHAIN_POLICY: u16 = 5;
const NFTA_HOOK_HOOKNUM: u16 = 1;
const NF_INET_FORWARD: u32 = 2;
pub(super) const NF_DROP: u32 = 0;

/// How the kernel is asked for chains and for rules, and how it answers.
pub(super) const CHAINS: (u16, u16) = (NFT_MSG_GETCHAIN, NFT_MSG_NEWCHAIN);
pub(super) const RULES: (u16, u16) = (NFT_MSG_GETRULE, NFT_MSG_NEWRULE);

/// The families whose chains see IP, by number and by nft's word for them.
const FAMILIES: [(u8, &str); 2] = [(1, "inet"), (2, "ip")];

/// Whether the question would load nothing: the module is there, or the kernel has it built in.
pub(super) fn can_be_asked(root: &Root, proc: &Proc) -> bool {
    let built_in = || {
        let list = Path::new("/lib/modules").join(os::kernel().unwrap_or_default()).join("modules.builtin");
        root.text(list).is_some_and(|modules| modules.contains("/nf_tables.ko"))
    };
    let has_modules = proc.text("modules").is_ok();
    !has_modules || root.exists(Path::new("/sys/module/nf_tables")) || built_in()
}

/// Hands over what a family has of one kind, each by its attributes; false where the kernel has no nf_tables.
pub(super) fn each(
    netlink: &mut Netlink,
    (question, answer): (u16, u16),
    family: u8,
    mut found: impl FnMut(&[u8]),
) -> Result<bool, Errno> {
    let asked = netlink.ask(question, Extent::Dump, &[family, 0, 0, 0], |kind, body| {
        // Older kernels list every family whatever is asked.
        if kind == answer && body.first() == Some(&family) {
            found(body.get(4..).unwrap_or_default());
        }
    });
    match asked {
        Ok(_) => Ok(true),
        Err(Errno::EINVAL | Errno::EOPNOTSUPP) => Ok(false),
        Err(errno) => Err(errno),
    }
}

/// The chains at the forward hook, without what their rules accept.
pub(super) fn forward_chains() -> Result<Vec<Chain>, Errno> {
    let mut netlink = Netlink::open(NETLINK_NETFILTER)?;
    let mut chains = Vec::new();
    for (family, word) in FAMILIES {
        if !each(&mut netlink, CHAINS, family, |body| chains.extend(forward_chain(word, body)))? {
            return Ok(Vec::new());
        }
    }
    Ok(chains)
}

fn forward_chain(family: &str, body: &[u8]) -> Option<Chain> {
    let hook = find(body, NFTA_CHAIN_HOOK)?;
    if number(find(hook, NFTA_HOOK_HOOKNUM)?)? != NF_INET_FORWARD {
        return None;
    }
    Some(Chain {
        table: format!("{family} {}", text(find(body, NFTA_CHAIN_TABLE)?)),
        name: text(find(body, NFTA_CHAIN_NAME)?),
        drops: find(body, NFTA_CHAIN_POLICY).and_then(number) == Some(NF_DROP),
        accepts: Vec::new(),
    })
}

/// A number as nf_tables writes it, in the byte order of the network.
pub(super) fn number(value: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(value.get(..4)?.try_into().ok()?))
}
