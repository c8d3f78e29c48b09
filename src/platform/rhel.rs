//! RHEL, CentOS Stream, AlmaLinux, Rocky, Oracle Linux.

use std::path::Path;

use super::{ASK_PACKAGES, HelperPolicy, Platform, Remedy, generic};

/// As Fedora, with `qemu-kvm` in every path.
pub(super) struct Rhel;

impl Platform for Rhel {
    fn name(&self) -> &'static str {
        "RHEL"
    }

    fn expected_helper_path(&self) -> &'static str {
        "/usr/libexec/qemu-bridge-helper"
    }

    fn expected_acl_path(&self) -> &'static str {
        "/etc/qemu-kvm/bridge.conf"
    }

    fn default_acl(&self) -> Option<&'static str> {
        Some("allow virbr0")
    }

    fn package_again(&self) -> Remedy {
        Remedy::manual(ASK_PACKAGES, [self.as_root("dnf reinstall qemu-kvm-common")])
    }

    fn package_of_helper(&self) -> Remedy {
        Remedy::manual(ASK_PACKAGES, [self.as_root("dnf install qemu-kvm-common")])
    }

    fn make_privileged(&self, path: &Path, policy: HelperPolicy<'_>) -> Remedy {
        generic::as_shipped(
            path,
            policy,
            "That is how qemu-kvm-common ships it, so that an upgrade keeps it: `rpm -V qemu-kvm-common` shows what else was changed.",
        )
    }
}
