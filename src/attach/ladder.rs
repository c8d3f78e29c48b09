//! From harmless to real: what the helper is asked for before it is asked for the bridge.

use super::Eyes;
use crate::acl::{Reading, RuleKind, Verdict};
use crate::helper::NAME_SIZE;
use crate::helper::run::Run;
use crate::snapshot::{End, Rung};

/// A name that nobody gives an interface.
const NOBODYS: &str = "bd-no-such-br";

/// The names to ask for on the rungs below the bridge, where there are such names.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Ladder {
    forbidden: Option<String>,
    absent: Option<String>,
}

impl Ladder {
    /// No rung but the bridge.
    pub fn none() -> Self {
        Self::default()
    }

    /// The rungs with their names, the most harmless first.
    pub(super) fn rungs(&self) -> impl Iterator<Item = (Rung, &str)> {
        let acl = self.forbidden.as_deref().map(|name| (Rung::Acl, name));
        let tun = self.absent.as_deref().map(|name| (Rung::Tun, name));
        acl.into_iter().chain(tun)
    }
}

/// The ladder to this bridge under this ACL.
///
/// With `allow all` no name is forbidden but those of a `deny`; without it an absent name is allowed only where a rule
/// names it.
pub fn ladder(acl: &Reading, bridge: &str, eyes: &dyn Eyes) -> Ladder {
    // The helper looks at the length of the name before it looks at the ACL.
    if bridge.len() >= NAME_SIZE {
        return Ladder::none();
    }
    let named = |kind: RuleKind| {
        let names = acl.rules.iter().filter(move |rule| rule.kind == kind);
        names.filter_map(|rule| std::str::from_utf8(rule.bridge.as_bytes()).ok()).map(str::to_owned)
    };
    let askable =
        |name: &String| !name.is_empty() && name.len() < NAME_SIZE && !name.contains(['\0', ':']) && name != "all";
    let verdict = |name: &str| acl.decide(name.as_bytes()).verdict;
    let nobodys = || std::iter::once(NOBODYS.to_owned());
    let absent = |name: &String| matches!(eyes.link(name), Ok(None));
    Ladder {
        forbidden: nobodys().chain(named(RuleKind::Deny)).filter(askable).find(|name| verdict(name) != Verdict::Allow),
        absent: nobodys()
            .chain(named(RuleKind::Allow))
            .filter(askable)
            .find(|name| name != bridge && verdict(name) == Verdict::Allow && absent(name)),
    }
}

/// Whether the helper came as far as this rung is meant to lead.
pub(super) fn passes(rung: Rung, name: &str, run: &Run) -> bool {
    let line = run.last_line().unwrap_or_default();
    let no_bridge = line.starts_with(&format!("failed to get mtu of bridge `{name}'"));
    let expected = match rung {
        // An ACL that could not be read here may allow the name after all; then this was the next rung.
        Rung::Acl => line == "access denied by acl file" || no_bridge,
        Rung::Tun => no_bridge,
        Rung::Bridge => false,
    };
    expected && run.end == End::Exited(1)
}
