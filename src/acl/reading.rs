//! What the helper makes of an ACL and all it includes.

use std::path::{Path, PathBuf};

use super::BridgeName;
use crate::snapshot::Errno;

/// Where the bytes of the files come from: a snapshot, a directory, a test.
pub trait Source {
    /// What opening this path for reading, as the helper does, gives.
    fn open(&self, path: &Path) -> Opened<'_>;

    /// Whether a directory stands there.
    fn is_directory(&self, path: &Path) -> bool {
        let _ = path;
        false
    }
}

/// The result of opening an ACL file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Opened<'a> {
    /// It opens; a directory opens and reads as empty.
    Content(&'a [u8]),
    /// It does not open.
    Failed(Errno),
    /// Opening or reading it never ends: a pipe, `/dev/zero`.
    Endless,
    /// Nobody could look: the reading is then undecided wherever it matters.
    Unknown,
}

/// Limits of the process that decide how deep an include cycle goes before it ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Files that may still be opened.
    pub open_files: u64,
    /// Bytes of stack.
    pub stack: u64,
}

impl Default for Limits {
    /// What a login has: 1024 descriptors, of which standard streams and QEMU's socket take four, and 8 MiB.
    fn default() -> Self {
        Self { open_files: 1020, stack: 8 << 20 }
    }
}

/// A place in one of the files; small, for a file may hold a million of them.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Place {
    /// Index into [`Reading::files`].
    pub file: u32,
    /// Line, counted from 1.
    pub line: u32,
    /// Column in bytes, counted from 1.
    pub column: u32,
    /// Length in bytes.
    pub length: u32,
}

/// `allow` or `deny`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RuleKind {
    /// `allow NAME`.
    Allow,
    /// `deny NAME`.
    Deny,
}

/// One rule.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rule {
    /// Its kind.
    pub kind: RuleKind,
    /// The bridge; `all` means every bridge.
    pub bridge: BridgeName,
    /// Where the name stands.
    pub place: Place,
}

/// One `include` that was met.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Include {
    /// The name as written.
    pub path: PathBuf,
    /// Where the name stands.
    pub place: Place,
    /// What became of it.
    pub result: IncludeResult,
}

/// What became of an include; the helper is silent about every one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum IncludeResult {
    /// Read to its end.
    Read,
    /// Not opened; ignored.
    NotOpened(Errno),
    /// Read up to an error, and ignored from there on.
    Broken,
    /// It includes a file that is being read already.
    Cycle,
    /// Opened or read for ever: the helper goes no further.
    Endless,
    /// Nobody could look.
    Unknown,
}

/// How the reading ends.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// The rules count.
    Parsed,
    /// The first file does not open.
    NotOpened(Errno),
    /// The first file has an error: nothing counts.
    Broken,
    /// Includes go so deep that a signal ends the helper, or are so many that it does not end.
    Endless,
    /// Nobody could look into the first file.
    Unknown,
}

/// An ACL, read as the helper reads it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reading {
    /// The files by the names by which they were opened, the first one first.
    pub files: Vec<PathBuf>,
    /// Where the helper stops reading each of them, for those that have an error.
    pub errors: Vec<Option<Place>>,
    /// How it ends.
    pub outcome: Outcome,
    /// Lines that the parser prints on the way, without the final "failed to parse default acl file"; of an
    /// endless stream of them the first 16 MiB.
    pub stderr: Vec<Vec<u8>>,
    /// The rules in the order in which they are met, each once; they count where the outcome is [`Outcome::Parsed`].
    pub rules: Vec<Rule>,
    /// The includes that were met, in their order.
    pub includes: Vec<Include>,
}

/// What the ACL says about one bridge.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Decision<'a> {
    /// The answer.
    pub verdict: Verdict,
    /// The rule behind it; none where nothing matches.
    pub rule: Option<&'a Rule>,
}

/// Allowed or not.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Some rule allows it and none denies it.
    Allow,
    /// No rule allows it, or one denies it.
    Deny,
    /// The file does not parse, and so nothing is allowed.
    ParseError,
    /// A file that nobody could look into may decide it.
    Unknown,
}

impl Reading {
    /// The name by which the file of a place was opened.
    pub fn file(&self, place: Place) -> &Path {
        self.files.get(place.file as usize).map_or(Path::new(""), PathBuf::as_path)
    }
}
