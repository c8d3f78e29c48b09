//! NixOS: every change is a declaration in the system's configuration.

use std::path::Path;

use super::{AclState, Platform, Remedy, generic};
use crate::snapshot::Manager;

/// The helper is privileged as a wrapper in `/run/wrappers/bin`.
pub(super) struct NixOs;

/// What makes a declaration real.
const SWITCH: &str = "Add it to /etc/nixos/configuration.nix and run `sudo nixos-rebuild switch`.";

impl Platform for NixOs {
    fn name(&self) -> &'static str {
        "NixOS"
    }

    fn expected_helper_path(&self) -> &'static str {
        "/run/wrappers/bin/qemu-bridge-helper"
    }

    fn is_declarative(&self) -> bool {
        true
    }

    fn package_of_helper(&self) -> Remedy {
        wrapper().with_note(format!("{SWITCH} `virtualisation.libvirtd.enable = true;` makes the same wrapper."))
    }

    fn make_privileged(&self, _path: &Path, _overridden: Option<&str>) -> Remedy {
        wrapper().with_note(format!(
            "{SWITCH} Nothing in the store can be made privileged: run QEMU with \
             `helper=/run/wrappers/bin/qemu-bridge-helper`. Where `virtualisation.libvirtd.enable` is set the wrapper is \
             there already, and only `helper=` is missing."
        ))
    }

    fn acl_allow(&self, path: &Path, bridge: &str, state: AclState) -> Remedy {
        if path != Path::new(self.expected_acl_path()) {
            return generic::acl_allow(self.as_root_prefix(), path, bridge, state);
        }
        let name = string(bridge);
        match state {
            AclState::Present { .. } => {
                Remedy::manual([format!("virtualisation.libvirtd.allowedBridges = [ \"virbr0\" {name} ];")])
                    .with_note(format!("{SWITCH} It replaces the list: keep the bridges that stand in the ACL now."))
            }
            AclState::Missing => {
                let text = string(&format!("allow {bridge}\n"));
                Remedy::manual([format!("environment.etc.\"qemu/bridge.conf\".text = {text};")]).with_note(format!(
                    "{SWITCH} With `virtualisation.libvirtd.enable = true;` use \
                     `virtualisation.libvirtd.allowedBridges = [ \"virbr0\" {name} ];` in its place."
                ))
            }
        }
    }

    fn add_to_group(&self, user: &str, group: &str) -> Remedy {
        Remedy::manual([format!("users.users.{}.extraGroups = [ {} ];", string(user), string(group))])
            .with_note(format!("{SWITCH} It counts from the next login on."))
    }

    fn make_bridge(&self, _manager: Option<Manager>, name: &str, interface: Option<&str>) -> Remedy {
        let ports = interface.map_or_else(|| " ".to_owned(), |port| format!(" {} ", string(port)));
        let name = string(name);
        Remedy::manual([
            format!("networking.bridges.{name}.interfaces = [{ports}];"),
            format!("networking.interfaces.{name}.useDHCP = true;"),
        ])
        .with_note(SWITCH)
    }

    fn persist_ip_forward(&self) -> Remedy {
        Remedy::manual(["boot.kernel.sysctl.\"net.ipv4.ip_forward\" = 1;".to_owned()]).with_note(SWITCH)
    }
}

/// The wrapper as a declaration.
fn wrapper() -> Remedy {
    Remedy::manual(
        [
            "security.wrappers.qemu-bridge-helper = {",
            "  setuid = true;",
            "  owner = \"root\";",
            "  group = \"root\";",
            "  source = \"${pkgs.qemu}/libexec/qemu-bridge-helper\";",
            "};",
        ]
        .map(str::to_owned),
    )
}

/// A string of the Nix language.
fn string(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "\\${").replace('\n', "\\n");
    format!("\"{escaped}\"")
}
