//! qemu-bridge-helper as it stands on the host.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Answer, Errno, Fact, Inode, Owned, path};

/// The helper that is asked about, and the others that were seen.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Helper {
    /// The path that would be executed.
    #[serde(with = "path")]
    #[schemars(with = "path::Written")]
    pub path: PathBuf,
    /// Why this path.
    pub source: PathSource,
    /// Where QEMU and libvirt look, in the order of the search.
    #[serde(with = "path")]
    #[schemars(with = "Vec<path::Written>")]
    pub searched: Vec<PathBuf>,
    /// Further helpers that stand on this host.
    pub others: Vec<OtherHelper>,
    /// Every link of the path, then what stands at its end.
    pub chain: Fact<Vec<Step>>,
    /// The file at the end, or the error of getting there.
    pub file: Fact<Result<Inode, Errno>>,
    /// The path with every link resolved: what `/proc/self/exe` will show.
    #[serde(default, with = "path")]
    #[schemars(with = "Option<path::Written>")]
    pub real_path: Option<PathBuf>,
    /// Whether the subject may execute it, without a look at its format.
    pub executable: Fact<Answer>,
    /// The first directory on the way that the subject may not search.
    #[serde(default, with = "path")]
    #[schemars(with = "Option<path::Written>")]
    pub closed_directory: Option<PathBuf>,
    /// The file and the directories that lead to it, with those who may change them.
    pub owners: Vec<Owned>,
    /// What the file itself tells.
    pub binary: Fact<Binary>,
    /// Whether `qemu-bundle` stands beside it, which moves the ACL there (QEMU 7.1 and later).
    pub bundle: bool,
    /// The Debian override for this path, where dpkg holds one: `root root 4755`.
    pub statoverride: Option<String>,
}

/// Where the path came from.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PathSource {
    /// `--helper`.
    Option,
    /// `bridge_helper` in this file.
    #[serde(with = "path")]
    #[schemars(with = "path::Written")]
    LibvirtConfiguration(PathBuf),
    /// The first of the known places that holds one.
    KnownPlace,
    /// Nothing was found; this is where the distribution would put it.
    NotFound,
}

/// One link on the way to the helper.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Step {
    /// The name.
    #[serde(with = "path")]
    #[schemars(with = "path::Written")]
    pub path: PathBuf,
    /// Where it leads.
    #[serde(with = "path")]
    #[schemars(with = "path::Written")]
    pub target: PathBuf,
    /// The link itself.
    pub inode: Inode,
}

/// A helper that stands elsewhere.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct OtherHelper {
    /// Where.
    #[serde(with = "path")]
    #[schemars(with = "path::Written")]
    pub path: PathBuf,
    /// With every link resolved.
    #[serde(with = "path")]
    #[schemars(with = "path::Written")]
    pub real_path: PathBuf,
    /// What stands there.
    pub inode: Inode,
}

/// What the program's own bytes tell.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Binary {
    /// The format the kernel would meet.
    pub format: Format,
    /// The first of its libraries that its loader does not find.
    #[serde(default)]
    pub missing_library: Option<String>,
    /// Whether it holds the helper's own messages.
    pub is_helper: bool,
    /// Whether it is linked to libcap-ng, and so becomes the calling user before it reads the ACL.
    pub drops_privileges: bool,
    /// The ACL path compiled in.
    pub acl_path: Option<String>,
    /// The prefix and the bindir it was built for, where it can be relocated.
    pub relocation: Option<(String, String)>,
    /// Whether it knows `qemu-bundle` (QEMU 7.1 and later).
    pub knows_bundle: bool,
}

/// What the kernel would make of the file.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// An ELF program for this machine; the interpreter it names and whether that is there.
    Elf {
        /// `PT_INTERP`.
        #[serde(default, with = "path")]
        #[schemars(with = "Option<path::Written>")]
        interpreter: Option<PathBuf>,
        /// The error of opening the interpreter.
        interpreter_error: Option<Errno>,
    },
    /// An ELF program whose parts reach beyond the end of the file: it starts, and a signal ends it.
    TruncatedElf,
    /// An ELF program for another machine.
    ForeignElf {
        /// Its machine, as ELF numbers them.
        machine: u16,
    },
    /// `#!`: the kernel ignores its setuid bit.
    Script {
        /// The interpreter.
        #[serde(with = "path")]
        #[schemars(with = "path::Written")]
        interpreter: PathBuf,
        /// The error of opening the interpreter.
        interpreter_error: Option<Errno>,
    },
    /// Nothing that the kernel executes.
    Unrecognised,
}
