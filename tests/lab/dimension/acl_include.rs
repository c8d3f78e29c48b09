//! The ACL and the files it includes.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use nix::sys::stat::SFlag;

use super::{Made, Realise, Value};
use crate::sandbox::files::{self, acl, directory, link, node, write};
use crate::sandbox::place::{ACL, ACL_DIRECTORY, HOME};

const MORE: &str = "/etc/qemu/more.conf";
const INCLUDE: &str = "include /etc/qemu/more.conf\n";

/// Every value.
pub(super) fn values() -> Vec<Value> {
    [followed(), fruitless(), cyclic()].concat()
}

fn included(content: impl AsRef<[u8]>, mode: u32) -> Made {
    acl(INCLUDE)?;
    write(MORE, content, mode)
}

/// A file whose name is no text.
fn strange() -> PathBuf {
    Path::new(ACL_DIRECTORY).join(OsStr::from_bytes(b"\xff.conf"))
}

fn followed() -> Vec<Value> {
    vec![
        good("include", |name| included(format!("allow {name}\n"), 0o644)),
        good("include-broken-after-the-rule", |name| included(format!("allow {name}\nfrobnicate x\n"), 0o644)),
        good("include-missing-beside-the-rule", |name| acl(format!("include /no/such/file\nallow {name}\n"))),
        good("include-link", |name| {
            acl(INCLUDE)?;
            link("real.conf", MORE)?;
            write(format!("{ACL_DIRECTORY}/real.conf"), format!("allow {name}\n"), 0o644)
        }),
        good("include-of-an-include", |name| {
            included("include /etc/qemu/third.conf\n", 0o644)?;
            write("/etc/qemu/third.conf", format!("allow {name}\n"), 0o644)
        }),
        good("include-twice", |name| {
            acl(INCLUDE.repeat(2))?;
            write(MORE, format!("allow {name}\n"), 0o644)
        }),
        good("include-relative", |name| {
            acl("include lab.conf\n")?;
            write(format!("{HOME}/lab.conf"), format!("allow {name}\n"), 0o644)
        }),
        good("include-chained-allow-after-missing", |name| {
            included(format!("include /no/such/file\nallow {name}\n"), 0o644)
        }),
        good("include-null-device", |name| {
            acl(format!("{INCLUDE}allow {name}\n"))?;
            node(MORE, SFlag::S_IFCHR, (1, 3), 0o666)
        }),
        good("include-twenty-two-deep", |name| {
            acl("include /etc/qemu/1\n")?;
            for level in 1..22 {
                write(format!("{ACL_DIRECTORY}/{level}"), format!("include {ACL_DIRECTORY}/{}\n", level + 1), 0o644)?;
            }
            write(format!("{ACL_DIRECTORY}/22"), format!("allow {name}\n"), 0o644)
        }),
        good("include-not-utf-8", |name| {
            acl(b"include /etc/qemu/\xff.conf\n")?;
            write(strange(), format!("allow {name}\n"), 0o644)
        }),
        good("include-without-end-of-line", |name| {
            acl("include /etc/qemu/more.conf")?;
            write(MORE, format!("allow {name}"), 0o644)
        }),
    ]
}

fn fruitless() -> Vec<Value> {
    vec![
        denial("include-missing", |_| acl(INCLUDE)),
        denial("include-broken-before-the-rule", |name| included(format!("frobnicate x\nallow {name}\n"), 0o644)),
        denial("include-chained-deny", |name| {
            acl(format!("allow {name}\n{INCLUDE}"))?;
            write(MORE, "include /etc/qemu/third.conf\n", 0o644)?;
            write("/etc/qemu/third.conf", format!("deny {name}\n"), 0o644)
        }),
        denial("include-relative-not-here", |name| {
            acl("include more.conf\n")?;
            write(MORE, format!("allow {name}\n"), 0o644)
        }),
        denial("include-directory", |_| {
            acl(INCLUDE)?;
            directory(MORE, 0o755)
        }),
        denial("include-glob", |name| {
            acl("include /etc/qemu/*.conf\n")?;
            write(MORE, format!("allow {name}\n"), 0o644)
        }),
        denial("include-with-comment", |name| {
            acl("include /etc/qemu/more.conf # ours\n")?;
            write(MORE, format!("allow {name}\n"), 0o644)
        }),
        denial("include-quoted", |name| {
            acl("include \"/etc/qemu/more.conf\"\n")?;
            write(MORE, format!("allow {name}\n"), 0o644)
        }),
        denial("include-dangling-link", |_| {
            acl(INCLUDE)?;
            link("no-such.conf", MORE)
        }),
        denial("include-unreadable", |name| included(format!("allow {name}\n"), 0o600)).for_ordinary_users(),
        denial("include-not-utf-8-unreadable", |name| {
            acl(b"include /etc/qemu/\xff.conf\n")?;
            write(strange(), format!("allow {name}\n"), 0o600)
        })
        .for_ordinary_users(),
        denial("include-in-closed-directory", |name| {
            acl("include /etc/qemu/closed/more.conf\n")?;
            directory("/etc/qemu/closed", 0o700)?;
            write("/etc/qemu/closed/more.conf", format!("allow {name}\n"), 0o644)
        })
        .for_ordinary_users(),
    ]
}

fn cyclic() -> Vec<Value> {
    vec![
        good("include-cycle-that-ends", |name| acl(format!("include {ACL}\nallow {name}\n"))),
        good("include-cycle-of-two", |name| {
            acl(format!("allow {name}\n{INCLUDE}"))?;
            write(MORE, format!("include {ACL}\n"), 0o644)
        }),
        Value::fault(
            "include-cycle-that-never-ends",
            Realise::Acl(|name| acl(format!("include {ACL}\ninclude {ACL}\nallow {name}\n"))),
            "acl-include",
            "acl-include-cycle",
        )
        .alone(),
        endless("include-pipe", |name| {
            acl(format!("{INCLUDE}allow {name}\n"))?;
            node(MORE, SFlag::S_IFIFO, (0, 0), 0o644)
        }),
        endless("include-zero-device", |name| {
            acl(format!("{INCLUDE}allow {name}\n"))?;
            node(MORE, SFlag::S_IFCHR, (1, 5), 0o644)
        }),
        good("include-closed-beside-the-rule", |name| {
            acl(format!("allow {name}\n{INCLUDE}"))?;
            files::write(MORE, "deny all\n", 0o600)
        }),
    ]
}

fn good(name: &'static str, make: fn(&str) -> Made) -> Value {
    Value::good(name, Realise::Acl(make))
}

fn endless(name: &'static str, make: fn(&str) -> Made) -> Value {
    Value::fault(name, Realise::Acl(make), "acl-include", "acl-include-endless").alone()
}

fn denial(name: &'static str, make: fn(&str) -> Made) -> Value {
    Value::fault(name, Realise::Acl(make), "acl-allows", "acl-denied")
}
