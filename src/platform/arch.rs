//! Arch Linux and what descends from it.

use std::path::Path;

use super::{ASK_PACKAGES, HelperPolicy, Platform, Remedy, generic};

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
        Remedy::manual(ASK_PACKAGES, [self.as_root("pacman -S qemu-common")])
            .with_note("Before QEMU was split into packages, it was part of `qemu`.")
    }

    fn make_privileged(&self, path: &Path, policy: HelperPolicy<'_>) -> Remedy {
        generic::as_shipped(
            path,
            policy,
            "That is how qemu-common ships it: the next upgrade keeps it so. `pacman -Qkk qemu-common` shows what else was changed.",
        )
    }
}
