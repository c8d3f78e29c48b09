//! What works on any Linux, and the fallback for a distribution without a family here.

use std::path::Path;

use super::{ASK_PACKAGES, AclState, Action, Effect, FOR_ALL, HelperPolicy, LineEdit, ModeChange, Platform, Remedy};

/// A distribution that is not known.
pub(super) struct Generic;

impl Platform for Generic {
    fn name(&self) -> &'static str {
        "Linux"
    }

    fn expected_helper_path(&self) -> &'static str {
        "/usr/libexec/qemu-bridge-helper"
    }

    fn package_of_helper(&self) -> Remedy {
        Remedy::advice(ASK_PACKAGES, "Install the distribution's QEMU package that holds qemu-bridge-helper.")
    }
}

/// Sets owner and mode.
pub(super) fn set_mode(path: &Path, group: &str, mode: u32) -> Remedy {
    let owner = Some(("root".to_owned(), group.to_owned()));
    Remedy::actions([Action::SetMode { path: path.to_owned(), owner, mode: Some(ModeChange::Set(mode)) }])
}

/// Sets the mode with which the package ships the helper, which `note` says; or the one that keeps it to its group.
pub(super) fn as_shipped(path: &Path, policy: HelperPolicy<'_>, note: &str) -> Remedy {
    match policy.kept_to {
        Some((group, mode)) => {
            set_mode(path, group, mode).with_note("The next upgrade of the package opens it to everybody again.")
        }
        None => set_mode(path, FOR_ALL.0, FOR_ALL.1).with_note(note),
    }
}

/// Adds a rule at the end, making the file and its directory where they are missing.
pub(super) fn acl_allow(path: &Path, bridge: &str, state: AclState<'_>) -> Remedy {
    let line = [b"allow ", bridge.as_bytes()].concat();
    let edit = Action::EditFile { path: path.to_owned(), edits: vec![LineEdit::Append(line)], mode: 0o644 };
    let directory = match (state, path.parent()) {
        (AclState::Missing, Some(parent)) => Some(Action::MakeDirectory { path: parent.to_owned(), mode: 0o755 }),
        _ => None,
    };
    Remedy::actions(directory.into_iter().chain([edit]))
}

/// A drop-in that every `sysctl` reads at boot, and the setting itself.
pub(super) fn ip_forward() -> Remedy {
    const SETTING: &str = "net.ipv4.ip_forward";
    const DROP_IN: &str = "/etc/sysctl.d/90-ip-forward.conf";
    let drop_in =
        Action::WriteFile { path: DROP_IN.into(), content: format!("{SETTING} = 1\n").into_bytes(), mode: 0o644 };
    let now = Action::run(&["sysctl", "-p", DROP_IN], Some(&["sysctl", "-w", &format!("{SETTING}=0")]));
    Remedy::automatic([(drop_in, Effect::Prepares), (now, Effect::ForwardsIp)])
}
