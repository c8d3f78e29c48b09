//! `/dev/net/tun`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

use super::{Access, Errno, Fact, Inode, path};

/// The device that taps are made with.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Tun {
    /// What stands at `/dev/net/tun`, links followed.
    pub inode: Fact<Result<Inode, Errno>>,
    /// The link's target, where the name itself is a symbolic link.
    #[serde(default, with = "path")]
    #[schemars(with = "Option<path::Written>")]
    pub link: Option<PathBuf>,
    /// Whether it opens for reading and writing.
    pub opens: Access,
    /// The first directory on the way that the subject may not search.
    #[serde(default, with = "path")]
    #[schemars(with = "Option<path::Written>")]
    pub closed_directory: Option<PathBuf>,
    /// The driver behind it.
    pub driver: Fact<Driver>,
}

/// Where the kernel has its tun driver.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Driver {
    /// Registered: in `/proc/misc`.
    Loaded,
    /// A module of the running kernel that the first open loads.
    Loadable,
    /// The modules of the running kernel are not on disk: as after a kernel upgrade without a reboot.
    ModulesMissing,
    /// The modules are there, and tun is not among them, or its loading is forbidden.
    Absent,
}
