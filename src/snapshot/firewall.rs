//! What the packet filter does to frames that a bridge carries.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Fact;

/// br_netfilter and the chains it hands bridged frames to.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Firewall {
    /// `net.bridge.bridge-nf-call-iptables`; `None` where br_netfilter is not loaded.
    pub bridge_nf_call_iptables: Fact<Option<bool>>,
    /// The chains at the forward hook of IP; only looked at where bridged frames reach them or IP is routed.
    pub forward: Fact<Vec<Chain>>,
}

/// A chain at the forward hook.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Chain {
    /// Its table, with the family: `ip filter`.
    pub table: String,
    /// Its name.
    pub name: String,
    /// Whether what no rule decides is dropped.
    pub drops: bool,
    /// Interfaces for which an accepting rule stands in it; `*` where it accepts everything.
    pub accepts: Vec<String>,
}
