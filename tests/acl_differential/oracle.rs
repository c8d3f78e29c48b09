//! The real helper, run without privilege in a mount namespace where `/etc` is empty.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{Gid, Uid, chown, setgroups, setresgid, setresuid};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::set_no_new_privs;

const NOBODY: u32 = 65534;
const KNOWN_PLACES: [&str; 3] =
    ["/usr/lib/qemu/qemu-bridge-helper", "/usr/libexec/qemu-bridge-helper", "/usr/libexec/qemu/qemu-bridge-helper"];

pub(crate) struct Oracle {
    helper: PathBuf,
    /// The ACL that this helper reads.
    pub(crate) acl: PathBuf,
}

/// How the helper ended, and what it printed.
pub(crate) struct Answer {
    pub(crate) signal: Option<i32>,
    pub(crate) stderr: Vec<u8>,
}

impl Oracle {
    /// Finds the helper and closes this process off from the machine; the error says why that cannot be.
    pub(crate) fn new() -> Result<Self, String> {
        if !Uid::effective().is_root() {
            return Err("needs root, to make a mount namespace with an /etc of its own".to_owned());
        }
        let given = std::env::var_os("HELPER_UNDER_TEST").map(PathBuf::from);
        let helper = given
            .or_else(|| KNOWN_PLACES.iter().map(PathBuf::from).find(|path| path.exists()))
            .ok_or("qemu-bridge-helper is not installed (Debian: qemu-system-common)")?;
        let mut oracle = Self { helper, acl: PathBuf::new() };
        close_off().map_err(|error| format!("cannot make a namespace: {error}"))?;
        oracle.acl = oracle.acl_path()?;
        let directory = oracle.directory().to_owned();
        let ready = fs::create_dir_all(directory.join("d"))
            .and_then(|()| give_away(&directory))
            .and_then(|()| give_away(&directory.join("d")))
            .and_then(|()| std::env::set_current_dir(&directory))
            .and_then(|()| become_nobody());
        ready.map_err(|error| format!("cannot prepare {}: {error}", directory.display()))?;
        Ok(oracle)
    }

    /// The directory of the ACL.
    pub(crate) fn directory(&self) -> &Path {
        self.acl.parent().unwrap_or(Path::new("/"))
    }

    /// Runs the helper to its end.
    pub(crate) fn ask(&self, bridge: &[u8]) -> io::Result<Answer> {
        let output = self.command(bridge).output()?;
        Ok(Answer { signal: output.status.signal(), stderr: output.stderr })
    }

    /// Runs the helper for a while; `None` where it does not end by then.
    pub(crate) fn ask_for(&self, bridge: &[u8], time: Duration) -> io::Result<Option<Answer>> {
        let mut child: Child = self.command(bridge).stderr(Stdio::null()).spawn()?;
        let end = Instant::now() + time;
        while Instant::now() < end {
            if let Some(status) = child.try_wait()? {
                return Ok(Some(Answer { signal: status.signal(), stderr: Vec::new() }));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill()?;
        child.wait()?;
        Ok(None)
    }

    fn command(&self, bridge: &[u8]) -> Command {
        let mut command = Command::new(&self.helper);
        command.arg("--use-vnet").arg("--fd=0").arg(OsStr::from_bytes(&[b"--br=", bridge].concat()));
        command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    /// Without an ACL the helper names the file that it looked for.
    fn acl_path(&self) -> Result<PathBuf, String> {
        let stderr = self.ask(b"br0").map_err(|error| format!("cannot run {}: {error}", self.helper.display()))?.stderr;
        let text = String::from_utf8_lossy(&stderr);
        let path =
            text.split_once('`').and_then(|(_, rest)| rest.split_once('\'')).map(|(path, _)| PathBuf::from(path));
        path.filter(|path| path.starts_with("/etc"))
            .ok_or_else(|| format!("the helper's ACL is not below /etc: {text}"))
    }
}

/// Limits the files that the helper can have open beside those that it starts with.
pub(crate) fn limit_open_files(files: u64) {
    let inherited = inherited_descriptors();
    let free_below = |limit: &u64| *limit - inherited.iter().filter(|&&descriptor| descriptor < *limit).count() as u64;
    let limit = (0..).find(|limit| free_below(limit) >= files).expect("some limit leaves room for them");
    limit_to(Resource::Nofile, limit);
}

/// Limits the helper's stack.
pub(crate) fn limit_stack(bytes: u64) {
    limit_to(Resource::Stack, bytes);
}

fn limit_to(resource: Resource, soft: u64) {
    let limit = Rlimit { current: Some(soft), ..getrlimit(resource) };
    setrlimit(resource, limit).expect("a soft limit can be lowered and raised up to the hard one");
}

/// The descriptors that a program started from here has from the beginning.
fn inherited_descriptors() -> Vec<u64> {
    let descriptors = fs::read_dir("/proc/self/fdinfo").expect("/proc is mounted").filter_map(|entry| {
        let entry = entry.ok()?;
        let information = fs::read_to_string(entry.path()).ok()?;
        let flags = information.lines().find_map(|line| line.strip_prefix("flags:"))?;
        let closes = i64::from_str_radix(flags.trim(), 8).ok()? & i64::from(nix::libc::O_CLOEXEC) != 0;
        (!closes).then(|| entry.file_name().to_str()?.parse().ok())?
    });
    [0, 1, 2].into_iter().chain(descriptors.filter(|&descriptor| descriptor > 2)).collect()
}

/// A mount namespace with an empty `/etc`, a network namespace, no way back to privilege, and no inherited descriptors.
fn close_off() -> io::Result<()> {
    let library_cache = fs::read("/etc/ld.so.cache");
    unshare(CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWNET)?;
    mount(None::<&str>, "/", None::<&str>, MsFlags::MS_REC | MsFlags::MS_PRIVATE, None::<&str>)?;
    mount(Some("tmpfs"), "/etc", Some("tmpfs"), MsFlags::empty(), Some("mode=755"))?;
    if let Ok(cache) = library_cache {
        fs::write("/etc/ld.so.cache", cache)?;
    }
    set_no_new_privs(true)?;
    Ok(())
}

fn give_away(path: &Path) -> io::Result<()> {
    Ok(chown(path, Some(Uid::from_raw(NOBODY)), Some(Gid::from_raw(NOBODY)))?)
}

fn become_nobody() -> io::Result<()> {
    let (user, group) = (Uid::from_raw(NOBODY), Gid::from_raw(NOBODY));
    setgroups(&[])?;
    setresgid(group, group, group)?;
    setresuid(user, user, user)?;
    Ok(())
}
