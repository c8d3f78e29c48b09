//! Which faults of a state stand on their own, so that both must be named.

use crate::dimension::{Bites, Fault};
use crate::state::State;

/// The faults of a state, or none where one of them takes the ground from under the other.
pub fn independent_faults(state: &State) -> Vec<Fault> {
    let faults = state.faults();
    if faults.len() < 2 || hidden(state, &faults) {
        return Vec::new();
    }
    faults
}

/// Whether one fault makes the other none.
fn hidden(state: &State, faults: &[Fault]) -> bool {
    let found = |cause: &str| faults.iter().any(|fault| fault.cause == cause);
    // Root opens closed files and needs no privilege from the helper.
    let not_for_root = state.credentials().uid == 0 && faults.iter().any(|fault| fault.bites == Bites::OrdinaryUsers);
    // No ACL can hold a name that is too long, and so none can deny it.
    let no_rule_possible = found("bridge-name-too-long") && found("acl-denied");
    not_for_root || no_rule_possible
}
