//! Where things stand inside a sandbox, and how each place is made clean again.
//!
//! Helpers are hard links to files that are written once: a file that another thread's child still holds open for
//! writing could not be executed.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::LazyLock;

use nix::mount::{MsFlags, mount};

use super::files;

/// The helper, where Debian has it.
pub const HELPER: &str = "/usr/lib/qemu/qemu-bridge-helper";
/// The ACL that this helper reads.
pub const ACL: &str = "/etc/qemu/bridge.conf";
/// The ACL's directory.
pub const ACL_DIRECTORY: &str = "/etc/qemu";
/// The device that taps are made with.
pub const TUN: &str = "/dev/net/tun";
/// The directory of [`TUN`].
pub const TUN_DIRECTORY: &str = "/dev/net";
/// A tmpfs that holds everything the lab needs.
pub const LAB: &str = "/mnt";
/// The directory that is mounted at `/usr/lib/qemu`.
pub const HELPERS: &str = "/mnt/helpers";
/// A second place for helpers, on the file system of the first.
pub const STORE: &str = "/mnt/store";
/// The interpreter that some helpers name.
pub const LOADER: &str = "/mnt/store/loader";
/// The working directory of every process.
pub const HOME: &str = "/mnt/home";
/// The doctor, where every user can run it.
pub const DOCTOR: &str = "/mnt/bin/bridge-doctor";
/// A place for a file tree to be judged by `--root`.
pub const TREE: &str = "/mnt/tree";
/// A place for files of the tests themselves.
pub const DESK: &str = "/mnt/desk";

const MOULDS: &str = "/mnt/moulds";

/// What a file at the helper's path can be made from.
#[derive(Clone, Copy, Debug)]
pub enum Mould {
    /// The real helper.
    Helper,
    /// The real helper once more, another file.
    SecondHelper,
    /// An empty file.
    Empty,
    /// The first kilobyte of the real helper.
    Truncated,
    /// The real helper marked as a program for another processor.
    Foreign,
    /// A script whose interpreter is missing.
    LostScript,
    /// A script whose interpreter has a longer path than the kernel reads.
    LongScript,
    /// The real helper with an interpreter that is missing.
    LostLoader,
    /// The real helper with [`LOADER`] for an interpreter.
    OtherLoader,
    /// A script with [`LOADER`] for an interpreter.
    OtherScript,
    /// The real helper with a library that is missing.
    LostLibrary,
    /// The real helper that calls itself a program of 32 bits, which the kernel does not read.
    WrongClass,
}

static REAL_HELPER: LazyLock<Vec<u8>> = LazyLock::new(|| fs::read(HELPER).unwrap_or_default());

impl Mould {
    const ALL: [Self; 12] = [
        Self::Helper,
        Self::SecondHelper,
        Self::Empty,
        Self::Truncated,
        Self::Foreign,
        Self::LostScript,
        Self::LongScript,
        Self::LostLoader,
        Self::OtherLoader,
        Self::OtherScript,
        Self::LostLibrary,
        Self::WrongClass,
    ];

    fn path(self) -> String {
        format!("{MOULDS}/{self:?}")
    }

    fn content(self) -> Vec<u8> {
        let real = &*REAL_HELPER;
        match self {
            Self::Helper | Self::SecondHelper => real.clone(),
            Self::Empty => Vec::new(),
            Self::Truncated => real.get(..1_024).unwrap_or_default().to_vec(),
            Self::Foreign => {
                let mut bytes = real.clone();
                if let Some(machine) = bytes.get_mut(18..20) {
                    machine.copy_from_slice(&2_u16.to_le_bytes());
                }
                bytes
            }
            Self::LostScript => b"#!/mnt/no-such-interpreter\n".to_vec(),
            Self::LongScript => format!("#!/{}\n", "x".repeat(300)).into_bytes(),
            Self::LostLoader => {
                let mut bytes = real.clone();
                let loader = b"/lib64/ld-linux";
                if let Some(at) = bytes.windows(loader.len()).position(|window| window == loader) {
                    bytes.splice(at..at + 6, *b"/lost0");
                }
                bytes
            }
            Self::OtherLoader => {
                let mut bytes = real.clone();
                let loader = b"/lib64/ld-linux-x86-64.so.2";
                if let Some(at) = bytes.windows(loader.len()).position(|window| window == loader) {
                    let name = LOADER.bytes().chain(std::iter::repeat(0)).take(loader.len());
                    bytes.splice(at..at + loader.len(), name);
                }
                bytes
            }
            Self::LostLibrary => {
                let mut bytes = real.clone();
                let library = b"libcap-ng.so.0\0";
                if let Some(at) = bytes.windows(library.len()).position(|window| window == library) {
                    bytes.splice(at..at + library.len(), *b"libcap-ng.so.9\0");
                }
                bytes
            }
            Self::OtherScript => format!("#!{LOADER}\n").into_bytes(),
            Self::WrongClass => {
                let mut bytes = real.clone();
                if let Some(class) = bytes.get_mut(4) {
                    *class = 1;
                }
                bytes
            }
        }
    }

    /// Puts a link to it at `path`, owned and privileged as asked.
    pub fn put(self, path: impl AsRef<Path>, uid: u32, gid: u32, mode: u32) -> io::Result<()> {
        let mould = self.path();
        // A hard link must not cross mount points, and the helper's directory is one.
        let path = path.as_ref();
        let path =
            path.strip_prefix("/usr/lib/qemu").map_or_else(|_| path.to_owned(), |name| Path::new(HELPERS).join(name));
        fs::hard_link(&mould, path)?;
        files::plain(&mould)?;
        files::own(&mould, uid, gid, mode)
    }
}

/// Reads the real helper before anything is mounted over it.
pub fn prepare() -> io::Result<()> {
    if REAL_HELPER.is_empty() { Err(io::Error::other(format!("{HELPER} cannot be read"))) } else { Ok(()) }
}

/// Writes every mould.
pub fn cast_moulds() -> io::Result<()> {
    files::directory(MOULDS, 0o755)?;
    Mould::ALL.into_iter().try_for_each(|mould| files::write(mould.path(), mould.content(), 0o755))
}

/// Removes whatever stands there, if anything.
pub fn remove(path: impl AsRef<Path>) -> io::Result<()> {
    match fs::symlink_metadata(&path) {
        Ok(there) if there.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Empties a directory, which may be a mount point.
pub fn empty(directory: &str) -> io::Result<()> {
    fs::read_dir(directory)?.try_for_each(|entry| remove(entry?.path()))?;
    files::own(directory, 0, 0, 0o755)
}

/// Sets the flags of a mount that is there.
pub fn remount(path: &str, flags: MsFlags) -> io::Result<()> {
    let flags = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | flags;
    Ok(mount(None::<&str>, path, None::<&str>, flags, None::<&str>)?)
}

/// No helper anywhere.
pub fn clear_helper() -> io::Result<()> {
    remount("/usr/lib/qemu", MsFlags::empty())?;
    empty(HELPERS)?;
    empty(STORE)
}

/// No ACL, nor a directory for it.
pub fn clear_acl() -> io::Result<()> {
    empty(HOME)?;
    remove(ACL_DIRECTORY)
}

/// No tun device.
pub fn clear_tun() -> io::Result<()> {
    remount(TUN_DIRECTORY, MsFlags::empty())?;
    empty(TUN_DIRECTORY)
}
