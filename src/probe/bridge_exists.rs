//! The name is a bridge in this network namespace.

mod missing;
mod other;

use super::{Case, Evidence, Finding, Judgement, Remedy};
use crate::helper::NAME_SIZE;
use crate::snapshot::{Link, Network};

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let name = case.bridge;
    // The helper refuses a longer one itself.
    if name.len() >= NAME_SIZE {
        return too_long(case).into();
    }
    let Some(network) = case.snapshot.network.known() else { return Judgement::missing(&case.snapshot.network) };
    match network.resolve(name) {
        Some(Link { bridge: Some(bridge), .. }) => {
            Judgement::pass(format!("`{name}` is a bridge"), vec![Evidence::new("ports", bridge.ports)])
        }
        Some(link) if link.kind.as_deref() == Some("bridge") => {
            Judgement::unjudged(format!("the settings of the bridge `{name}` could not be read"))
        }
        Some(link) => other::finding(case, network, link).into(),
        None if looked_for(network, name) => missing::finding(case, network).into(),
        None => Judgement::unjudged(format!("nobody looked for `{name}` when the facts were collected")),
    }
}

/// The kernel cuts a name at its first colon.
fn looked_for(network: &Network, name: &str) -> bool {
    network.looked_for(name) || name.split(':').next().is_some_and(|cut| network.looked_for(cut))
}

fn too_long(case: &Case<'_>) -> Finding {
    let (name, length) = (case.bridge, case.bridge.len());
    let link = case.snapshot.network.known().and_then(|network| network.resolve(name));
    let remedy = match link {
        Some(link) => Remedy::advice(
            "only you can give QEMU another name",
            format!("It is another name of `{}`: name that to QEMU, and in the ACL.", link.name),
        ),
        None => {
            Remedy::advice("only you can give the bridge another name", "Give the bridge a name of at most 15 bytes.")
        }
    };
    Finding::fail("bridge-name-too-long", format!("the name `{name}` has {length} bytes; 15 is the most"))
        .so(format!("it would stop with \"name `{name}' too long: {length}\""))
        .seen("length", length)
        .mend(remedy)
}
