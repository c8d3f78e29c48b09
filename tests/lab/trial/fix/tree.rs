//! Everything that can be seen of a file tree, to be compared with what it was before.

use std::cell::RefCell;
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, Metadata};
use std::hash::{Hash as _, Hasher as _};
use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{lgetxattr, llistxattr};

use crate::sandbox::place::{DESK, HOME, STORE};

/// Where a fix may change something, or a mistake might.
const PLACES: &[&str] = &["/etc", "/usr/lib/qemu", "/dev/net", "/var/lib/dpkg", STORE, HOME, DESK];
/// Far too many files that nobody here changes.
const LEFT_OUT: &[&str] = &["/var/lib/dpkg/info", "/etc/ssl", "/etc/ca-certificates", "/etc/alternatives"];

/// A file tree: for each path what `lstat`, the content and every extended attribute say.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tree(BTreeMap<PathBuf, String>);

impl Tree {
    /// What stands in all the places that matter now.
    pub fn now() -> io::Result<Self> {
        Self::of(PLACES)
    }

    /// The same without what stands below these places.
    pub fn without(&self, places: &[&str]) -> Self {
        let outside = |path: &Path| !places.iter().any(|place| path.starts_with(place));
        Self(self.0.iter().filter(|(path, _)| outside(path)).map(|(path, what)| (path.clone(), what.clone())).collect())
    }

    /// What stands there now.
    pub fn of(places: &[&str]) -> io::Result<Self> {
        let mut seen = BTreeMap::new();
        for place in places {
            let walk = walkdir::WalkDir::new(place).follow_links(false).into_iter();
            let entries =
                walk.filter_entry(|entry| !LEFT_OUT.iter().any(|left_out| entry.path() == Path::new(left_out)));
            for entry in entries {
                match entry {
                    Ok(entry) => {
                        seen.insert(entry.path().to_owned(), describe(entry.path())?);
                    }
                    Err(error) if error.io_error().is_some_and(|e| e.kind() == io::ErrorKind::NotFound) => {}
                    Err(error) => return Err(io::Error::other(error)),
                }
            }
        }
        Ok(Self(seen))
    }

    /// Adds something else that is to stay as it was.
    pub fn note(&mut self, name: &str, text: String) {
        self.0.insert(PathBuf::from(name), text);
    }

    /// Whether `now` is the same; else how it differs.
    pub fn same(&self, now: &Self) -> Result<(), String> {
        let mut found = Vec::new();
        for (path, before) in &self.0 {
            match now.0.get(path) {
                None => found.push(format!("- {} ({before})", path.display())),
                Some(after) if after != before => found.push(format!("~ {}: {before} -> {after}", path.display())),
                Some(_) => {}
            }
        }
        for (path, after) in now.0.iter().filter(|(path, _)| !self.0.contains_key(*path)) {
            found.push(format!("+ {} ({after})", path.display()));
        }
        if found.is_empty() { Ok(()) } else { Err(format!("the tree differs:\n{}", found.join("\n"))) }
    }

    /// What is known of one path.
    pub fn at(&self, path: &Path) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Every path whose object is another, or there in one of the two only.
    pub fn unlike<'a>(&'a self, other: &'a Self) -> Vec<&'a Path> {
        let paths: std::collections::BTreeSet<&PathBuf> = self.0.keys().chain(other.0.keys()).collect();
        paths.into_iter().filter(|path| self.0.get(*path) != other.0.get(*path)).map(PathBuf::as_path).collect()
    }
}

/// What was seen of a file: nothing of it can change without its change time.
type Cache = HashMap<(PathBuf, u64, u64, i64, i64), String>;

thread_local! {
    static CACHE: RefCell<Cache> = RefCell::new(HashMap::new());
}

/// Describes a file, anew where it was changed since the last look.
fn describe(path: &Path) -> io::Result<String> {
    let seen = fs::symlink_metadata(path)?;
    let key = (path.to_owned(), seen.dev(), seen.ino(), seen.ctime(), seen.ctime_nsec());
    if let Some(known) = CACHE.with_borrow(|cache| cache.get(&key).cloned()) {
        return Ok(known);
    }
    let described = look(path, &seen)?;
    // A clock that ticks slowly could give two changes one time; what was changed long ago has only one.
    let age = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |now| now.as_secs());
    if seen.ctime() + 2 < age.cast_signed() {
        CACHE.with_borrow_mut(|cache| cache.insert(key, described.clone()));
    }
    Ok(described)
}

fn look(path: &Path, seen: &Metadata) -> io::Result<String> {
    let what = if seen.is_symlink() {
        format!("link to {}", fs::read_link(path)?.display())
    } else if seen.is_dir() {
        "directory".to_owned()
    } else if seen.is_file() {
        let mut hasher = DefaultHasher::new();
        fs::read(path)?.hash(&mut hasher);
        format!("file of {} bytes, {:016x}", seen.len(), hasher.finish())
    } else {
        format!("{} {:x}", special(seen), seen.rdev())
    };
    Ok(format!("{what}, {:06o} {}:{}{}", seen.mode(), seen.uid(), seen.gid(), attributes(path)?))
}

fn special(seen: &Metadata) -> &'static str {
    let kind = seen.file_type();
    match (kind.is_char_device(), kind.is_block_device(), kind.is_fifo()) {
        (true, ..) => "character device",
        (_, true, _) => "block device",
        (_, _, true) => "pipe",
        _ => "socket",
    }
}

fn attributes(path: &Path) -> io::Result<String> {
    let mut names = vec![0_u8; 4096];
    let length = match llistxattr(path, names.as_mut_slice()) {
        Ok(length) => length,
        Err(rustix::io::Errno::OPNOTSUPP) => 0,
        Err(error) => return Err(error.into()),
    };
    let mut told = Vec::new();
    for name in names[..length].split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let mut value = vec![0_u8; 4096];
        let length = lgetxattr(path, name, value.as_mut_slice())?;
        told.push(format!(" {}={:02x?}", String::from_utf8_lossy(name), &value[..length]));
    }
    told.sort();
    Ok(told.concat())
}
