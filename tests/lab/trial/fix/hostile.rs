//! `fix --yes` on hosts that somebody prepared: refused or taken back, with a word that says where, nothing touched.

use std::fs;
use std::io;
use std::process::Command;

use libtest_mimic::{Failed, Trial};
use nix::mount::MsFlags;

use super::asked::fresh;
use super::host::{self, JOURNAL};
use super::tree::Tree;
use crate::doctor;
use crate::sandbox::place::{ACL, HELPER, Mould, TUN_DIRECTORY, remount};
use crate::sandbox::{ALICE, Credentials, Sandbox, files};

/// A directory of Alice's.
const HERS: &str = "/mnt/desk/alice";

/// A host: its name, the state it begins with, what is done to it, further arguments, and a word of the answer.
type Host = (&'static str, &'static str, fn() -> io::Result<()>, &'static [&'static str], &'static str);

const HOSTS: &[Host] = &[
    (
        "an ACL that is a link into a home",
        "acl:another-bridge",
        || {
            fs::remove_file(ACL)?;
            files::write(format!("{HERS}/acl"), "allow br7\n", 0o644)?;
            files::link(format!("{HERS}/acl"), ACL)
        },
        &[],
        HERS,
    ),
    (
        "an ACL directory that is a link into a home",
        "acl:another-bridge",
        || {
            fs::remove_dir_all("/etc/qemu")?;
            files::write(format!("{HERS}/bridge.conf"), "allow br7\n", 0o644)?;
            files::link(HERS, "/etc/qemu")
        },
        &[],
        HERS,
    ),
    (
        "a helper in a home",
        "helper:4755",
        || Mould::Helper.put(format!("{HERS}/helper"), 0, 0, 0o755),
        &["--helper=/mnt/desk/alice/helper"],
        HERS,
    ),
    (
        "a helper in a directory for all",
        "helper:4755",
        || {
            files::directory("/mnt/store/public", 0o1777)?;
            Mould::Helper.put("/mnt/store/public/helper", 0, 0, 0o755)
        },
        &["--helper=/mnt/store/public/helper"],
        "/mnt/store/public",
    ),
    (
        "a path with a line break",
        "helper:4755",
        || {
            files::directory("/mnt/store/a\nb", 0o755)?;
            Mould::Helper.put("/mnt/store/a\nb/helper", 0, 0, 0o755)
        },
        &["--helper=/mnt/store/a\nb/helper"],
        "/mnt/store/a\\nb",
    ),
    ("an immutable ACL", "acl:comma", || chattr("+i", ACL), &[], ACL),
    ("an immutable directory", "acl:missing", || chattr("+i", "/etc/qemu"), &[], "/etc/qemu"),
    (
        "a helper on a read-only file system",
        "helper:0755",
        || remount("/usr/lib/qemu", MsFlags::MS_RDONLY),
        &[],
        HELPER,
    ),
    (
        "a device on a read-only file system",
        "tun:0600",
        || remount(TUN_DIRECTORY, MsFlags::MS_RDONLY),
        &[],
        TUN_DIRECTORY,
    ),
    (
        "no room for the journal",
        "helper:0755,acl:missing",
        || {
            files::directory(JOURNAL, 0o700)?;
            host::small_disk(JOURNAL, 8)?;
            files::chmod(JOURNAL, 0o700)?;
            fs::write(format!("{JOURNAL}/tmp-filler"), vec![0; 4096])
        },
        &[],
        JOURNAL,
    ),
    ("a journal that is a link", "helper:0755", || files::link(HERS, JOURNAL), &[], JOURNAL),
    (
        "a journal of Alice's",
        "helper:0755",
        || {
            files::directory(JOURNAL, 0o700)?;
            files::own(JOURNAL, ALICE, ALICE, 0o700)
        },
        &[],
        JOURNAL,
    ),
];

/// The trials.
pub fn trials() -> Vec<Trial> {
    vec![super::super::trial("fix: hostile hosts are left as they are", hostile)]
}

fn chattr(flag: &str, path: &str) -> io::Result<()> {
    let status = Command::new("chattr").args([flag, path]).status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("chattr {flag} {path}: {status}"))) }
}

fn hostile(sandbox: &Sandbox) -> Result<(), Failed> {
    host::prepare(sandbox)?;
    for (name, state, make, further, word) in HOSTS {
        fresh(sandbox, state)?;
        crate::sandbox::place::remove(HERS)?;
        files::directory(HERS, 0o755)?;
        files::own(HERS, ALICE, ALICE, 0o755)?;
        make().map_err(|error| format!("{name}: cannot be made: {error}"))?;
        let before = Tree::now()?;
        let arguments = ["fix", "--yes", "--user=alice", "--bridge=br0"];
        let shown = arguments.map(|argument| if argument == "--yes" { "--dry-run" } else { argument });
        let shown = doctor::call(sandbox, Credentials::ROOT, shown.iter().chain(*further))?;
        let answer = doctor::call(sandbox, Credentials::ROOT, arguments.iter().chain(*further))?;
        let after = Tree::now()?;
        // For the next host.
        for path in [ACL, "/etc/qemu"] {
            let _ = Command::new("chattr").args(["-i", path]).stderr(std::process::Stdio::null()).status();
        }
        let _ = host::unmount(JOURNAL);
        before.same(&after).map_err(|why| format!("{name}: {why}"))?;
        let said = format!("{}{}", answer.stdout, answer.stderr);
        if ![1, 4, 5].contains(&answer.exit) || !said.contains(word) {
            return Err(format!("{name}: exit {}, without {word:?}: {said}", answer.exit).into());
        }
        // The journal is looked at by who writes it only.
        if *word != JOURNAL && answer.exit == 4 && shown.exit != 4 {
            return Err(format!("{name}: the dry run foresees nothing: {}{}", shown.stdout, shown.stderr).into());
        }
    }
    Ok(())
}
