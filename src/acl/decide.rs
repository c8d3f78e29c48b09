//! Whether a bridge is allowed.

use super::{Decision, IncludeResult, Outcome, Reading, Rule, RuleKind, Verdict};

impl Reading {
    /// What the helper decides about the bridge of this name.
    pub fn decide(&self, bridge: &[u8]) -> Decision<'_> {
        self.decide_each(&[bridge]).pop().unwrap_or(Decision { verdict: Verdict::Deny, rule: None })
    }

    /// The decisions about several bridges, in their order, in one pass over the rules.
    pub fn decide_each(&self, bridges: &[&[u8]]) -> Vec<Decision<'_>> {
        let undecided = |verdict| bridges.iter().map(|_| Decision { verdict, rule: None }).collect();
        match self.outcome {
            Outcome::Parsed => {}
            Outcome::Unknown => return undecided(Verdict::Unknown),
            Outcome::NotOpened(_) | Outcome::Broken | Outcome::Endless => return undecided(Verdict::ParseError),
        }
        let mut matches = vec![Matches::default(); bridges.len()];
        for rule in &self.rules {
            let all = rule.bridge.is_all();
            for (bridge, matched) in bridges.iter().zip(&mut matches) {
                if all || rule.bridge.as_bytes() == *bridge {
                    matched.add(rule);
                }
            }
        }
        let complete = self.includes.iter().all(|include| include.result != IncludeResult::Unknown);
        matches.into_iter().map(|matched| matched.decision(complete)).collect()
    }
}

/// The first rules that match one bridge.
#[derive(Clone, Copy, Default)]
struct Matches<'a> {
    allow: Option<&'a Rule>,
    deny: Option<&'a Rule>,
}

impl<'a> Matches<'a> {
    fn add(&mut self, rule: &'a Rule) {
        let first = match rule.kind {
            RuleKind::Allow => &mut self.allow,
            RuleKind::Deny => &mut self.deny,
        };
        first.get_or_insert(rule);
    }

    fn decision(self, complete: bool) -> Decision<'a> {
        match (self.deny, self.allow) {
            (Some(rule), _) => Decision { verdict: Verdict::Deny, rule: Some(rule) },
            // What was not seen may hold a rule that decides otherwise.
            (None, rule) if !complete => Decision { verdict: Verdict::Unknown, rule },
            (None, Some(rule)) => Decision { verdict: Verdict::Allow, rule: Some(rule) },
            (None, None) => Decision { verdict: Verdict::Deny, rule: None },
        }
    }
}
