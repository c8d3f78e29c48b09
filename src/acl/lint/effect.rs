//! Rules that change nothing.

use std::hash::{BuildHasher as _, Hash};

use hashbrown::{DefaultHashBuilder, HashTable};

use super::remark::{Remarks, Said, file_name, quoted};
use crate::acl::{BridgeName, DiagnosticLevel, Place, Reading, Rule, RuleKind};

pub(super) fn look(reading: &Reading, remarks: &mut Remarks) {
    let rules = &reading.rules;
    let all = |kind| rules.iter().find(move |rule| rule.kind == kind && rule.bridge.is_all());
    let (allow_all, deny_all) = (all(RuleKind::Allow), all(RuleKind::Deny));
    let first = FirstOfEach::of(rules);
    let denies = rules.iter().any(|rule| rule.kind == RuleKind::Deny);
    for (index, rule) in rules.iter().enumerate() {
        let mut warn = |code, say: &dyn Fn() -> Said| remarks.add(DiagnosticLevel::Warning, code, rule.place, say);
        let original = first.original(index);
        let denying = if denies && rule.kind == RuleKind::Allow {
            deny_all.or_else(|| first.find(rules, RuleKind::Deny, rule.bridge))
        } else {
            None
        };
        if let Some(deny) = denying {
            warn("overridden-by-deny", &|| overridden(reading, rule, deny));
        } else if let Some(original) = original {
            warn("duplicate-rule", &|| {
                let before = position(reading, rule.place, rules[original].place);
                Said::new(format!("the same rule stands in {before}: remove one of them"))
            });
        } else if let Some(all) = allow_all.filter(|all| rule.kind == RuleKind::Allow && all.place != rule.place) {
            warn("unreachable-rule", &|| {
                let all = position(reading, rule.place, all.place);
                Said::new(format!("this rule adds nothing: `allow all` in {all} allows every bridge"))
            });
        }
    }
}

/// The rules behind the error of an included file.
pub(super) fn lost(place: Place, error: Place, rules: usize, remarks: &mut Remarks) {
    if place.file == 0 {
        return;
    }
    remarks.add(DiagnosticLevel::Warning, "unreachable-rule", place, || {
        let which =
            if rules == 1 { "this rule is".to_owned() } else { format!("this rule and {} after it are", rules - 1) };
        Said::new(format!("{which} never read: the helper leaves the file at the error in line {}", error.line))
    });
}

fn overridden(reading: &Reading, rule: &Rule, deny: &Rule) -> Said {
    let deny_at = position(reading, rule.place, deny.place);
    Said::new(format!(
        "this rule has no effect: `deny {}` in {deny_at} wins, wherever it stands",
        quoted(&deny.bridge).trim_matches('`')
    ))
}

/// A place as seen from another: the file is named only where it is another one.
fn position(reading: &Reading, from: Place, to: Place) -> String {
    if from.file == to.file {
        format!("line {}", to.line)
    } else {
        format!("line {} of `{}`", to.line, file_name(reading, to.file))
    }
}

/// The first rule of each kind and name, and the repetitions of it.
struct FirstOfEach {
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// Pairs of a repetition and its original, in the order of the repetitions.
    repeated: Vec<(u32, u32)>,
}

impl FirstOfEach {
    fn of(rules: &[Rule]) -> Self {
        let hasher = DefaultHashBuilder::default();
        let mut table = HashTable::with_capacity(rules.len());
        let mut repeated = Vec::new();
        for (index, rule) in (0_u32..).zip(rules) {
            let same = |&other: &u32| {
                let other = &rules[other as usize];
                other.bridge == rule.bridge && other.kind == rule.kind
            };
            let hash = hasher.hash_one(Key(rule.kind, rule.bridge));
            let rehash = |&other: &u32| hasher.hash_one(Key(rules[other as usize].kind, rules[other as usize].bridge));
            match table.entry(hash, same, rehash) {
                hashbrown::hash_table::Entry::Occupied(original) => repeated.push((index, *original.get())),
                hashbrown::hash_table::Entry::Vacant(free) => {
                    free.insert(index);
                }
            }
        }
        Self { table, hasher, repeated }
    }

    fn original(&self, index: usize) -> Option<usize> {
        let at = self.repeated.binary_search_by_key(&index, |&(repetition, _)| repetition as usize).ok()?;
        Some(self.repeated[at].1 as usize)
    }

    fn find<'a>(&self, rules: &'a [Rule], kind: RuleKind, bridge: BridgeName) -> Option<&'a Rule> {
        let same = |&index: &u32| rules[index as usize].kind == kind && rules[index as usize].bridge == bridge;
        self.table.find(self.hasher.hash_one(Key(kind, bridge)), same).map(|&index| &rules[index as usize])
    }
}

#[derive(Hash)]
struct Key(RuleKind, BridgeName);
