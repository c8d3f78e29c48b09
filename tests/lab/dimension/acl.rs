//! The ACL as a file: where it stands and who can open it.

use std::fs;

use nix::sys::stat::SFlag;

use super::{Made, Realise, Value};
use crate::sandbox::files::{self, acl, acl_as};
use crate::sandbox::place::{ACL, ACL_DIRECTORY, DESK};
use crate::sandbox::{ALICE, LAB_GROUP, STRANGER};

const MISSING: &str = "acl-missing";
const UNREADABLE: &str = "acl-unreadable";

/// Every value.
pub(super) fn values() -> Vec<Value> {
    vec![
        good("allow", |name| acl(rule(name))),
        good("group-in", |name| acl_as(rule(name), 0, LAB_GROUP, 0o640)),
        good("owned-by-user", |name| acl_as(rule(name), ALICE, ALICE, 0o600)),
        good("writable-by-all", |name| acl_as(rule(name), 0, 0, 0o666)),
        good("posix-acl-in", |name| {
            acl_as(rule(name), 0, 0, 0o600)?;
            files::posix_acl(ACL, ALICE, 4, 4)
        }),
        good("link", |name| {
            files::directory(ACL_DIRECTORY, 0o755)?;
            files::write(format!("{ACL_DIRECTORY}/real.conf"), rule(name), 0o644)?;
            files::link("real.conf", ACL)
        }),
        good("linked-directory", |name| {
            let real = format!("{DESK}/qemu");
            files::directory(&real, 0o755)?;
            files::write(format!("{real}/bridge.conf"), rule(name), 0o644)?;
            files::link(real, ACL_DIRECTORY)
        }),
        good("directory-searchable-only", |name| {
            acl(rule(name))?;
            files::chmod(ACL_DIRECTORY, 0o711)
        }),
        fault("missing", MISSING, |_| files::directory(ACL_DIRECTORY, 0o755)),
        fault("no-directory", MISSING, |_| Ok(())),
        fault("directory-is-a-file", MISSING, |_| files::write(ACL_DIRECTORY, "", 0o644)),
        fault("dangling-link", MISSING, |_| {
            files::directory(ACL_DIRECTORY, 0o755)?;
            files::link("no-such.conf", ACL)
        }),
        fault("link-loop", UNREADABLE, |_| {
            files::directory(ACL_DIRECTORY, 0o755)?;
            files::link("bridge.conf", ACL)
        }),
        fault("socket", UNREADABLE, |_| {
            files::directory(ACL_DIRECTORY, 0o755)?;
            files::node(ACL, SFlag::S_IFSOCK, (0, 0), 0o666)
        }),
        fault("pipe", UNREADABLE, |_| {
            files::directory(ACL_DIRECTORY, 0o755)?;
            files::node(ACL, SFlag::S_IFIFO, (0, 0), 0o644)
        })
        .alone(),
        Value::fault(
            "null-device",
            Realise::Acl(|_| {
                files::directory(ACL_DIRECTORY, 0o755)?;
                files::link("/dev/null", ACL)
            }),
            "acl-allows",
            "acl-denied",
        )
        .alone(),
        closed("0600", |name| acl_as(rule(name), 0, 0, 0o600)),
        closed("group-out", |name| acl_as(rule(name), 0, STRANGER, 0o640)),
        closed("denied-to-own-group", |name| acl_as(rule(name), 0, LAB_GROUP, 0o604)),
        closed("owner-may-not-read", |name| acl_as(rule(name), ALICE, 0, 0o044)),
        closed("posix-acl-out", |name| {
            acl_as(rule(name), 0, 0, 0o600)?;
            files::posix_acl(ACL, STRANGER, 4, 4)
        }),
        closed("posix-acl-masked", |name| {
            acl_as(rule(name), 0, 0, 0o600)?;
            files::posix_acl(ACL, ALICE, 4, 0)
        }),
        closed("closed-directory", |name| {
            acl(rule(name))?;
            files::chmod(ACL_DIRECTORY, 0o700)
        }),
        closed("link-to-unreadable", |name| {
            files::directory(ACL_DIRECTORY, 0o755)?;
            files::write(format!("{ACL_DIRECTORY}/real.conf"), rule(name), 0o600)?;
            files::link("real.conf", ACL)
        }),
        closed("link-into-closed-directory", |name| {
            let closed = format!("{DESK}/closed");
            files::directory(ACL_DIRECTORY, 0o755)?;
            fs::create_dir_all(&closed)?;
            files::write(format!("{closed}/real.conf"), rule(name), 0o644)?;
            files::chmod(&closed, 0o700)?;
            files::link(format!("{closed}/real.conf"), ACL)
        }),
    ]
}

fn rule(name: &str) -> String {
    format!("allow {name}\n")
}

fn good(name: &'static str, make: fn(&str) -> Made) -> Value {
    Value::good(name, Realise::Acl(make))
}

fn fault(name: &'static str, cause: &'static str, make: fn(&str) -> Made) -> Value {
    Value::fault(name, Realise::Acl(make), "acl-file", cause)
}

fn closed(name: &'static str, make: fn(&str) -> Made) -> Value {
    fault(name, UNREADABLE, make).for_ordinary_users()
}
