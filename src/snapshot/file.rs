//! Files as the file system shows them.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Fact, path};

/// What `lstat` and the mount say of one file.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Inode {
    /// The type of the file.
    pub kind: Kind,
    /// Permission bits with setuid, setgid and sticky: `0o7777` at most.
    pub mode: u32,
    /// The owner.
    pub uid: u32,
    /// The owning group.
    pub gid: u32,
    /// Bytes.
    pub size: u64,
    /// Device number and inode number: equal for two names of one file.
    pub identity: (u64, u64),
    /// How the file system below it is mounted.
    pub mount: Fact<Mount>,
    /// `security.capability`; `None` where the file has none.
    pub capabilities: Fact<Option<FileCapabilities>>,
    /// Whether a POSIX ACL grants more than the mode bits show.
    pub has_posix_acl: bool,
}

/// The type of a file.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A regular file.
    Regular,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A character device.
    CharDevice {
        /// The driver.
        major: u32,
        /// The device of that driver.
        minor: u32,
    },
    /// A block device.
    BlockDevice {
        /// The driver.
        major: u32,
        /// The device of that driver.
        minor: u32,
    },
    /// A named pipe.
    Fifo,
    /// A UNIX socket.
    Socket,
}

impl Kind {
    /// `/dev/null`, to which people link a file that they want to be empty.
    pub const NULL: Self = Self::CharDevice { major: 1, minor: 3 };
    /// `/dev/net/tun`: the kernel's Documentation/admin-guide/devices.txt numbers it so.
    pub const TUN: Self = Self::CharDevice { major: 10, minor: 200 };

    /// Whether a driver answers to it in place of a file system.
    pub fn is_device(self) -> bool {
        matches!(self, Self::CharDevice { .. } | Self::BlockDevice { .. })
    }

    /// Whether the helper reads it as an empty file, though it is none.
    pub fn reads_as_empty(self) -> bool {
        matches!(self, Self::Directory | Self::NULL)
    }
}

/// The mount options that decide about privilege.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Mount {
    /// Setuid bits and file capabilities count for nothing.
    pub nosuid: bool,
    /// Nothing can be executed.
    pub noexec: bool,
    /// Device nodes do not open.
    pub nodev: bool,
    /// Nothing can be written.
    pub readonly: bool,
}

/// The `security.capability` attribute: capabilities as bit masks, bit 12 being `cap_net_admin`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct FileCapabilities {
    /// Gained whatever the process had.
    pub permitted: u64,
    /// Gained where the process has them inheritable.
    pub inheritable: u64,
    /// Whether what is gained is in effect at once (the `e` of `cap_net_admin=ep`).
    pub effective: bool,
    /// The user who is root in the user namespace that they count in (0: everywhere).
    pub root_uid: u32,
}

/// Who may change a file or directory.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Owned {
    /// Where it stands, links resolved.
    #[serde(with = "path")]
    #[schemars(with = "path::Written")]
    pub path: PathBuf,
    /// Permission bits with the sticky bit.
    pub mode: u32,
    /// The owner.
    pub uid: u32,
    /// The owning group.
    pub gid: u32,
    /// Whether it is a directory, in which names can be replaced.
    pub directory: bool,
}
