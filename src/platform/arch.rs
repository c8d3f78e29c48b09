//! Arch Linux and what descends from it.

use super::{Platform, Remedy};

/// The helper is privileged as shipped; there is no ACL.
pub(super) struct Arch;

impl Platform for Arch {
    fn name(&self) -> &'static str {
        "Arch Linux"
    }

    fn expected_helper_path(&self) -> &'static str {
        "/usr/lib/qemu/qemu-bridge-helper"
    }

    fn package_of_helper(&self) -> Remedy {
        Remedy::manual([self.as_root("pacman -S qemu-common")])
            .with_note("Before QEMU was split into packages, it was part of `qemu`.")
    }
}
