//! Fedora.

use std::path::Path;

use super::{ASK_PACKAGES, HelperPolicy, Platform, Remedy, generic};

/// The helper is privileged as shipped, and the ACL allows libvirt's bridge.
pub(super) struct Fedora;

impl Platform for Fedora {
    fn name(&self) -> &'static str {
        "Fedora"
    }

    fn expected_helper_path(&self) -> &'static str {
        "/usr/libexec/qemu-bridge-helper"
    }

    fn default_acl(&self) -> Option<&'static str> {
        Some("allow virbr0")
    }

    fn package_again(&self) -> Remedy {
        Remedy::manual(ASK_PACKAGES, [self.as_root("dnf reinstall qemu-common")])
    }

    fn package_of_helper(&self) -> Remedy {
        Remedy::manual(ASK_PACKAGES, [self.as_root("dnf install qemu-common")])
    }

    fn make_privileged(&self, path: &Path, policy: HelperPolicy<'_>) -> Remedy {
        generic::as_shipped(
            path,
            policy,
            "That is how qemu-common ships it, so that an upgrade keeps it: `rpm -V qemu-common` shows what else was changed.",
        )
    }
}
