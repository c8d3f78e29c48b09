//! Who may use which bridge, so that a fix never allows more than was asked for.

use std::collections::HashSet;

use crate::acl::{Outcome, Reading, RuleKind};
use crate::helper;
use crate::snapshot::Snapshot;

/// The bridges that would be allowed beside those asked for, and were not before; each once.
pub(super) fn beyond(before: &Snapshot, after: &Snapshot, asked: &[String]) -> Vec<String> {
    let (before, after) = (helper::acl_reading(before), helper::acl_reading(after));
    let (old, new) = (Allowed::by(&before), Allowed::by(&after));
    let mut seen = HashSet::new();
    let names = after.rules.iter().map(|rule| rule.bridge.as_bytes()).filter(|name| *name != b"all");
    let mut gained: Vec<String> = names
        .filter(|name| new.allows(name) && !old.allows(name))
        .filter(|name| !asked.iter().any(|bridge| bridge.as_bytes() == *name) && seen.insert(*name))
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect();
    if new.allows(EVERY_OTHER) && !old.allows(EVERY_OTHER) {
        gained.push("every bridge".to_owned());
    }
    gained
}

/// No interface has this name: it is allowed where every bridge is.
const EVERY_OTHER: &[u8] = b"/";

/// What the rules that count say, by name; a rule that nobody could see counts neither before nor afterwards.
#[derive(Default)]
struct Allowed<'a> {
    allow: HashSet<&'a [u8]>,
    deny: HashSet<&'a [u8]>,
}

impl<'a> Allowed<'a> {
    fn by(reading: &'a Reading) -> Self {
        let mut allowed = Self::default();
        for rule in reading.rules.iter().filter(|_| reading.outcome == Outcome::Parsed) {
            match rule.kind {
                RuleKind::Allow => allowed.allow.insert(rule.bridge.as_bytes()),
                RuleKind::Deny => allowed.deny.insert(rule.bridge.as_bytes()),
            };
        }
        allowed
    }

    fn allows(&self, name: &[u8]) -> bool {
        let says = |rules: &HashSet<&[u8]>| rules.contains(name) || rules.contains(&b"all"[..]);
        says(&self.allow) && !says(&self.deny)
    }
}
