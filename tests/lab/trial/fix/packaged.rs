//! Debian's own package manager: what `fix` made privileged stays so when the package is installed anew.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use nix::mount::{MsFlags, mount};

use super::host;
use super::tree::Tree;
use crate::doctor;
use crate::oracle;
use crate::requirement;
use crate::sandbox::place::{ACL, HELPER};
use crate::sandbox::{self, Credentials, Sandbox, files, mounts, run};
use crate::state::State;
use crate::untested;

const PACKAGE: &str = "qemu-system-common";

/// Unpacking and its triggers.
const LIMIT: Duration = Duration::from_secs(180);

/// The trials.
pub fn trials() -> Vec<Trial> {
    let runnable = requirement::missing().is_none();
    let reinstalled = || match package() {
        Ok(package) => sandbox::enter(|sandbox| reinstalled(sandbox, &package))?,
        Err(reason) => Ok(untested::say(&format!("installing {PACKAGE} anew"), &reason)?),
    };
    vec![
        Trial::test("fix: the helper is privileged still when its package is installed anew", reinstalled)
            .with_ignored_flag(!runnable),
    ]
}

/// The package's file: kept from an earlier run, or from the archive, which only the machine's own network reaches.
fn package() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages");
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let query = output(Command::new("dpkg-query").args(["--show", "--showformat=${Version}", PACKAGE]))?;
    let wanted = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().replace("%3a", ":");
        name.starts_with(&format!("{PACKAGE}_{}_", query.trim())) && name.ends_with(".deb")
    };
    let kept = || -> Option<PathBuf> {
        let entries = fs::read_dir(&folder).ok()?;
        entries.flatten().map(|entry| entry.path()).find(wanted)
    };
    if let Some(kept) = kept() {
        return Ok(kept);
    }
    output(Command::new("apt-get").current_dir(&folder).args([
        "download",
        "--quiet",
        &format!("{PACKAGE}={}", query.trim()),
    ]))?;
    kept().ok_or_else(|| format!("version {} is not in the archive", query.trim()))
}

fn output(command: &mut Command) -> Result<String, String> {
    let ended = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if ended.status.success() {
        Ok(String::from_utf8_lossy(&ended.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&ended.stderr).trim().to_owned())
    }
}

/// Gives the thread a `/usr` and a `/var` of its own, the package as the machine has it.
fn own_system(sandbox: &Sandbox, package: &Path) -> Result<(), Failed> {
    sandbox.realise(&State::healthy())?;
    fs::copy(package, "/mnt/desk/package.deb")?;
    mounts::unmount("/usr/lib/qemu")?;
    for place in ["usr", "var"] {
        let (upper, work) = (format!("/mnt/{place}-upper"), format!("/mnt/{place}-work"));
        files::directory(&upper, 0o755)?;
        files::directory(&work, 0o755)?;
        let layers = format!("lowerdir=/{place},upperdir={upper},workdir={work}");
        mount(Some("lab"), &*format!("/{place}"), Some("overlay"), MsFlags::empty(), Some(layers.as_str()))?;
    }
    // Nothing of the machine's services is told.
    mounts::tmpfs("/run")?;
    files::directory("/run/lock", 0o1777)?;
    files::chmod(HELPER, 0o755)?;
    crate::sandbox::place::remove("/etc/qemu")?;
    Ok(())
}

fn install_anew(sandbox: &Sandbox) -> Result<(), Failed> {
    let mut apt = doctor::command("/usr/bin/apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive");
    apt.args([
        "install",
        "--reinstall",
        "--yes",
        "--no-install-recommends",
        "--allow-downgrades",
        "/mnt/desk/package.deb",
    ]);
    Credentials::ROOT.put_on(&mut apt, &sandbox.namespaces)?;
    let ended = run(&mut apt, LIMIT)?;
    let said = format!("{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    match ended.status {
        Some(status) if status.success() && said.contains(&format!("Unpacking {PACKAGE}")) => Ok(()),
        status => Err(format!("apt-get: {status:?}: {said}").into()),
    }
}

fn attaches(sandbox: &Sandbox) -> Result<bool, Failed> {
    Ok(oracle::ask(sandbox, &State::healthy())?.outcome == "attached")
}

fn reinstalled(sandbox: &Sandbox, package: &Path) -> Result<(), Failed> {
    own_system(sandbox, package)?;
    host::clear_journal()?;
    let before =
        Tree::of(&["/usr/lib/qemu", "/etc/qemu", "/var/lib/dpkg/statoverride", "/var/lib/dpkg/statoverride-old"])?;

    // A mode that is set by hand is gone after it, or this trial would show nothing.
    files::acl("allow br0\n")?;
    files::chmod(HELPER, 0o4755)?;
    if !attaches(sandbox)? {
        return Err("the lab: a privileged helper does not attach".into());
    }
    install_anew(sandbox)?;
    if attaches(sandbox)? {
        return Err("a mode set by hand outlives the package".into());
    }
    crate::sandbox::place::remove("/etc/qemu")?;

    let fix = doctor::call(sandbox, Credentials::ROOT, ["fix", "--yes", "--user", "alice", "--bridge=br0"])?;
    if fix.exit != 0 || !attaches(sandbox)? {
        return Err(format!("fix: exit {}: {}{}", fix.exit, fix.stdout, fix.stderr).into());
    }
    install_anew(sandbox)?;
    if !attaches(sandbox)? {
        return Err("the helper lost its privilege".into());
    }
    let second = doctor::call(sandbox, Credentials::ROOT, ["fix", "--yes", "--user", "alice", "--bridge=br0"])?;
    if second.exit != 0 || !second.stdout.contains("Nothing has to be done") {
        return Err(format!("the second fix: exit {}: {}", second.exit, second.stdout).into());
    }
    let undo = doctor::call(sandbox, Credentials::ROOT, ["undo", "--yes"])?;
    if undo.exit != 0 || attaches(sandbox)? || Path::new(ACL).exists() {
        return Err(format!("undo: exit {}: {}{}", undo.exit, undo.stdout, undo.stderr).into());
    }
    install_anew(sandbox)?;
    let after =
        Tree::of(&["/usr/lib/qemu", "/etc/qemu", "/var/lib/dpkg/statoverride", "/var/lib/dpkg/statoverride-old"])?;
    Ok(before.same(&after)?)
}
