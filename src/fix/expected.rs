//! Whether the files are still those that the plan was made for.

use std::collections::BTreeSet;
use std::path::Path;

use super::apply::Prepared;
use super::object::CAPABILITY;
use super::{Object, Trouble};
use crate::platform::Action;
use crate::report::{FoundFile, Plan, Preimage};
use crate::snapshot::{FileCapabilities, Kind};

/// What was prepared for the plan's actions, where each file is what the plan took it for.
///
/// # Errors
///
/// Names the file that is another by now, or that the plan knew nothing of.
pub fn expect(plan: &Plan, prepared: Prepared) -> Result<Prepared, Trouble> {
    let mut met: BTreeSet<&Path> = BTreeSet::new();
    for (number, planned) in plan.actions.iter().enumerate() {
        let Some(path) = planned.action.path() else { continue };
        // What stands at a path after an earlier action is that action's business.
        if !met.insert(path) || matches!(planned.action, Action::MakeDirectory { .. }) {
            continue;
        }
        let Some(found) = prepared.found(number) else { continue };
        let differences = differences(&planned.preimage, found, &planned.action);
        if !differences.is_empty() {
            let what = format!("it is not what the plan was made for: {}", differences.join(", "));
            return Err(Trouble::at(path, what, "look at it, then run `bridge-doctor fix` again"));
        }
    }
    Ok(prepared)
}

fn differences(expected: &Preimage, found: &Object, action: &Action) -> Vec<String> {
    match (expected, found, action) {
        (Preimage::Unknown, ..) | (Preimage::Absent | Preimage::Free, Object::Absent {}, _) => Vec::new(),
        (Preimage::Free, Object::File { content: Some(content), .. }, Action::WriteFile { content: planned, .. })
            if content == planned =>
        {
            Vec::new()
        }
        (Preimage::Absent | Preimage::Free, other, _) => vec![format!("{} stands there", other.kind())],
        (Preimage::Standing(standing), found, _) => against(standing, found),
    }
}

fn against(standing: &FoundFile, found: &Object) -> Vec<String> {
    let mut differences = Vec::new();
    let mut differs = |is_so: bool, what: String| differences.extend(is_so.then_some(what));
    let kind = match standing.kind {
        Kind::Regular => "a file",
        Kind::Directory => "a directory",
        Kind::Symlink => "a symbolic link",
        Kind::CharDevice { .. } | Kind::BlockDevice { .. } => "a device",
        Kind::Fifo => "a pipe",
        Kind::Socket => "a socket",
    };
    differs(kind != found.kind(), format!("it is {} now, not {kind}", found.kind()));
    if let Some(attributes) = found.attributes() {
        let (mode, owner) = (attributes.mode, (attributes.uid, attributes.gid));
        differs(mode != standing.mode, format!("its mode is {mode:04o}, not {:04o}", standing.mode));
        differs(owner != (standing.uid, standing.gid), format!("its owner is {}:{}", owner.0, owner.1));
        let capabilities = attributes.extended.contains_key(CAPABILITY);
        let planned = standing.capabilities.as_ref().map(Option::<FileCapabilities>::is_some);
        differs(planned.is_some_and(|planned| planned != capabilities), "its file capabilities changed".to_owned());
    }
    match found {
        Object::File { content: Some(content), .. } => {
            let planned = standing.content.as_ref();
            differs(planned.is_some_and(|planned| planned != content), "its content changed".to_owned());
        }
        Object::Link { target, .. } => {
            let leads = String::from_utf8_lossy(&target.0).into_owned();
            let planned = standing.target.as_ref();
            differs(
                planned.is_some_and(|planned| planned.as_os_str() != leads.as_str()),
                format!("it leads to {leads}"),
            );
        }
        _ => {}
    }
    differences
}
