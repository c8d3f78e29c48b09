//! Gentoo.

use std::path::Path;

use super::{ASK_PACKAGES, Action, HelperPolicy, Platform, Remedy};

/// The ebuild takes the setuid bit away and gives a file capability in its place.
pub(super) struct Gentoo;

impl Platform for Gentoo {
    fn name(&self) -> &'static str {
        "Gentoo"
    }

    fn expected_helper_path(&self) -> &'static str {
        "/usr/libexec/qemu-bridge-helper"
    }

    fn default_acl(&self) -> Option<&'static str> {
        Some("comments only")
    }

    fn package_again(&self) -> Remedy {
        Remedy::manual(ASK_PACKAGES, [self.as_root("emerge --ask --oneshot app-emulation/qemu")])
    }

    fn package_of_helper(&self) -> Remedy {
        Remedy::manual(ASK_PACKAGES, [self.as_root("emerge --ask app-emulation/qemu")])
    }

    fn make_privileged(&self, path: &Path, _policy: HelperPolicy<'_>) -> Remedy {
        Remedy::actions([Action::SetCapabilities { path: path.to_owned(), net_admin: true }]).with_note(
            "That is what the ebuild does at each merge. A copy made without extended attributes loses it again.",
        )
    }
}
