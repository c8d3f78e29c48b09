//! Void Linux.

use super::{Platform, Remedy};

/// The helper is privileged as shipped; there is no ACL.
pub(super) struct Void;

impl Platform for Void {
    fn name(&self) -> &'static str {
        "Void Linux"
    }

    fn expected_helper_path(&self) -> &'static str {
        "/usr/libexec/qemu-bridge-helper"
    }

    fn package_of_helper(&self) -> Remedy {
        Remedy::manual([self.as_root("xbps-install -S qemu")])
    }
}
