//! openSUSE and SLE.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::{ASK_PACKAGES, Action, Effect, HelperPolicy, LineEdit, Platform, Remedy, generic};
use crate::snapshot::Machine;

/// The permissions profile sets the helper's mode: 4750 root:kvm, and no privilege in `paranoid`.
pub(super) enum Suse {
    /// Tumbleweed, and what was made of it since 2024.
    Current,
    /// Leap and SLE up to 15.
    Fifteen,
}

/// The platform for the release at hand.
pub(super) fn of(machine: &Machine) -> &'static dyn Platform {
    let version = machine.os.version.as_deref().unwrap_or_default();
    if version.starts_with("15") || version.starts_with("12") { &Suse::Fifteen } else { &Suse::Current }
}

impl Platform for Suse {
    fn name(&self) -> &'static str {
        "openSUSE"
    }

    fn expected_helper_path(&self) -> &'static str {
        match self {
            Self::Current => "/usr/libexec/qemu-bridge-helper",
            Self::Fifteen => "/usr/lib/qemu-bridge-helper",
        }
    }

    fn default_acl(&self) -> Option<&'static str> {
        Some("comments only")
    }

    fn package_again(&self) -> Remedy {
        Remedy::manual(ASK_PACKAGES, [self.as_root("zypper install --force qemu-tools")])
    }

    fn package_of_helper(&self) -> Remedy {
        Remedy::manual(ASK_PACKAGES, [self.as_root("zypper install qemu-tools")])
    }

    fn make_privileged(&self, path: &Path, _policy: HelperPolicy<'_>) -> Remedy {
        let Some(text) = path.to_str().filter(|text| !text.contains(|letter: char| letter.is_whitespace())) else {
            return generic::set_mode(path, "kvm", 0o4750)
                .with_note("permissions.local cannot name such a path: a permissions profile that does will undo it.");
        };
        let tool = match self {
            Self::Current => "permctl",
            Self::Fifteen => "chkstat",
        };
        let line = [path.as_os_str().as_bytes(), b" root:kvm 04750"].concat();
        let permissions = Action::EditFile {
            path: "/etc/permissions.local".into(),
            edits: vec![LineEdit::Append(line)],
            mode: 0o644,
        };
        let apply = Action::Run {
            argv: [tool, "--system", "--set", text].map(str::to_owned).into(),
            undo: None,
            writes: vec![path.to_owned()],
        };
        let effect = Effect::Owned { path: path.to_owned(), group: "kvm".to_owned(), mode: 0o4750 };
        Remedy::automatic([(permissions, Effect::Prepares), (apply, effect)]).with_note(
            "A plain chmod is undone by the permissions profile. Only members of kvm may then run the helper.",
        )
    }
}
