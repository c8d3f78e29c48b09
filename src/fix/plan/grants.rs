//! Who may use which bridge, so that a fix never allows more than was asked for.

use std::collections::BTreeSet;

use crate::acl::{Reading, Verdict};
use crate::helper;
use crate::snapshot::Snapshot;

/// No interface has this name: it is allowed where every bridge is.
const EVERY_OTHER: &[u8] = b"/";

/// The bridges that would be allowed beside those asked for, and were not before.
pub(super) fn beyond(before: &Snapshot, after: &Snapshot, asked: &[String]) -> Vec<String> {
    let (before, after) = (helper::acl_reading(before), helper::acl_reading(after));
    let mut names: BTreeSet<&[u8]> = after.rules.iter().map(|rule| rule.bridge.as_bytes()).collect();
    names.insert(EVERY_OTHER);
    let names: Vec<&[u8]> =
        names.into_iter().filter(|name| !asked.iter().any(|bridge| bridge.as_bytes() == *name)).collect();
    let (old, new) = (allowed(&before, &names), allowed(&after, &names));
    let gained = names.iter().zip(old.iter().zip(new)).filter(|(_, (old, new))| *new && !**old);
    gained
        .map(|(name, _)| match *name {
            EVERY_OTHER => "every bridge".to_owned(),
            name => String::from_utf8_lossy(name).into_owned(),
        })
        .collect()
}

fn allowed(reading: &Reading, names: &[&[u8]]) -> Vec<bool> {
    reading.decide_each(names).iter().map(|decision| decision.verdict == Verdict::Allow).collect()
}
