//! Debian, Ubuntu and what descends from them.

use std::path::Path;

use super::{Platform, Remedy, shell};

/// The helper is shipped without privilege, on purpose; an override makes the choice survive upgrades.
pub(super) struct Debian;

impl Platform for Debian {
    fn name(&self) -> &'static str {
        "Debian"
    }

    fn expected_helper_path(&self) -> &'static str {
        "/usr/lib/qemu/qemu-bridge-helper"
    }

    fn package_of_helper(&self) -> Remedy {
        Remedy::manual([self.as_root("apt-get install qemu-system-common")])
    }

    fn make_privileged(&self, path: &Path, overridden: Option<&str>) -> Remedy {
        let path = shell::path(path);
        let add = self.as_root(&format!("dpkg-statoverride --update --add root root 4755 {path}"));
        match overridden {
            None => Remedy::automatic([add]),
            Some(old) => {
                let remove = self.as_root(&format!("dpkg-statoverride --remove {path}"));
                Remedy::automatic([remove, add])
                    .with_note(format!("It replaces the override that is in force, `{old}`; dpkg adds none beside it."))
            }
        }
    }

    fn add_to_group(&self, user: &str, group: &str) -> Remedy {
        Remedy::manual([self.as_root(&format!("adduser {} {}", shell::word(user), shell::word(group)))])
            .with_note("It counts from the next login on.")
    }
}
