//! The idioms of each distribution family: pure answers, one file a family.

mod action;
mod alpine;
mod arch;
mod bridge;
mod container;
mod debian;
mod fedora;
mod generic;
mod gentoo;
mod guix;
mod nixos;
mod place;
mod remedy;
mod rhel;
pub mod shell;
mod suse;
mod void;

pub use action::{Action, LineEdit, ModeChange};
pub use container::grant_tun;
pub use place::{Place, acl_allow, make_privileged};
pub use remedy::Remedy;

use std::path::Path;

use crate::snapshot::{Machine, Manager};

/// What an ACL file is like before a rule is added.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AclState {
    /// There is none.
    Missing,
    /// There is one.
    Present {
        /// Whether its last line is complete; otherwise an added line would run on from it.
        ends_with_newline: bool,
    },
}

/// How one family of distributions does things. The defaults are what holds on most.
pub trait Platform: Sync {
    /// The family's name.
    fn name(&self) -> &'static str;

    /// Where the distribution puts the helper, or makes it privileged.
    fn expected_helper_path(&self) -> &'static str;

    /// The ACL that the distribution's helper reads.
    fn expected_acl_path(&self) -> &'static str {
        "/etc/qemu/bridge.conf"
    }

    /// Whether files in /etc come from a declaration, and what is changed by hand is lost.
    fn is_declarative(&self) -> bool {
        false
    }

    /// What the ACL shipped with the package says, where one is shipped: `allow virbr0`, or `comments only`.
    fn default_acl(&self) -> Option<&'static str> {
        None
    }

    /// The word that makes a command run as root.
    fn as_root_prefix(&self) -> &'static str {
        "sudo"
    }

    /// The command, as root.
    fn as_root(&self, command: &str) -> String {
        format!("{} {command}", self.as_root_prefix())
    }

    /// How to install the helper.
    fn package_of_helper(&self) -> Remedy;

    /// How to make the distribution's own helper privileged so that it stays so.
    ///
    /// `overridden` is the Debian override that is in force for the path. Use [`make_privileged`], which knows
    /// helpers that no package owns.
    fn make_privileged(&self, path: &Path, overridden: Option<&str>) -> Remedy {
        let _ = overridden;
        generic::set_mode(self.as_root_prefix(), path, "root:root", "4755")
            .with_note("An upgrade of the package may set the mode back.")
    }

    /// How to allow a bridge in the ACL; use [`acl_allow`], which knows paths that nobody may change.
    fn acl_allow(&self, path: &Path, bridge: &str, state: AclState) -> Remedy {
        generic::acl_allow(self.as_root_prefix(), path, bridge, state)
    }

    /// How to let every user read the ACL; `closed` is a directory on the way that is shut.
    fn acl_permissions(&self, path: &Path, closed: Option<&Path>) -> Remedy {
        generic::acl_permissions(self.as_root_prefix(), path, closed)
    }

    /// How to put a user into a group.
    fn add_to_group(&self, user: &str, group: &str) -> Remedy {
        Remedy::manual([self.as_root(&format!("usermod -aG {} {}", shell::word(group), shell::word(user)))])
            .with_note("It counts from the next login on.")
    }

    /// How to make a bridge that is there after a reboot, with this interface as its uplink.
    fn make_bridge(&self, manager: Option<Manager>, name: &str, interface: Option<&str>) -> Remedy {
        bridge::make(self.as_root_prefix(), manager, name, interface)
    }

    /// How to turn IPv4 forwarding on, now and after a reboot.
    fn persist_ip_forward(&self) -> Remedy {
        let drop_in =
            format!("printf 'net.ipv4.ip_forward = 1\\n' | {}", self.as_root("tee /etc/sysctl.d/90-ip-forward.conf"));
        Remedy::automatic([drop_in, self.as_root("sysctl -p /etc/sysctl.d/90-ip-forward.conf")])
    }
}

/// Chooses the release of a family.
type Family = fn(&Machine) -> &'static dyn Platform;

/// The families by the `ID` or `ID_LIKE` of `os-release`.
const FAMILIES: &[(&[&str], Family)] = &[
    (&["debian", "ubuntu"], |_| &debian::Debian),
    (&["rhel", "centos", "almalinux", "rocky", "ol"], |_| &rhel::Rhel),
    (&["fedora"], |_| &fedora::Fedora),
    (&["opensuse", "opensuse-tumbleweed", "opensuse-leap", "suse", "sles", "sled"], suse::of),
    (&["arch", "archarm"], |_| &arch::Arch),
    (&["alpine", "postmarketos"], |_| &alpine::Alpine),
    (&["gentoo"], |_| &gentoo::Gentoo),
    (&["void"], |_| &void::Void),
    (&["nixos"], |_| &nixos::NixOs),
    (&["guix"], guix::of),
];

/// The family that this machine belongs to: by its own name, else by those it says it is like.
pub fn of(machine: &Machine) -> &'static dyn Platform {
    let of_id = |id: &str| FAMILIES.iter().find(|(ids, _)| ids.contains(&id)).map(|(_, family)| family(machine));
    let mut ids = std::iter::once(&machine.os.id).chain(&machine.os.id_like);
    ids.find_map(|id| of_id(id)).unwrap_or(&generic::Generic)
}
