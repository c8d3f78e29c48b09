//! The operating system.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::path;

/// The machine, or the file tree in its place.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Machine {
    /// `/`, or the directory of `--root`.
    #[serde(with = "path")]
    #[schemars(with = "path::Written")]
    pub root: PathBuf,
    /// Whether it is the running machine.
    pub live: bool,
    /// `os-release`.
    pub os: OsRelease,
    /// The kernel's release.
    pub kernel: Option<String>,
    /// The network name of the machine.
    pub hostname: Option<String>,
    /// The container manager around this process (`docker`, `podman`, `lxc`, …).
    pub container: Option<String>,
    /// The programs that manage its network.
    pub network_managers: Vec<Manager>,
    /// Package-manager facts that decide on the idiom: paths that exist, such as `/gnu/store` or `/nix/store`.
    #[serde(with = "path")]
    #[schemars(with = "Vec<path::Written>")]
    pub stores: Vec<PathBuf>,
}

/// What `os-release` says.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct OsRelease {
    /// `ID`, such as `debian`; `linux` where there is no file.
    pub id: String,
    /// `ID_LIKE`, split.
    pub id_like: Vec<String>,
    /// `VERSION_ID`.
    pub version: Option<String>,
    /// `PRETTY_NAME`.
    pub pretty_name: Option<String>,
}

/// A program that makes bridges persistent.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Manager {
    /// NetworkManager.
    NetworkManager,
    /// systemd-networkd.
    SystemdNetworkd,
    /// netplan.
    Netplan,
    /// ifupdown.
    Ifupdown,
    /// wicked.
    Wicked,
}
