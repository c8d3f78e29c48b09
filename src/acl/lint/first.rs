//! The first rule of each kind and name, and the repetitions of it.

use std::hash::{BuildHasher as _, Hash};

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

use crate::acl::{BridgeName, Rule, RuleKind};

/// Rules by what they say: those that deny, those about `all`, and those that stand more than once.
pub(super) struct FirstOfEach {
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// Pairs of a repetition and its original, in the order of the repetitions.
    pub(super) repeated: Vec<(u32, u32)>,
    /// Whether any rule denies.
    pub(super) denies: bool,
}

#[derive(Hash)]
struct Key(RuleKind, BridgeName);

impl FirstOfEach {
    pub(super) fn of(rules: &[Rule]) -> Self {
        let hasher = DefaultHashBuilder::default();
        let hash = |rule: &Rule| hasher.hash_one(Key(rule.kind, rule.bridge));
        let suspects = Suspects::of(rules.iter().map(hash), rules.len());
        let mut table = HashTable::new();
        let mut repeated = Vec::new();
        let mut denies = false;
        for (index, rule) in (0_u32..).zip(rules) {
            denies |= rule.kind == RuleKind::Deny;
            let own = hash(rule);
            if rule.kind == RuleKind::Allow && !rule.bridge.is_all() && !suspects.contains(own) {
                continue;
            }
            let same = |&other: &u32| is(&rules[other as usize], rule.kind, rule.bridge);
            match table.entry(own, same, |&other| hash(&rules[other as usize])) {
                Entry::Occupied(original) => repeated.push((index, *original.get())),
                Entry::Vacant(free) => {
                    free.insert(index);
                }
            }
        }
        Self { table, hasher, repeated, denies }
    }

    /// The first rule that says the same as this one.
    pub(super) fn original(&self, index: usize) -> Option<usize> {
        let at = self.repeated.binary_search_by_key(&index, |&(repetition, _)| repetition as usize).ok()?;
        Some(self.repeated[at].1 as usize)
    }

    /// The first rule that denies this bridge by its name, or the first about `all` of a kind.
    pub(super) fn find<'a>(&self, rules: &'a [Rule], kind: RuleKind, bridge: BridgeName) -> Option<&'a Rule> {
        let same = |&index: &u32| is(&rules[index as usize], kind, bridge);
        self.table.find(self.hasher.hash_one(Key(kind, bridge)), same).map(|&index| &rules[index as usize])
    }
}

fn is(rule: &Rule, kind: RuleKind, bridge: BridgeName) -> bool {
    rule.kind == kind && rule.bridge == bridge
}

/// Hashes that occur more than once, and a few others: a million rules rarely repeat one another, and two bits for
/// each stay in the processor's cache where a table of them would not.
struct Suspects {
    seen: Vec<u64>,
    again: Vec<u64>,
}

impl Suspects {
    fn of(hashes: impl Iterator<Item = u64>, count: usize) -> Self {
        let words = (count * 4).next_power_of_two().max(64) / 64;
        let mut suspects = Self { seen: vec![0; words], again: vec![0; words] };
        for hash in hashes {
            let (word, bit) = suspects.position(hash);
            suspects.again[word] |= suspects.seen[word] & bit;
            suspects.seen[word] |= bit;
        }
        suspects
    }

    fn contains(&self, hash: u64) -> bool {
        let (word, bit) = self.position(hash);
        self.again[word] & bit != 0
    }

    fn position(&self, hash: u64) -> (usize, u64) {
        ((hash >> 6) as usize & (self.seen.len() - 1), 1 << (hash & 63))
    }
}
