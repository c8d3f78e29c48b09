//! The base chains of nf_tables, asked of the kernel.

use std::path::Path;

use netlink_sys::protocols::NETLINK_NETFILTER;

use super::super::netlink::attributes::{attributes, text};
use super::super::netlink::{Extent, Netlink};
use super::super::os;
use super::super::proc::Proc;
use super::super::root::Root;
use crate::snapshot::{Chain, Errno};

// Names and numbers as in the kernel's nf_tables.h, nfnetlink.h and netfilter.h.
const NFNL_SUBSYS_NFTABLES: u16 = 10 << 8;
const NFT_MSG_NEWCHAIN: u16 = NFNL_SUBSYS_NFTABLES | 3;
const NFT_MSG_GETCHAIN: u16 = NFNL_SUBSYS_NFTABLES | 4;
const NFTA_CHAIN_TABLE: u16 = 1;
const NFTA_CHAIN_NAME: u16 = 3;
const NFTA_CHAIN_HOOK: u16 = 4;
const NFTA_CHAIN_POLICY: u16 = 5;
const NFTA_HOOK_HOOKNUM: u16 = 1;
const NF_INET_FORWARD: u32 = 2;
const NF_DROP: u32 = 0;

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

/// The chains at the forward hook, without what their rules accept.
pub(super) fn forward_chains() -> Result<Vec<Chain>, Errno> {
    let mut netlink = Netlink::open(NETLINK_NETFILTER)?;
    let mut chains = Vec::new();
    for (family, word) in FAMILIES {
        let asked = netlink.ask(NFT_MSG_GETCHAIN, Extent::Dump, &[family, 0, 0, 0], |kind, body| {
            // Older kernels list every family whatever is asked.
            if kind == NFT_MSG_NEWCHAIN && body.first() == Some(&family) {
                chains.extend(forward_chain(word, body.get(4..).unwrap_or_default()));
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

fn forward_chain(family: &str, body: &[u8]) -> Option<Chain> {
    let part = |wanted: u16| attributes(body).find(|(kind, _)| *kind == wanted).map(|(_, value)| value);
    let number = |value: &[u8]| Some(u32::from_be_bytes(value.get(..4)?.try_into().ok()?));
    let hook = attributes(part(NFTA_CHAIN_HOOK)?).find(|(kind, _)| *kind == NFTA_HOOK_HOOKNUM)?;
    if number(hook.1)? != NF_INET_FORWARD {
        return None;
    }
    Some(Chain {
        table: format!("{family} {}", text(part(NFTA_CHAIN_TABLE)?)),
        name: text(part(NFTA_CHAIN_NAME)?),
        drops: part(NFTA_CHAIN_POLICY).and_then(number) == Some(NF_DROP),
        accepts: Vec::new(),
    })
}
