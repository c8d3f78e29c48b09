//! openSUSE and SLE.

use std::path::Path;

use super::{Platform, Remedy, shell};

/// The permissions profile sets the helper's mode: 4750 root:kvm, and no privilege in `paranoid`.
pub(super) struct Suse;

impl Platform for Suse {
    fn name(&self) -> &'static str {
        "openSUSE"
    }

    fn expected_helper_path(&self) -> &'static str {
        "/usr/libexec/qemu-bridge-helper"
    }

    fn default_acl(&self) -> Option<&'static str> {
        Some("comments only")
    }

    fn package_of_helper(&self) -> Remedy {
        Remedy::manual([self.as_root("zypper install qemu-tools")])
    }

    fn make_privileged(&self, path: &Path, _overridden: Option<&str>) -> Remedy {
        let quoted = shell::path(path);
        Remedy::automatic([
            format!("printf '%s root:kvm 04750\\n' {quoted} | {}", self.as_root("tee -a /etc/permissions.local")),
            self.as_root(&format!("permctl --system --set {quoted}")),
        ])
        .with_note(
            "A plain chmod is undone by the permissions profile. Before 2024 the tool is called `chkstat`. Only members \
             of kvm may then run the helper.",
        )
    }
}
