//! The idioms of each distribution family: pure answers, one file a family.

mod action;
mod alpine;
mod arch;
mod bridge;
mod command;
mod container;
mod debian;
mod declaration;
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
pub use declaration::{DECLARED, Declaration};
pub use place::{Place, acl_allow, make_privileged};
pub use remedy::{Effect, Remedy, Step};

use std::path::Path;

use crate::acl;
use crate::snapshot::{Machine, Manager};

/// Why no package is installed.
const ASK_PACKAGES: &str = "bridge-doctor installs and downloads nothing";
/// Why no user is put into a group.
const JOIN: &str = "membership of a group grants more than this bridge, and counts only from the next login on";

/// What an ACL file is like before a rule is added.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AclState<'a> {
    /// There is none.
    Missing,
    /// There is one with this content.
    Present(&'a [u8]),
}

impl AclState<'_> {
    /// All the rules of the ACL as it should be, one a line.
    fn with_rule(self, bridge: &str) -> Vec<Vec<u8>> {
        let mut rules = match self {
            Self::Missing => Vec::new(),
            Self::Present(content) => acl::rules(content),
        };
        let rule = [b"allow ", bridge.as_bytes()].concat();
        if !rules.contains(&rule) {
            rules.push(rule);
        }
        rules
    }
}

/// What the administrator has settled about the helper's file, which making it privileged must respect.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct HelperPolicy<'a> {
    /// The Debian override that is in force for its path.
    pub overridden: Option<&'a str>,
    /// The group to which its mode keeps it, and the mode that keeps it so with the privilege: whoever asks for that has
    /// not asked to open it to everybody.
    pub kept_to: Option<(&'a str, u32)>,
}

/// The mode that keeps a privileged helper to its group, where this one keeps a plain helper to it.
pub fn kept_mode(mode: u32) -> Option<u32> {
    (mode & 0o011 == 0o010).then_some(mode & 0o755 | 0o4100)
}

/// The group and mode of a privileged helper that everybody may run.
const FOR_ALL: (&str, u32) = ("root", 0o4755);

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

    /// How to install the helper anew, where what stands there is not what the package ships.
    fn package_again(&self) -> Remedy {
        self.package_of_helper()
    }

    /// How to make the distribution's own helper privileged so that it stays so.
    ///
    /// Use [`make_privileged`], which knows helpers that no package owns.
    fn make_privileged(&self, path: &Path, policy: HelperPolicy<'_>) -> Remedy {
        let (group, mode) = policy.kept_to.unwrap_or(FOR_ALL);
        generic::set_mode(path, group, mode).with_note("An upgrade of the package may set the mode back.")
    }

    /// How to allow a bridge in the ACL; use [`acl_allow`], which knows paths that nobody may change.
    fn acl_allow(&self, path: &Path, bridge: &str, state: AclState<'_>) -> Remedy {
        generic::acl_allow(path, bridge, state)
    }

    /// How to put a user into a group.
    fn add_to_group(&self, user: &str, group: &str) -> Remedy {
        Remedy::manual(JOIN, [self.as_root(&format!("usermod -aG {} {}", shell::word(group), shell::word(user)))])
            .with_note("It counts from the next login on.")
    }

    /// How to make a bridge that is there after a reboot, with this interface as its uplink.
    fn make_bridge(&self, manager: Option<Manager>, name: &str, interface: Option<&str>) -> Remedy {
        bridge::make(self.as_root_prefix(), manager, name, interface)
    }

    /// How to turn IPv4 forwarding on, now and after a reboot.
    fn persist_ip_forward(&self) -> Remedy {
        generic::ip_forward()
    }

    /// The lines of the configuration that say all of this at once; for a declarative system only.
    fn declare(&self, declarations: &[Declaration]) -> Vec<String> {
        let _ = declarations;
        Vec::new()
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
