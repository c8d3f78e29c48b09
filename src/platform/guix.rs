//! Guix System: every change is a declaration in the operating system's configuration.

use std::path::Path;

use super::{AclState, Platform, Remedy, generic};
use crate::snapshot::Machine;

/// The forms that a release knows; 2024-08 renamed setuid programs to privileged ones.
pub(super) enum Guix {
    /// `privileged-programs` of `(gnu system privilege)`.
    Privileged,
    /// `setuid-programs` of `(gnu system setuid)`.
    Setuid,
}

/// What makes a declaration real.
const RECONFIGURE: &str = "Add it to the operating-system declaration and run `sudo guix system reconfigure FILE`.";

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
        self.privileged_program().with_note(RECONFIGURE)
    }

    fn make_privileged(&self, _path: &Path, _overridden: Option<&str>) -> Remedy {
        self.privileged_program().with_note(format!(
            "{RECONFIGURE} Nothing in the store can be made privileged: run QEMU with `helper={}`.",
            self.expected_helper_path()
        ))
    }

    fn acl_allow(&self, path: &Path, bridge: &str, state: AclState) -> Remedy {
        if path != Path::new(self.expected_acl_path()) {
            return generic::acl_allow(self.as_root_prefix(), path, bridge, state);
        }
        let text = string(&format!("allow {bridge}\n"));
        let remedy = declaration(&[
            "(use-modules (gnu) (guix gexp))",
            "",
            ";; in (services (cons* …))",
            "(simple-service 'qemu-bridge-acl etc-service-type",
            &format!("  (list `(\"qemu/bridge.conf\" ,(plain-file \"bridge.conf\" {text}))))"),
        ])
        .with_note(RECONFIGURE);
        match state {
            AclState::Missing => remedy,
            AclState::Present { .. } => remedy.with_note("Keep the rules that stand in the ACL now."),
        }
    }

    fn acl_permissions(&self, path: &Path, closed: Option<&Path>) -> Remedy {
        generic::acl_permissions(self.as_root_prefix(), path, closed)
            .with_note("A file declared through etc-service-type is readable for all.")
    }

    fn add_to_group(&self, user: &str, group: &str) -> Remedy {
        declaration(&[
            ";; in the user-account of the user",
            &format!("(name {})", string(user)),
            &format!("(supplementary-groups '({}))", string(group)),
        ])
        .with_note(format!("{RECONFIGURE} Keep the groups that stand there now. It counts from the next login on."))
    }

    fn persist_ip_forward(&self) -> Remedy {
        declaration(&[
            "(use-modules (gnu) (gnu services sysctl))",
            "",
            "(modify-services %base-services",
            "  (sysctl-service-type config =>",
            "    (sysctl-configuration",
            "     (inherit config)",
            "     (settings (append '((\"net.ipv4.ip_forward\" . \"1\"))",
            "                       (sysctl-configuration-settings config))))))",
        ])
        .with_note(RECONFIGURE)
    }
}

impl Guix {
    /// The helper among the privileged programs; `setuid?` is false there unless it is said.
    fn privileged_program(&self) -> Remedy {
        match self {
            Self::Privileged => declaration(&[
                "(use-modules (gnu) (gnu system privilege) (gnu packages virtualization))",
                "",
                ";; in operating-system",
                "(privileged-programs",
                " (cons (privileged-program",
                "        (program (file-append qemu \"/libexec/qemu-bridge-helper\"))",
                "        (setuid? #t))",
                "       %default-privileged-programs))",
            ]),
            Self::Setuid => declaration(&[
                "(use-modules (gnu) (gnu system setuid) (gnu packages virtualization))",
                "",
                ";; in operating-system",
                "(setuid-programs",
                " (cons (setuid-program",
                "        (program (file-append qemu \"/libexec/qemu-bridge-helper\")))",
                "       %setuid-programs))",
            ]),
        }
    }
}

/// Lines of Scheme.
fn declaration(lines: &[&str]) -> Remedy {
    Remedy::manual(lines.iter().map(|line| (*line).to_owned()))
}

/// A string of Scheme.
fn string(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{escaped}\"")
}
