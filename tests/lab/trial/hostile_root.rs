//! File trees made to mislead `--root`, and ACLs made to hang: nothing escapes, hangs or panics.

use std::fs::File;
use std::io;
use std::path::Path;

use libtest_mimic::{Failed, Trial};
use nix::sys::stat::SFlag;

use crate::doctor::{self, Answer};
use crate::sandbox::place::{ACL, ACL_DIRECTORY, remove};
use crate::sandbox::{Credentials, Sandbox, files};
use crate::state::State;
use crate::tally::Tally;

const HOST: &str = "/mnt/desk/tree";
const SECRET: &str = "/mnt/desk/secret";
/// Stands in a file outside of the tree: seen anywhere, it has escaped.
const CANARY: &str = "escaped-9f3a";
const SPARSE: u64 = 10 << 30;

type Hostile = (&'static str, fn(&Path) -> io::Result<()>);

const TREES: &[Hostile] = &[
    ("empty tree", |_| Ok(())),
    ("absolute link", |tree| link(tree, "etc/qemu/bridge.conf", SECRET)),
    ("link with dots", |tree| link(tree, "etc/qemu/bridge.conf", "../../../../../../../mnt/desk/secret")),
    ("link to shadow", |tree| link(tree, "etc/qemu/bridge.conf", "/etc/shadow")),
    ("linked directory", |tree| link(tree, "etc/qemu", "/mnt/desk")),
    ("linked etc", |tree| link(tree, "etc", "/etc")),
    ("linked passwd", |tree| link(tree, "etc/passwd", SECRET)),
    ("linked os-release", |tree| link(tree, "etc/os-release", SECRET)),
    ("helper outside", |tree| link(tree, "usr/lib/qemu/qemu-bridge-helper", "/usr/lib/qemu/qemu-bridge-helper")),
    ("helper outside with dots", |tree| {
        link(tree, "usr/lib/qemu/qemu-bridge-helper", "../../../../../../usr/lib/qemu/qemu-bridge-helper")
    }),
    ("link to proc", |tree| link(tree, "etc/qemu/bridge.conf", "/proc/self/environ")),
    ("magic link", |tree| link(tree, "etc/qemu/bridge.conf", "/proc/self/root/mnt/desk/secret")),
    ("loop", |tree| link(tree, "etc/qemu/bridge.conf", "bridge.conf")),
    ("directory loop", |tree| link(tree, "etc/qemu", "../etc/qemu")),
    ("pipe as acl", |tree| node(tree, "etc/qemu/bridge.conf", SFlag::S_IFIFO)),
    ("pipe as passwd", |tree| node(tree, "etc/passwd", SFlag::S_IFIFO)),
    ("pipe as os-release", |tree| node(tree, "etc/os-release", SFlag::S_IFIFO)),
    ("pipe as helper", |tree| node(tree, "usr/lib/qemu/qemu-bridge-helper", SFlag::S_IFIFO)),
    ("pipe as libvirt configuration", |tree| node(tree, "etc/libvirt/qemu.conf", SFlag::S_IFIFO)),
    ("terminal as acl", |tree| device(tree, "etc/qemu/bridge.conf", (5, 0))),
    ("endless device as acl", |tree| device(tree, "etc/qemu/bridge.conf", (1, 5))),
    ("endless device as helper", |tree| device(tree, "usr/lib/qemu/qemu-bridge-helper", (1, 5))),
    ("endless device as passwd", |tree| device(tree, "etc/passwd", (1, 5))),
    ("endless device as tun", |tree| device(tree, "dev/net/tun", (1, 5))),
    ("sparse acl", |tree| sparse(tree, "etc/qemu/bridge.conf")),
    ("sparse helper", |tree| sparse(tree, "usr/lib/qemu/qemu-bridge-helper")),
    ("sparse passwd", |tree| sparse(tree, "etc/passwd")),
    ("sparse os-release", |tree| sparse(tree, "etc/os-release")),
    ("include outside", |tree| write(tree, "etc/qemu/bridge.conf", &format!("include {SECRET}\n"))),
    ("include with dots", |tree| write(tree, "etc/qemu/bridge.conf", "include /../../../../mnt/desk/secret\n")),
    ("include of a relative path", |tree| write(tree, "etc/qemu/bridge.conf", "include ../desk/secret\n")),
    ("include of a terminal", |tree| write(tree, "etc/qemu/bridge.conf", "include /dev/tty\ninclude /dev/stdin\n")),
    ("include cycle", |tree| write(tree, "etc/qemu/bridge.conf", &format!("include {ACL}\n").repeat(30))),
    ("socket as acl", |tree| node(tree, "etc/qemu/bridge.conf", SFlag::S_IFSOCK)),
];

/// ACLs on the running machine.
const LIVE: &[Hostile] = &[
    ("pipe", |acl| files::node(acl, SFlag::S_IFIFO, (0, 0), 0o644)),
    ("endless device", |acl| files::node(acl, SFlag::S_IFCHR, (1, 5), 0o644)),
    ("sparse", |acl| File::create(acl)?.set_len(SPARSE)),
    ("thirty self-includes", |acl| std::fs::write(acl, format!("include {ACL}\n").repeat(30))),
    ("one line of a megabyte", |acl| std::fs::write(acl, format!("allow {}\n", "x".repeat(1 << 20)))),
    ("many rules", |acl| std::fs::write(acl, "allow br0\n".repeat(50_000))),
    ("many includes", |acl| std::fs::write(acl, "include /etc/hostname\n".repeat(20_000))),
];

/// The trials.
pub fn trials() -> Vec<Trial> {
    vec![
        super::trial("hostile trees", |sandbox| survive(sandbox, "hostile trees", TREES, in_tree)),
        super::trial("hostile live ACLs", |sandbox| survive(sandbox, "hostile live ACLs", LIVE, live)),
    ]
}

fn survive(
    sandbox: &Sandbox,
    name: &'static str,
    cases: &[Hostile],
    ask: fn(&Sandbox, &Hostile) -> Result<(), String>,
) -> Result<(), Failed> {
    let mut tally = Tally::new(name);
    let state = State::healthy();
    sandbox.realise(&state)?;
    files::write(SECRET, format!("allow {CANARY}\nID={CANARY}\n{CANARY}:x:0:0::/:/bin/sh\n"), 0o644)?;
    for case in cases {
        tally.add(&state, ask(sandbox, case).map_err(|difference| format!("{}: {difference}", case.0)));
    }
    tally.finish()
}

fn in_tree(sandbox: &Sandbox, (_, make): &Hostile) -> Result<(), String> {
    let tree = Path::new(HOST);
    remove(tree)
        .and_then(|()| std::fs::create_dir(tree))
        .and_then(|()| make(tree))
        .map_err(|error| format!("the lab: {error}"))?;
    let root = ["--root", HOST];
    for who in [Credentials::ROOT, Credentials::ALICE] {
        for command in [&["check", "--format", "json"][..], &["check", "--verbose"], &["collect"]] {
            harmless(&doctor::call(sandbox, who, command.iter().chain(&root))?)?;
        }
    }
    Ok(())
}

fn live(sandbox: &Sandbox, (_, make): &Hostile) -> Result<(), String> {
    sandbox.forget();
    remove(ACL_DIRECTORY)
        .and_then(|()| files::directory(ACL_DIRECTORY, 0o755))
        .and_then(|()| make(Path::new(ACL)))
        .map_err(|error| format!("the lab: {error}"))?;
    for (who, further) in [(Credentials::ALICE, &[][..]), (Credentials::ROOT, &["--user", "alice"])] {
        for command in [&["check", "--format", "json"][..], &["acl"], &["collect"]] {
            let mut arguments = command.to_vec();
            arguments.extend(further);
            harmless(&doctor::call(sandbox, who, arguments)?)?;
        }
    }
    Ok(())
}

/// A documented exit code, something said, and nothing from outside.
fn harmless(answer: &Answer) -> Result<(), String> {
    let text = format!("{}{}", answer.stdout, answer.stderr);
    if text.contains(CANARY) {
        return Err(format!("it escaped: {text}"));
    }
    if text.trim().is_empty() || !(0..=4).contains(&answer.exit) {
        return Err(format!("exit {} and {text:?}", answer.exit));
    }
    Ok(())
}

fn parent(tree: &Path, path: &str) -> io::Result<std::path::PathBuf> {
    let path = tree.join(path);
    path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
    Ok(path)
}

fn link(tree: &Path, path: &str, target: &str) -> io::Result<()> {
    files::link(target, parent(tree, path)?)
}

fn write(tree: &Path, path: &str, content: &str) -> io::Result<()> {
    files::write(parent(tree, path)?, content, 0o644)
}

fn node(tree: &Path, path: &str, kind: SFlag) -> io::Result<()> {
    files::node(parent(tree, path)?, kind, (0, 0), 0o666)
}

fn device(tree: &Path, path: &str, number: (u64, u64)) -> io::Result<()> {
    files::node(parent(tree, path)?, SFlag::S_IFCHR, number, 0o666)
}

fn sparse(tree: &Path, path: &str) -> io::Result<()> {
    File::create(parent(tree, path)?)?.set_len(SPARSE)
}
