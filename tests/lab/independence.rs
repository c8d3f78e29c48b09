//! Which faults of a state stand on their own, so that both must be named.

use crate::dimension::{Bites, Dimension, Fault};
use crate::sandbox::UserNamespace;
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
    // A bridge without a name is what a rule without a name allows.
    let rule_without_a_name =
        state.value(Dimension::Acl).name == "empty-name" && found("bridge-missing") && found("acl-denied");
    // A helper with a capability of its own does not change its user, and needs nothing else from the bounding set, nor
    // anything from being root.
    let needs_one_capability = (found("capability-bounding-set") || found("secure-bits"))
        && found("helper-nosuid-mount")
        && state.value(Dimension::Helper).name.ends_with("capability-ep");
    not_for_root
        || no_rule_possible
        || needs_one_capability
        || rule_without_a_name
        || changed_by_namespace(state, faults)
}

/// Whether a user namespace makes a fault of the host none, or invisible.
fn changed_by_namespace(state: &State, faults: &[Fault]) -> bool {
    let Some(namespace) = state.credentials().user_namespace else { return false };
    let found = |cause: &str| faults.iter().any(|fault| fault.cause == cause);
    // Its root needs no privilege from the helper's file.
    let root_needs_none = namespace == UserNamespace::MappedToRoot
        && faults.iter().any(|fault| ["helper-setuid", "helper-symlink", "helper-mount"].contains(&fault.check));
    // It does not know the owner, whoever that is, nor the root of another namespace, for whom capabilities count.
    let owner_is_hidden = faults.iter().any(|fault| fault.check == "helper-setuid") && !found("helper-not-setuid");
    // Alice has other numbers in it: she is neither the owner nor in the group that is shut out.
    let another_alice = namespace == UserNamespace::ShiftedContainer
        && ["acl-unreadable", "tun-device-permission", "helper-not-executable"].into_iter().any(found);
    root_needs_none || owner_is_hidden || another_alice
}

/// Whether Alice cannot know what the helper reads: it becomes a stranger, who may open the ACL that she may not.
///
/// She is then answered nothing; root, who can look, is asked about the same state.
pub fn only_the_stranger_can_see(state: &State) -> bool {
    let becomes_a_stranger = state.value(Dimension::Helper).name.ends_with("-owned-by-stranger");
    becomes_a_stranger && state.faults().iter().any(|fault| fault.cause == "acl-unreadable")
}
