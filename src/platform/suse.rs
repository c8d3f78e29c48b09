//! openSUSE and SLE.

use std::path::Path;

use super::{Platform, Remedy, shell};
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

    fn package_of_helper(&self) -> Remedy {
        Remedy::manual([self.as_root("zypper install qemu-tools")])
    }

    fn make_privileged(&self, path: &Path, _overridden: Option<&str>) -> Remedy {
        let path = shell::path(path);
        let tool = match self {
            Self::Current => "permctl",
            Self::Fifteen => "chkstat",
        };
        Remedy::automatic([
            format!("printf '%s root:kvm 04750\\n' {path} | {}", self.as_root("tee -a /etc/permissions.local")),
            self.as_root(&format!("{tool} --system --set {path}")),
        ])
        .with_note("A plain chmod is undone by the permissions profile. Only members of kvm may then run the helper.")
    }
}
