//! NixOS: every change is a declaration in the system's configuration.

use std::fmt::Write as _;
use std::path::Path;

use super::declaration::Gathered;
use super::{AclState, Declaration, HelperPolicy, Platform, Remedy, generic};
use crate::snapshot::Manager;

/// The helper is privileged as a wrapper in `/run/wrappers/bin`.
pub(super) struct NixOs;

/// What makes a declaration real.
const SWITCH: &str = "Save it as /etc/nixos/qemu-bridge.nix, add `./qemu-bridge.nix` to `imports` in \
                      /etc/nixos/configuration.nix, and run `sudo nixos-rebuild switch`.";

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
        Remedy::declaration(Declaration::PrivilegedHelper)
            .with_note(format!("{SWITCH} `virtualisation.libvirtd.enable = true;` makes the same wrapper."))
    }

    fn make_privileged(&self, _path: &Path, _policy: HelperPolicy<'_>) -> Remedy {
        Remedy::declaration(Declaration::PrivilegedHelper).with_note(format!(
            "{SWITCH} Nothing in the store can be made privileged: run QEMU with \
             `helper=/run/wrappers/bin/qemu-bridge-helper`. Where `virtualisation.libvirtd.enable` is set the wrapper is \
             there already, and only `helper=` is missing."
        ))
    }

    fn acl_allow(&self, path: &Path, bridge: &str, state: AclState<'_>) -> Remedy {
        if path != Path::new(self.expected_acl_path()) {
            return generic::acl_allow(path, bridge, state);
        }
        Remedy::declaration(Declaration::Acl(state.with_rule(bridge))).with_note(format!(
            "{SWITCH} It takes the place of the ACL that `virtualisation.libvirtd.allowedBridges` makes."
        ))
    }

    fn add_to_group(&self, user: &str, group: &str) -> Remedy {
        Remedy::declaration(Declaration::Member { user: user.to_owned(), group: group.to_owned() })
            .with_note(format!("{SWITCH} It counts from the next login on."))
    }

    fn make_bridge(&self, _manager: Option<Manager>, name: &str, interface: Option<&str>) -> Remedy {
        let bridge = Declaration::Bridge { name: name.to_owned(), port: interface.map(str::to_owned) };
        Remedy::declaration(bridge).with_note(SWITCH)
    }

    fn persist_ip_forward(&self) -> Remedy {
        Remedy::declaration(Declaration::ForwardsIp).with_note(SWITCH)
    }

    fn declare(&self, declarations: &[Declaration]) -> Vec<String> {
        module(&Gathered::of(declarations)).lines().map(str::to_owned).collect()
    }
}

/// A whole module, to be imported.
///
/// libvirtd's module makes the wrapper and the ACL, too, where it is enabled: its wrapper stays, its ACL does not.
fn module(wishes: &Gathered<'_>) -> String {
    let mut text = String::from("{ config, lib, pkgs, ... }:\n\n{\n");
    if wishes.helper {
        text.push_str(WRAPPER);
    }
    if let Some(acl) = wishes.acl_text() {
        let _ = writeln!(text, "  environment.etc.\"qemu/bridge.conf\".text = lib.mkForce {};", string(&acl));
    }
    for (user, group) in &wishes.members {
        let (user, group) = (string(user.as_bytes()), string(group.as_bytes()));
        let _ = writeln!(text, "  users.users.{user}.extraGroups = [ {group} ];");
    }
    for (name, port) in &wishes.bridges {
        let name = string(name.as_bytes());
        let ports = port.map_or_else(|| " ".to_owned(), |port| format!(" {} ", string(port.as_bytes())));
        let _ = writeln!(text, "  networking.bridges.{name}.interfaces = [{ports}];");
        if port.is_some() {
            let _ = writeln!(text, "  networking.interfaces.{name}.useDHCP = true;");
        }
    }
    if wishes.forwards {
        text.push_str("  boot.kernel.sysctl.\"net.ipv4.ip_forward\" = 1;\n");
    }
    text + "}\n"
}

const WRAPPER: &str = "  security.wrappers.qemu-bridge-helper = {
    setuid = true;
    owner = \"root\";
    group = \"root\";
    source = lib.mkDefault \"${pkgs.qemu}/libexec/qemu-bridge-helper\";
  };
";

/// A string of the Nix language, which knows no escape for other control characters than these.
fn string(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut escaped = String::from("\"");
    for character in text.chars() {
        match character {
            '\\' | '"' | '$' => escaped.extend(['\\', character]),
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push_str("\\t"),
            '\r' => escaped.push_str("\\r"),
            _ => escaped.push(character),
        }
    }
    escaped.push('"');
    escaped
}
