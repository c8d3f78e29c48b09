//! What works on any Linux, and the fallback for a distribution without a family here.

use std::path::Path;

use super::{AclState, Platform, Remedy, shell};

/// A distribution that is not known.
pub(super) struct Generic;

impl Platform for Generic {
    fn name(&self) -> &'static str {
        "Linux"
    }

    fn expected_helper_path(&self) -> &'static str {
        "/usr/libexec/qemu-bridge-helper"
    }

    fn package_of_helper(&self) -> Remedy {
        Remedy::advice("Install the distribution's QEMU package that holds qemu-bridge-helper.")
    }
}

/// Sets owner and mode, the owner first: a change of owner takes the setuid bit away.
pub(super) fn set_mode(root: &str, path: &Path, owner: &str, mode: &str) -> Remedy {
    let path = shell::path(path);
    Remedy::automatic([format!("{root} chown {owner} {path}"), format!("{root} chmod {mode} {path}")])
}

/// Adds a rule at the end, making the file and its directory where they are missing.
pub(super) fn acl_allow(root: &str, path: &Path, bridge: &str, state: AclState) -> Remedy {
    let file = shell::path(path);
    let name = shell::word(bridge);
    match state {
        AclState::Present { ends_with_newline } => {
            let format = if ends_with_newline { r"allow %s\n" } else { r"\nallow %s\n" };
            Remedy::automatic([format!("printf '{format}' {name} | {root} tee -a {file}")])
        }
        AclState::Missing => {
            let directory = path.parent().unwrap_or(Path::new("/"));
            Remedy::automatic([
                format!("{root} install -d -m 0755 {}", shell::path(directory)),
                format!(r"printf 'allow %s\n' {name} | {root} tee -a {file}"),
                format!("{root} chmod 0644 {file}"),
            ])
        }
    }
}

/// Opens the closed directory, or the file itself, for reading.
pub(super) fn acl_permissions(root: &str, path: &Path, closed: Option<&Path>) -> Remedy {
    Remedy::automatic([match closed {
        Some(directory) => format!("{root} chmod a+rx {}", shell::path(directory)),
        None => format!("{root} chmod a+r {}", shell::path(path)),
    }])
}
