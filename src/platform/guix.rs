//! Guix System: every change is a declaration in the operating system's configuration.

use std::fmt::Write as _;
use std::path::Path;

use super::declaration::Gathered;
use super::{AclState, Declaration, HelperPolicy, Platform, Remedy, bridge, generic};
use crate::snapshot::{Machine, Manager};

/// The forms that a release knows; 2024-08 renamed setuid programs to privileged ones.
pub(super) enum Guix {
    /// `privileged-programs` of `(gnu system privilege)`.
    Privileged,
    /// `setuid-programs` of `(gnu system setuid)`.
    Setuid,
}

/// What makes a declaration real.
const RECONFIGURE: &str = "Put it into the operating-system declaration and run `sudo guix system reconfigure FILE`.";

/// The platform for the release at hand, told by the directory that its activation fills.
///
/// A release that shows neither directory is taken for a current one.
pub(super) fn of(machine: &Machine) -> &'static dyn Platform {
    let has = |path: &str| machine.stores.iter().any(|store| store.starts_with(path));
    if !has("/run/privileged") && has("/run/setuid-programs") { &Guix::Setuid } else { &Guix::Privileged }
}

impl Platform for Guix {
    fn name(&self) -> &'static str {
        "Guix System"
    }

    fn expected_helper_path(&self) -> &'static str {
        match self {
            Self::Privileged => "/run/privileged/bin/qemu-bridge-helper",
            Self::Setuid => "/run/setuid-programs/qemu-bridge-helper",
        }
    }

    fn is_declarative(&self) -> bool {
        true
    }

    fn package_of_helper(&self) -> Remedy {
        Remedy::declaration(Declaration::PrivilegedHelper).with_note(RECONFIGURE)
    }

    fn make_privileged(&self, _path: &Path, _policy: HelperPolicy<'_>) -> Remedy {
        Remedy::declaration(Declaration::PrivilegedHelper).with_note(format!(
            "{RECONFIGURE} Nothing in the store can be made privileged: run QEMU with `helper={}`.",
            self.expected_helper_path()
        ))
    }

    fn acl_allow(&self, path: &Path, bridge: &str, state: AclState<'_>) -> Remedy {
        if path != Path::new(self.expected_acl_path()) {
            return generic::acl_allow(path, bridge, state);
        }
        Remedy::declaration(Declaration::Acl(state.with_rule(bridge))).with_note(RECONFIGURE)
    }

    fn add_to_group(&self, user: &str, group: &str) -> Remedy {
        Remedy::declaration(Declaration::Member { user: user.to_owned(), group: group.to_owned() })
            .with_note(format!("{RECONFIGURE} It counts from the next login on."))
    }

    fn make_bridge(&self, manager: Option<Manager>, name: &str, interface: Option<&str>) -> Remedy {
        if manager == Some(Manager::NetworkManager) {
            // NetworkManager keeps its connections itself, here as elsewhere.
            return bridge::make(self.as_root_prefix(), manager, name, interface);
        }
        let bridge = Declaration::Bridge { name: name.to_owned(), port: interface.map(str::to_owned) };
        Remedy::declaration(bridge).with_note(format!(
            "{RECONFIGURE} A bridge made by `network-link` was not tried on a Guix System. Its address comes from the service that \
             asks DHCP, or from `addresses`."
        ))
    }

    fn persist_ip_forward(&self) -> Remedy {
        Remedy::declaration(Declaration::ForwardsIp).with_note(RECONFIGURE)
    }

    fn declare(&self, declarations: &[Declaration]) -> Vec<String> {
        self.written(&Gathered::of(declarations)).lines().map(str::to_owned).collect()
    }
}

impl Guix {
    /// The imports first, then what goes into the record, then what goes into its services.
    ///
    /// `(gnu)` gives the services themselves, the accounts and the files.
    fn written(&self, wishes: &Gathered<'_>) -> String {
        let mut text = String::from("(use-modules (gnu)");
        let mut import = |module| _ = write!(text, "\n             {module}");
        if wishes.helper {
            import(match self {
                Self::Privileged => "(gnu system privilege)",
                Self::Setuid => "(gnu system setuid)",
            });
            import("(gnu packages virtualization)");
        }
        if wishes.forwards {
            import("(gnu services sysctl)");
        }
        text.push_str(")\n");
        if wishes.helper {
            text.push_str("\n;; A field of operating-system; where there is one already, add its programs to it.\n");
            text.push_str(match self {
                Self::Privileged => PRIVILEGED,
                Self::Setuid => SETUID,
            });
        }
        for (user, group) in &wishes.members {
            let _ = write!(
                text,
                "\n;; A field in the user-account of {user}; keep the groups that stand there now.\n\
                 (supplementary-groups '({}))\n",
                string(group.as_bytes()),
                user = comment(user)
            );
        }
        let services = services(wishes);
        if !services.is_empty() {
            let _ = writeln!(
                text,
                "\n;; A field of operating-system; where there is one already, add its services to it.\n\
                 (services\n (cons* {}\n        %base-services))",
                services.join("\n        ")
            );
        }
        text
    }
}

/// The services that are added, each as one form.
fn services(wishes: &Gathered<'_>) -> Vec<String> {
    let acl = wishes.acl_text().map(|acl| {
        format!(
            "(simple-service 'qemu-bridge-acl etc-service-type\n          \
             (list `(\"qemu/bridge.conf\" ,(plain-file \"bridge.conf\" {}))))",
            string(&acl)
        )
    });
    let bridges = wishes.bridges.iter().map(|(name, port)| {
        let port = port.map_or_else(String::new, |port| {
            format!(
                "\n                              (network-link (name {})\n                                            \
                 (arguments '((master . {}) (up . #t))))",
                string(port.as_bytes()),
                string(name.as_bytes())
            )
        });
        format!(
            "(simple-service 'qemu-bridge static-networking-service-type\n          (list (static-networking\n                 \
             (addresses '())\n                 \
             (links (list (network-link (name {}) (type 'bridge) (arguments '())){port}))\n                 \
             (provision '({})))))",
            string(name.as_bytes()),
            symbol(name)
        )
    });
    acl.into_iter().chain(bridges).chain(wishes.forwards.then(|| FORWARDING.to_owned())).collect()
}

/// `setuid?` is false in this record unless it is said.
const PRIVILEGED: &str = "(privileged-programs
 (cons (privileged-program
        (program (file-append qemu \"/libexec/qemu-bridge-helper\"))
        (setuid? #t))
       %default-privileged-programs))
";

const SETUID: &str = "(setuid-programs
 (cons (setuid-program
        (program (file-append qemu \"/libexec/qemu-bridge-helper\")))
       %setuid-programs))
";

const FORWARDING: &str = "(simple-service 'ip-forward sysctl-service-type
          '((\"net.ipv4.ip_forward\" . \"1\")))";

/// A string of Scheme.
fn string(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    for character in String::from_utf8_lossy(bytes).chars() {
        match character {
            '\\' | '"' => text.extend(['\\', character]),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            '\r' => text.push_str("\\r"),
            ' '..='~' => text.push(character),
            _ if u32::from(character) < 0x100 => _ = write!(text, "\\x{:02x}", u32::from(character)),
            _ if u32::from(character) < 0x1_0000 => _ = write!(text, "\\u{:04x}", u32::from(character)),
            _ => _ = write!(text, "\\U{:06x}", u32::from(character)),
        }
    }
    text.push('"');
    text
}

/// A service name for the bridge: letters, digits and dashes only.
fn symbol(name: &str) -> String {
    let plain: String = name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    format!("bridge-{plain}")
}

/// Text for a comment of one line.
fn comment(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '?' } else { letter }).collect()
}
