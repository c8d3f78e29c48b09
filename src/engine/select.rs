//! Which bridges are in question, and why these.

use super::Options;
use crate::acl::{Reading, RuleKind};
use crate::probe::Target;
use crate::report::TargetEntry;
use crate::snapshot::{Snapshot, WELL_KNOWN_BRIDGE};

/// More bridges than a host has and a person reads about: an ACL may be generated, and name a million.
const MOST_BRIDGES: usize = 64;
const MOST_RULES: usize = 1024;

pub(super) fn target(snapshot: &Snapshot, acl: &Reading, options: &Options) -> Target {
    let asked = if options.bridges.is_empty() { &snapshot.asked_bridges } else { &options.bridges };
    if !asked.is_empty() {
        return Target { bridges: distinct(asked.iter().cloned()), why: TargetEntry::ASKED };
    }
    let named = acl.rules.iter().filter_map(|rule| {
        let name = String::from_utf8(rule.bridge.as_bytes().to_vec()).ok()?;
        (rule.kind == RuleKind::Allow && name != "all" && !name.is_empty()).then_some(name)
    });
    let mut allowed = distinct(named.take(MOST_RULES));
    if allowed.len() > MOST_BRIDGES {
        allowed.truncate(MOST_BRIDGES);
        return Target { bridges: allowed, why: "the first that an allow line of the ACL names; there are more" };
    }
    if !allowed.is_empty() {
        return Target { bridges: allowed, why: "named by an allow line of the ACL" };
    }
    let links = snapshot.network.known().map_or(&[][..], |network| &network.links);
    let existing = distinct(links.iter().filter(|link| link.bridge.is_some()).map(|link| link.name.clone()));
    if !existing.is_empty() {
        return Target { bridges: existing, why: TargetEntry::EXISTING };
    }
    Target { bridges: vec![WELL_KNOWN_BRIDGE.to_owned()], why: "QEMU's default" }
}

fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    names.filter(|name| seen.insert(name.clone())).collect()
}
