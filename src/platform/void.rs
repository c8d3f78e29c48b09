//! Void Linux.

use std::path::Path;

use super::{ASK_PACKAGES, HelperPolicy, Platform, Remedy, generic};

/// The helper is privileged as shipped; there is no ACL.
pub(super) struct Void;

impl Platform for Void {
    fn name(&self) -> &'static str {
        "Void Linux"
    }

    fn expected_helper_path(&self) -> &'static str {
        "/usr/libexec/qemu-bridge-helper"
    }

    fn package_again(&self) -> Remedy {
        Remedy::manual(ASK_PACKAGES, [self.as_root("xbps-install -f qemu")])
    }

    fn package_of_helper(&self) -> Remedy {
        Remedy::manual(ASK_PACKAGES, [self.as_root("xbps-install -S qemu")])
    }

    fn make_privileged(&self, path: &Path, policy: HelperPolicy<'_>) -> Remedy {
        generic::as_shipped(path, policy, "That is how the package ships it: the next upgrade keeps it so.")
    }
}
