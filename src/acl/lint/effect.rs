//! Rules that change nothing.

use super::first::FirstOfEach;
use super::remark::{Remarks, Said, file_name, quoted};
use crate::acl::{BridgeName, DiagnosticLevel, Place, Reading, Rule, RuleKind};

pub(super) fn look(rules: &[Rule], reading: &Reading, remarks: &mut Remarks) {
    let first = FirstOfEach::of(rules);
    let all = BridgeName::new(b"all");
    let of_all = |kind| all.and_then(|all| first.find(rules, kind, all));
    let (allow_all, deny_all) = (of_all(RuleKind::Allow), of_all(RuleKind::Deny));
    if first.repeated.is_empty() && allow_all.is_none() && !first.denies {
        return;
    }
    for (index, rule) in rules.iter().enumerate() {
        let mut warn = |code, say: &dyn Fn() -> Said| remarks.add(DiagnosticLevel::Warning, code, rule.place, say);
        let original = first.original(index);
        let denying = if first.denies && rule.kind == RuleKind::Allow {
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
        format!("line {} of `{}`", to.line, file_name(reading.file(to)))
    }
}
