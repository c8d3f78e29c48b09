//! Alpine Linux.

use std::path::Path;

use super::{ASK_PACKAGES, HelperPolicy, JOIN, Platform, Remedy, generic, shell};

/// The helper is 4710 root:qemu and the ACL 0640 root:qemu: both are for members of `qemu`.
pub(super) struct Alpine;

impl Platform for Alpine {
    fn name(&self) -> &'static str {
        "Alpine Linux"
    }

    fn expected_helper_path(&self) -> &'static str {
        "/usr/lib/qemu/qemu-bridge-helper"
    }

    fn default_acl(&self) -> Option<&'static str> {
        Some("comments only")
    }

    fn as_root_prefix(&self) -> &'static str {
        "doas"
    }

    fn package_again(&self) -> Remedy {
        Remedy::manual(ASK_PACKAGES, [self.as_root("apk fix --reinstall qemu")])
    }

    fn package_of_helper(&self) -> Remedy {
        Remedy::manual(ASK_PACKAGES, [self.as_root("apk add qemu")])
            .with_note("A release may have it in a package of its own: `apk search qemu` shows.")
    }

    fn make_privileged(&self, path: &Path, _policy: HelperPolicy<'_>) -> Remedy {
        generic::set_mode(path, "qemu", 0o4710)
            .with_note("That is how the package ships it: only members of qemu may run it. `apk fix qemu` sets it back to that, too.")
    }

    fn add_to_group(&self, user: &str, group: &str) -> Remedy {
        Remedy::manual(JOIN, [self.as_root(&format!("addgroup {} {}", shell::word(user), shell::word(group)))])
            .with_note("It counts from the next login on.")
    }
}
