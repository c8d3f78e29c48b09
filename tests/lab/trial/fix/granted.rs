//! It never grants more than was asked for: who may use which bridge, before and after, by the real helper.

use std::collections::BTreeSet;
use std::io::Write as _;

use libtest_mimic::{Failed, Trial};

use super::host;
use super::tree::Tree;
use crate::doctor;
use crate::oracle;
use crate::sandbox::place::{ACL, ACL_DIRECTORY};
use crate::sandbox::{Credentials, LAB_GROUP, STRANGER, Sandbox, files};
use crate::state::State;

/// The bridge that is asked for.
const ASKED: &str = "br0";
/// Others that stand beside it.
const OTHERS: [&str; 4] = ["br9000", "brstp", "fifteen-chars-x", "br.0"];

/// Alice as she logs in, Alice without her group, and somebody else.
const USERS: [(&str, Credentials); 3] = [
    ("alice", Credentials::ALICE),
    ("alice without her group", Credentials { groups: &[], ..Credentials::ALICE }),
    ("stranger", Credentials { uid: STRANGER, groups: &[], ..Credentials::ALICE }),
];

/// Hosts before a fix, but for the ACL.
const HOSTS: [&str; 5] =
    ["helper:4755", "helper:0755", "helper:4750-out-of-group", "tun:0600", "helper:capability-p,tun:group-out"];

/// An ACL.
type Rules = (&'static str, fn() -> std::io::Result<()>);

const ACLS: &[Rules] = &[
    ("none", || files::directory(ACL_DIRECTORY, 0o755)),
    ("another bridge", || files::acl("allow br9000\n")),
    ("another bridge and a deny", || files::acl("allow br9000\ndeny brstp\n")),
    ("denied", || files::acl("deny br0\nallow br9000\n")),
    ("all denied", || files::acl("deny all\n")),
    ("all but one", || files::acl("allow all\ndeny br0\n")),
    ("commented out", || files::acl("# allow br0\n# allow all\n")),
    ("a comma", || files::acl("allow br0,br9000\n")),
    ("two names", || files::acl("allow br0 br9000\n")),
    ("a glob", || files::acl("allow br*\n")),
    ("capitals", || files::acl("allow ALL\n")),
    ("a typo", || files::acl("alow br0\nallow br9000\n")),
    ("a typo before all", || files::acl("alow br0\nallow all\n")),
    ("a bad line between", || files::acl("allow br0\nfrobnicate\nallow br9000\ndeny brstp\n")),
    ("closed", || files::acl_as("allow br0\nallow br9000\n", 0, 0, 0o600)),
    ("closed, and only the asked one", || files::acl_as("allow br0\n", 0, 0, 0o600)),
    ("closed, and all", || files::acl_as("allow all\n", 0, 0, 0o600)),
    ("of a group", || files::acl_as("allow br9000\n", 0, LAB_GROUP, 0o640)),
    ("of a user by POSIX ACL", || {
        files::acl_as("allow brstp\n", 0, 0, 0o600)?;
        files::posix_acl(ACL, STRANGER, 4, 4)
    }),
    ("in a closed directory", || {
        files::acl("allow br9000\n")?;
        files::chmod(ACL_DIRECTORY, 0o700)
    }),
    ("an include that is closed", || {
        files::acl("include /etc/qemu/more.conf\n")?;
        files::write("/etc/qemu/more.conf", "allow br9000\nallow br0\n", 0o600)
    }),
    ("an include that breaks off", || {
        files::acl("include /etc/qemu/more.conf\n")?;
        files::write("/etc/qemu/more.conf", "frobnicate\nallow all\n", 0o644)
    }),
    ("an include that is missing", || files::acl("include /no/such.conf\nallow br.0\n")),
];

/// The trials.
pub fn trials() -> Vec<Trial> {
    vec![super::super::trial("fix: nobody gets more than was asked for", nobody_more)]
}

/// Who may use which bridge.
type Granted = BTreeSet<(&'static str, &'static str)>;

fn granted(sandbox: &Sandbox) -> Result<Granted, Failed> {
    let mut granted = BTreeSet::new();
    for (user, credentials) in USERS {
        for bridge in std::iter::once(ASKED).chain(OTHERS) {
            if oracle::ask_as(sandbox, credentials, bridge)?.outcome == "attached" {
                granted.insert((user, bridge));
            }
        }
    }
    Ok(granted)
}

fn nobody_more(sandbox: &Sandbox) -> Result<(), Failed> {
    host::prepare(sandbox)?;
    let (mut mended, mut left_alone) = (0, 0);
    for rules in ACLS {
        // A rule that is in force serves whoever has a helper: what the administrator allowed is no more than was asked.
        make(sandbox, "helper:4755", rules)?;
        let in_force = granted(sandbox)?;
        for host in HOSTS {
            make(sandbox, host, rules)?;
            let place = format!("{host}, ACL {}", rules.0);
            match one(sandbox, &in_force).map_err(|why| format!("{place}: {why}"))? {
                true => mended += 1,
                false => left_alone += 1,
            }
        }
    }
    let _ = writeln!(std::io::stderr(), "granted: {mended} mended, {left_alone} left to people");
    if mended > 20 && left_alone > 0 { Ok(()) } else { Err(format!("{mended} mended, {left_alone} left").into()) }
}

fn make(sandbox: &Sandbox, host: &str, rules: &Rules) -> Result<(), Failed> {
    host::clear_journal()?;
    host::clear_statoverride()?;
    sandbox.forget();
    sandbox.realise(&State::parse(host)?)?;
    crate::sandbox::place::remove(ACL_DIRECTORY)?;
    Ok(rules.1()?)
}

/// Whether it was mended.
fn one(sandbox: &Sandbox, in_force: &Granted) -> Result<bool, String> {
    let lab = |error: std::io::Error| format!("the lab: {error}");
    let told = |failed: Failed| failed.message().unwrap_or_default().to_owned();
    let tree = Tree::now().map_err(lab)?;
    let before = granted(sandbox).map_err(told)?;
    let arguments = ["fix", "--yes", "--user=alice", "--bridge=br0"];
    let answer = doctor::call(sandbox, Credentials::ROOT, arguments)?;
    let after = granted(sandbox).map_err(told)?;
    let said = format!("{}{}", answer.stdout, answer.stderr);
    // The ACL knows bridges, not users: what lets Alice use one lets everybody.
    let is_asked = |(_, bridge): &(&str, &str)| *bridge == ASKED;
    let more: Vec<_> =
        after.iter().filter(|one| !before.contains(*one) && !in_force.contains(*one) && !is_asked(one)).collect();
    let less: Vec<_> = before.difference(&after).collect();
    if !more.is_empty() || !less.is_empty() {
        return Err(format!("gained {more:?}, lost {less:?}\n{said}"));
    }
    let changed = tree.same(&Tree::now().map_err(lab)?).is_err();
    match (answer.exit, after.contains(&("alice", ASKED))) {
        (0, true) => Ok(changed),
        (1, _) => Ok(false),
        (exit, _) => Err(format!("exit {exit}, {after:?}\n{said}")),
    }
}
