//! `/dev/net/tun`.

use std::os::unix::net::UnixListener;

use nix::mount::MsFlags;
use nix::sys::stat::SFlag;

use super::{Made, Realise, Value};
use crate::sandbox::place::{TUN, TUN_DIRECTORY, remount};
use crate::sandbox::{ALICE, LAB_GROUP, STRANGER, files};

const MISSING: &str = "tun-device-missing";
const WRONG: &str = "tun-device-wrong";
const PERMISSION: &str = "tun-device-permission";

/// Every value.
pub(super) fn values() -> Vec<Value> {
    vec![
        good("0666", || tun(0, 0, 0o666)),
        good("group-in", || tun(0, LAB_GROUP, 0o660)),
        good("owned-by-user", || tun(ALICE, 0, 0o600)),
        good("posix-acl-in", || {
            tun(0, 0, 0o600)?;
            files::posix_acl(TUN, ALICE, 6, 6)
        }),
        good("link", || {
            files::node(format!("{TUN_DIRECTORY}/real"), SFlag::S_IFCHR, (10, 200), 0o666)?;
            files::link("real", TUN)
        }),
        good("readonly-mount", || {
            tun(0, 0, 0o666)?;
            remount(TUN_DIRECTORY, MsFlags::MS_RDONLY)
        }),
        fault("missing", MISSING, || Ok(())),
        fault("dangling-link", MISSING, || files::link("/dev/no-such-tun", TUN)),
        closed("0600", || tun(0, 0, 0o600)),
        closed("group-out", || tun(0, STRANGER, 0o660)),
        closed("0444-readable", || tun(0, 0, 0o444)),
        closed("0622-writable", || tun(0, 0, 0o622)),
        closed("denied-to-own-group", || tun(0, LAB_GROUP, 0o606)),
        closed("posix-acl-masked", || {
            tun(0, 0, 0o600)?;
            files::posix_acl(TUN, ALICE, 6, 4)
        }),
        closed("closed-directory", || {
            tun(0, 0, 0o666)?;
            files::chmod(TUN_DIRECTORY, 0o700)
        }),
        fault("nodev-mount", PERMISSION, || {
            tun(0, 0, 0o666)?;
            remount(TUN_DIRECTORY, MsFlags::MS_NODEV)
        }),
        fault("regular-file", WRONG, || files::write(TUN, "", 0o666)),
        fault("directory-of-root", WRONG, || files::directory(TUN, 0o755)),
        fault("random-device", WRONG, || files::node(TUN, SFlag::S_IFCHR, (1, 9), 0o666)),
        fault("no-such-memory", WRONG, || files::node(TUN, SFlag::S_IFCHR, (1, 200), 0o666)),
        fault("directory", WRONG, || files::directory(TUN, 0o777)),
        fault("pipe", WRONG, || files::node(TUN, SFlag::S_IFIFO, (0, 0), 0o666)),
        fault("null-device", WRONG, || files::node(TUN, SFlag::S_IFCHR, (1, 3), 0o666)),
        fault("unknown-device", WRONG, || files::node(TUN, SFlag::S_IFCHR, (10, 199), 0o666)),
        fault("block-device", WRONG, || files::node(TUN, SFlag::S_IFBLK, (10, 200), 0o666)),
        fault("socket", WRONG, || {
            drop(UnixListener::bind(TUN)?);
            files::chmod(TUN, 0o666)
        }),
        fault("link-loop", WRONG, || files::link("tun", TUN)),
    ]
}

fn tun(uid: u32, gid: u32, mode: u32) -> Made {
    files::node(TUN, SFlag::S_IFCHR, (10, 200), mode)?;
    files::own(TUN, uid, gid, mode)
}

fn good(name: &'static str, make: fn() -> Made) -> Value {
    Value::good(name, Realise::Files(make))
}

fn fault(name: &'static str, cause: &'static str, make: fn() -> Made) -> Value {
    Value::fault(name, Realise::Files(make), "tun-device", cause)
}

fn closed(name: &'static str, make: fn() -> Made) -> Value {
    fault(name, PERMISSION, make).for_ordinary_users()
}
