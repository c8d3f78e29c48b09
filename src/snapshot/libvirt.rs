//! libvirt's session driver.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Fact, path};

/// What `qemu:///session` would do.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Libvirt {
    /// The QEMU driver's file, where libvirt is installed.
    #[serde(default, with = "path")]
    #[schemars(with = "Option<path::Written>")]
    pub driver: Option<PathBuf>,
    /// How it finds the helper.
    pub lookup: Fact<HelperLookup>,
    /// The subject's `libvirt/qemu.conf`, where it sets `bridge_helper`: the file and the value.
    #[serde(with = "path")]
    #[schemars(with = "Fact<Option<(path::Written, path::Written)>>")]
    pub bridge_helper: Fact<Option<(PathBuf, PathBuf)>>,
    /// The helper that it would run; `None` where it would find none.
    #[serde(with = "path")]
    #[schemars(with = "Fact<Option<path::Written>>")]
    pub helper: Fact<Option<PathBuf>>,
    /// The system driver's networks.
    pub networks: Fact<Vec<LibvirtNetwork>>,
}

/// How a libvirt finds the helper without configuration.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HelperLookup {
    /// A path fixed when it was built (before about 10.2).
    #[serde(with = "path")]
    #[schemars(with = "path::Written")]
    CompiledIn(PathBuf),
    /// `$PATH` of the session daemon, then these directories.
    #[serde(with = "path")]
    #[schemars(with = "Vec<path::Written>")]
    Search(Vec<PathBuf>),
}

/// A network that libvirt knows.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct LibvirtNetwork {
    /// Its name, such as `default`.
    pub name: String,
    /// Its bridge, such as `virbr0`.
    pub bridge: Option<String>,
    /// Whether it is started.
    pub active: bool,
    /// Whether it starts with libvirt.
    pub autostart: bool,
}
