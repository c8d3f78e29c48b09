//! The libraries that a loader maps before the program's first instruction.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use memchr::memmem;
use object::elf::{DT_NEEDED, DT_RPATH, DT_RUNPATH, FileHeader32, FileHeader64};
use object::read::elf::FileHeader;
use object::{Endianness, FileKind, ReadRef};

use super::super::chain;
use super::super::root::{Root, Unread};
use super::super::texts::text_before;
use crate::snapshot::Errno;

/// Directories that loaders of the GNU C library look into, beside that of the library itself.
const SYSTEM: [&str; 4] = ["/lib64", "/usr/lib64", "/lib", "/usr/lib"];

/// What `ldconfig` found in all others.
const CACHE: &str = "/etc/ld.so.cache";

/// A cache of more bytes is none.
const LARGEST_CACHE: u64 = 16 << 20;

/// How a program is linked.
#[derive(Default)]
struct Linked {
    /// The names of its libraries, in the order in which they are loaded.
    needed: Vec<Vec<u8>>,
    /// The directories that it names for them.
    directories: Vec<PathBuf>,
}

/// The first of the program's own libraries that its loader does not find; none where this loader's ways are not known.
pub(super) fn missing<'data>(root: &Root, program: &Path, bytes: impl ReadRef<'data>, loader: &Path) -> Option<String> {
    // Whether it counts depends on how privileged the program becomes, which is not known yet.
    if root.is_live() && std::env::var_os("LD_LIBRARY_PATH").is_some_and(|directories| !directories.is_empty()) {
        return None;
    }
    let name = loader.file_name()?.as_bytes();
    if ![&b"ld-linux"[..], b"ld64.so", b"ld.so.1"].iter().any(|known| name.starts_with(known)) {
        return None;
    }
    let linked = match FileKind::parse(bytes) {
        Ok(FileKind::Elf64) => linked::<FileHeader64<Endianness>>(bytes, program),
        Ok(FileKind::Elf32) => linked::<FileHeader32<Endianness>>(bytes, program),
        _ => None,
    }?;
    let own = chain::follow(root, loader).end.ok()?.parent()?.to_owned();
    let under_usr = Path::new("/usr").join(own.strip_prefix("/").ok()?);
    let mut directories = linked.directories;
    directories.extend([own, under_usr]);
    directories.extend(SYSTEM.map(PathBuf::from));
    let mut cache = None;
    for name in &linked.needed {
        let path = Path::new(OsStr::from_bytes(name));
        if name.contains(&b'/') || directories.iter().any(|directory| root.exists(&directory.join(path))) {
            continue;
        }
        if cache.is_none() {
            cache = match root.read(Path::new(CACHE), LARGEST_CACHE) {
                Ok(content) => Some(content),
                Err(Unread::Failed(Errno::ENOENT)) => Some(Vec::new()),
                Err(_) => return None,
            };
        }
        if !is_cached(root, cache.as_deref()?, name) {
            return Some(String::from_utf8_lossy(name).into_owned());
        }
    }
    None
}

fn linked<'data, Header: FileHeader<Endian = Endianness>>(
    bytes: impl ReadRef<'data>,
    program: &Path,
) -> Option<Linked> {
    let header = Header::parse(bytes).ok()?;
    let endian = header.endian().ok()?;
    let table = header.sections(endian, bytes).ok()?.dynamic_table(endian, bytes).ok()?;
    let mut linked = Linked::default();
    for entry in &table {
        if entry.tag == DT_NEEDED {
            linked.needed.push(table.string(entry).ok()?.to_vec());
        } else if entry.tag == DT_RUNPATH || entry.tag == DT_RPATH {
            for directory in table.string(entry).ok()?.split(|byte| *byte == b':') {
                linked.directories.push(placed(directory, program)?);
            }
        }
    }
    Some(linked)
}

/// A directory that a program names, which may be where the program itself is.
fn placed(directory: &[u8], program: &Path) -> Option<PathBuf> {
    let origin = [&b"$ORIGIN"[..], b"${ORIGIN}"].iter().find_map(|origin| directory.strip_prefix(*origin));
    let path = match origin {
        Some(rest) => program.parent()?.join(OsStr::from_bytes(rest.strip_prefix(b"/").unwrap_or(rest))),
        None => PathBuf::from(OsStr::from_bytes(directory)),
    };
    // What else a loader puts in place of a word depends on the processor.
    (!path.as_os_str().as_bytes().contains(&b'$')).then_some(path)
}

/// Whether the cache has the library where it still is.
fn is_cached(root: &Root, cache: &[u8], name: &[u8]) -> bool {
    let end = [b"/", name, b"\0"].concat();
    memmem::find_iter(cache, &end)
        .any(|at| root.exists(Path::new(OsStr::from_bytes(text_before(cache, at + end.len())))))
}
