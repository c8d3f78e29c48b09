//! Who owns a file: the distribution, a store that nobody may change, or whoever built it.

use std::path::Path;

use super::{AclState, FOR_ALL, HelperPolicy, Platform, Remedy, generic};
use crate::acl::LONGEST_NAME;
use crate::snapshot::{Machine, without_dots};

/// Where a helper stands decides who may change it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// Where the distribution's packages put theirs.
    Package,
    /// The Nix store: read-only, never privileged.
    NixStore,
    /// The Guix store: read-only, never privileged.
    GuixStore,
    /// Installed from source.
    Local,
    /// Part of a Flatpak.
    Flatpak,
}

impl Place {
    /// The place of this path.
    pub fn of(path: &Path) -> Self {
        const PLACES: &[(&str, Place)] = &[
            ("/nix/store", Place::NixStore),
            ("/gnu/store", Place::GuixStore),
            ("/usr/local", Place::Local),
            ("/opt", Place::Local),
            ("/home", Place::Local),
            ("/app", Place::Flatpak),
        ];
        PLACES.iter().find(|(prefix, _)| path.starts_with(prefix)).map_or(Self::Package, |(_, place)| *place)
    }
}

/// How to give the helper at this path its privilege for good.
pub fn make_privileged(machine: &Machine, path: &Path, policy: HelperPolicy<'_>) -> Remedy {
    let platform = super::of(machine);
    match Place::of(path) {
        Place::Package => platform.make_privileged(path, policy),
        Place::NixStore if machine.os.id == "nixos" => platform.make_privileged(path, policy),
        Place::GuixStore if machine.os.id == "guix" => platform.make_privileged(path, policy),
        Place::NixStore | Place::GuixStore => hosts_own_helper(platform),
        Place::Local => {
            let (group, mode) = policy.kept_to.unwrap_or(FOR_ALL);
            generic::set_mode(path, group, mode).with_note("Each `make install` sets the mode back.")
        }
        Place::Flatpak => outside_of_flatpak(),
    }
}

/// How to allow a bridge in the ACL at this path, which moves with a helper that was built to be moved.
pub fn acl_allow(machine: &Machine, path: &Path, bridge: &str, state: AclState<'_>) -> Remedy {
    let platform = super::of(machine);
    let impossible = |byte: u8| byte.is_ascii_whitespace() || byte == b'\x0b' || byte == b'/';
    if bridge.is_empty() || bridge.len() > LONGEST_NAME || bridge.bytes().any(impossible) {
        return Remedy::advice(
            "no interface can have this name, and a line with it could void the whole file",
            "Name a bridge that can be there: at most 15 bytes, without white space and slash.",
        );
    }
    match Place::of(path) {
        Place::Package | Place::Local => platform.acl_allow(&without_dots(path), bridge, state),
        Place::NixStore | Place::GuixStore => hosts_own_helper(platform),
        Place::Flatpak => outside_of_flatpak(),
    }
}

fn outside_of_flatpak() -> Remedy {
    Remedy::advice(
        "nothing inside of a Flatpak can be changed or made privileged",
        "A Flatpak runs without the right to gain privilege: use the host's libvirt (qemu:///system) or user-mode \
         networking.",
    )
}

/// A store on another distribution: every QEMU works with every helper.
fn hosts_own_helper(platform: &dyn Platform) -> Remedy {
    platform.package_of_helper().by_hand("nothing in a store may be changed").with_note(format!(
        "Nothing in the store can be changed or made privileged, and the helper of the host serves any QEMU: install it, mend it \
         where it needs that, and run QEMU with `helper={}`.",
        platform.expected_helper_path()
    ))
}
