//! What stands at the helper's path.

use nix::mount::MsFlags;
use nix::sys::stat::SFlag;

use super::{Made, Realise, Value};
use crate::sandbox::files::{self, NET_ADMIN, NET_RAW, UNKNOWN};
use crate::sandbox::place::{HELPER, HELPERS, LOADER, Mould, STORE, remount};
use crate::sandbox::{ALICE, LAB_GROUP, STRANGER};

const EXECUTABLE: (&str, &str) = ("helper-executable", "helper-not-executable");
const FORMAT: (&str, &str) = ("helper-executable", "helper-bad-format");
const DANGLING: (&str, &str) = ("helper-symlink", "helper-symlink-dangling");
const COPY: (&str, &str) = ("helper-symlink", "helper-symlink-unprivileged-copy");
const SETUID: (&str, &str) = ("helper-setuid", "helper-not-setuid");
const OWNER: (&str, &str) = ("helper-setuid", "helper-owner-not-root");
const CAPABILITIES: (&str, &str) = ("helper-setuid", "helper-file-caps-incomplete");
const NOSUID: (&str, &str) = ("helper-mount", "helper-nosuid-mount");

/// `MS_NOSYMFOLLOW` of Linux 5.10 and later.
const NOSYMFOLLOW: MsFlags = MsFlags::from_bits_retain(256);

/// Every value.
pub(super) fn values() -> Vec<Value> {
    [privileged(), unprivileged(), linked(), not_executable()].concat()
}

fn good(name: &'static str, make: fn() -> Made) -> Value {
    Value::good(name, Realise::Files(make))
}

fn fault(name: &'static str, (check, cause): (&'static str, &'static str), make: fn() -> Made) -> Value {
    Value::fault(name, Realise::Files(make), check, cause)
}

/// A fault that an ordinary user meets, and root does not.
fn barrier(name: &'static str, finding: (&'static str, &'static str), make: fn() -> Made) -> Value {
    fault(name, finding, make).for_ordinary_users()
}

fn helper(uid: u32, gid: u32, mode: u32) -> Made {
    Mould::Helper.put(HELPER, uid, gid, mode)
}

fn with_capability(mode: u32, capability: u8, effective: bool, root: Option<u32>) -> Made {
    helper(0, 0, mode)?;
    files::capabilities(HELPER, capability, effective, root)
}

fn stored(mould: Mould, mode: u32) -> Made {
    mould.put(format!("{STORE}/helper"), 0, 0, mode)
}

fn privileged() -> Vec<Value> {
    vec![
        good("4755", || helper(0, 0, 0o4755)),
        good("4555", || helper(0, 0, 0o4555)),
        good("4511", || helper(0, 0, 0o4511)),
        good("4711", || helper(0, 0, 0o4711)),
        good("6755", || helper(0, LAB_GROUP, 0o6755)),
        good("4777-writable", || helper(0, 0, 0o4777)),
        good("4750-in-group", || helper(0, LAB_GROUP, 0o4750)),
        good("4710-in-group", || helper(0, LAB_GROUP, 0o4710)),
        good("4700-posix-acl-in", || {
            helper(0, 0, 0o4700)?;
            files::posix_acl(HELPER, ALICE, 5, 7)
        }),
        good("capability-ep", || with_capability(0o755, NET_ADMIN, true, None)),
        good("capabilities-of-two-kinds", || {
            helper(0, 0, 0o755)?;
            files::two_capabilities(HELPER, NET_ADMIN, NET_RAW)
        }),
        good("capability-that-no-kernel-knows", || {
            helper(0, 0, 0o755)?;
            files::two_capabilities(HELPER, NET_ADMIN, UNKNOWN)
        }),
        good("class-of-32-bits", || Mould::WrongClass.put(HELPER, 0, 0, 0o4755)),
        good("capability-ep-0511", || with_capability(0o511, NET_ADMIN, true, None)),
        good("capability-ep-owned-by-user", || {
            helper(ALICE, ALICE, 0o755)?;
            files::capabilities(HELPER, NET_ADMIN, true, None)
        }),
        good("directory-searchable-only", || {
            helper(0, 0, 0o4755)?;
            files::chmod(HELPERS, 0o711)
        }),
        good("noatime-nodev-mount", || {
            helper(0, 0, 0o4755)?;
            remount("/usr/lib/qemu", MsFlags::MS_NODEV | MsFlags::MS_NOATIME)
        }),
        good("readonly-mount", || {
            helper(0, 0, 0o4755)?;
            remount("/usr/lib/qemu", MsFlags::MS_RDONLY)
        }),
    ]
}

fn unprivileged() -> Vec<Value> {
    vec![
        barrier("0755", SETUID, || helper(0, 0, 0o755)),
        barrier("2755-setgid-only", SETUID, || helper(0, LAB_GROUP, 0o2755)),
        barrier("2755-group-root", SETUID, || helper(0, 0, 0o2755)),
        barrier("0755-owned-by-user", SETUID, || helper(ALICE, ALICE, 0o755)),
        barrier("4755-owned-by-stranger", OWNER, || helper(STRANGER, STRANGER, 0o4755)),
        barrier("4755-owned-by-user", OWNER, || helper(ALICE, ALICE, 0o4755)),
        barrier("6755-owned-by-stranger", OWNER, || helper(STRANGER, STRANGER, 0o6755)),
        barrier("capability-p", CAPABILITIES, || with_capability(0o755, NET_ADMIN, false, None)),
        barrier("capability-of-another-kind", CAPABILITIES, || with_capability(0o755, NET_RAW, true, None)),
        barrier("capability-of-another-namespace", CAPABILITIES, || {
            with_capability(0o755, NET_ADMIN, true, Some(STRANGER))
        }),
        barrier("capability-ei", CAPABILITIES, || {
            helper(0, 0, 0o755)?;
            files::inheritable_capability(HELPER, NET_ADMIN)
        }),
        // File capabilities limit what a setuid helper gains, and this one lacks those that dropping privileges takes.
        barrier("setuid-and-capability-ep", CAPABILITIES, || with_capability(0o4755, NET_ADMIN, true, None)),
        barrier("setuid-and-capability-p", CAPABILITIES, || with_capability(0o4755, NET_ADMIN, false, None)),
        barrier("setuid-and-capability-of-another-kind", CAPABILITIES, || with_capability(0o4755, NET_RAW, true, None)),
        barrier("nosuid-mount", NOSUID, || {
            helper(0, 0, 0o4755)?;
            remount("/usr/lib/qemu", MsFlags::MS_NOSUID)
        }),
        barrier("nosuid-mount-capability-ep", NOSUID, || {
            with_capability(0o755, NET_ADMIN, true, None)?;
            remount("/usr/lib/qemu", MsFlags::MS_NOSUID)
        }),
    ]
}

fn linked() -> Vec<Value> {
    vec![
        good("link-to-privileged", || {
            stored(Mould::Helper, 0o4755)?;
            files::link(format!("{STORE}/helper"), HELPER)
        }),
        good("relative-link", || {
            Mould::Helper.put(format!("{HELPERS}/real"), 0, 0, 0o4755)?;
            files::link("real", HELPER)
        }),
        good("chain-of-links", || {
            stored(Mould::Helper, 0o4755)?;
            files::link(format!("{STORE}/helper"), format!("{STORE}/third"))?;
            files::link("third", format!("{STORE}/second"))?;
            files::link(format!("{STORE}/second"), HELPER)
        }),
        good("link-through-linked-directory", || {
            files::directory(format!("{STORE}/real"), 0o755)?;
            Mould::Helper.put(format!("{STORE}/real/helper"), 0, 0, 0o4755)?;
            files::link("real", format!("{STORE}/current"))?;
            files::link("../../../mnt/store/current/../current/helper", HELPER)
        }),
        fault("nosymfollow-mount", DANGLING, || {
            stored(Mould::Helper, 0o4755)?;
            files::link(format!("{STORE}/helper"), HELPER)?;
            remount("/usr/lib/qemu", NOSYMFOLLOW)
        }),
        fault("dangling-link", DANGLING, || files::link("/mnt/store/nothing", HELPER)),
        fault("dangling-in-missing-directory", DANGLING, || files::link("/mnt/store/no/such/helper", HELPER)),
        fault("link-through-a-file", DANGLING, || {
            stored(Mould::Helper, 0o4755)?;
            files::link(format!("{STORE}/helper/helper"), HELPER)
        }),
        fault("link-loop", DANGLING, || {
            files::link("second", HELPER)?;
            files::link("qemu-bridge-helper", format!("{HELPERS}/second"))
        }),
        barrier("link-to-unprivileged-copy", COPY, || {
            stored(Mould::SecondHelper, 0o755)?;
            files::link(format!("{STORE}/helper"), HELPER)
        }),
        barrier("link-into-closed-directory", EXECUTABLE, || {
            files::directory(format!("{STORE}/closed"), 0o700)?;
            Mould::Helper.put(format!("{STORE}/closed/helper"), 0, 0, 0o4755)?;
            files::link(format!("{STORE}/closed/helper"), HELPER)
        }),
    ]
}

fn not_executable() -> Vec<Value> {
    vec![
        fault("missing", ("helper-path", "helper-missing"), || Ok(())),
        fault("4644-not-executable", EXECUTABLE, || helper(0, 0, 0o4644)),
        fault("0644", EXECUTABLE, || helper(0, 0, 0o644)),
        fault("directory", EXECUTABLE, || files::directory(HELPER, 0o755)),
        fault("pipe", EXECUTABLE, || files::node(HELPER, SFlag::S_IFIFO, (0, 0), 0o755)),
        fault("device", EXECUTABLE, || files::node(HELPER, SFlag::S_IFCHR, (1, 3), 0o755)),
        barrier("4750-out-of-group", EXECUTABLE, || helper(0, STRANGER, 0o4750)),
        barrier("4754-out-of-group", EXECUTABLE, || helper(0, 0, 0o4754)),
        barrier("4705-denied-to-own-group", EXECUTABLE, || helper(0, LAB_GROUP, 0o4705)),
        barrier("4755-posix-acl-denies", EXECUTABLE, || {
            helper(0, 0, 0o4755)?;
            files::posix_acl(HELPER, ALICE, 0, 5)
        }),
        barrier("closed-directory", EXECUTABLE, || {
            helper(0, 0, 0o4755)?;
            files::chmod(HELPERS, 0o700)
        }),
        fault("noexec-mount", EXECUTABLE, || {
            helper(0, 0, 0o4755)?;
            remount("/usr/lib/qemu", MsFlags::MS_NOEXEC)
        }),
        fault("empty-file", FORMAT, || Mould::Empty.put(HELPER, 0, 0, 0o4755)),
        fault("truncated-file", FORMAT, || Mould::Truncated.put(HELPER, 0, 0, 0o4755)),
        fault("lost-library", ("helper-executable", "helper-library-missing"), || {
            Mould::LostLibrary.put(HELPER, 0, 0, 0o4755)
        }),
        fault("foreign-processor", FORMAT, || Mould::Foreign.put(HELPER, 0, 0, 0o4755)),
        fault("lost-script", FORMAT, || Mould::LostScript.put(HELPER, 0, 0, 0o4755)),
        fault("script-with-a-long-path", FORMAT, || Mould::LongScript.put(HELPER, 0, 0, 0o4755)),
        fault("lost-loader", FORMAT, || Mould::LostLoader.put(HELPER, 0, 0, 0o4755)),
        fault("loader-not-executable", FORMAT, || {
            files::write(LOADER, "", 0o644)?;
            Mould::OtherLoader.put(HELPER, 0, 0, 0o4755)
        }),
        fault("loader-is-a-directory", FORMAT, || {
            files::directory(LOADER, 0o755)?;
            Mould::OtherLoader.put(HELPER, 0, 0, 0o4755)
        }),
        fault("loader-is-empty", FORMAT, || {
            files::write(LOADER, "", 0o755)?;
            Mould::OtherLoader.put(HELPER, 0, 0, 0o4755)
        }),
        fault("loader-is-a-script", FORMAT, || {
            files::write(LOADER, format!("#!/bin/sh\n#{}", "x".repeat(64)), 0o755)?;
            Mould::OtherLoader.put(HELPER, 0, 0, 0o4755)
        }),
        barrier("loader-in-closed-directory", FORMAT, || {
            files::directory(format!("{STORE}/closed"), 0o700)?;
            files::link("/lib64/ld-linux-x86-64.so.2", format!("{STORE}/closed/loader"))?;
            files::link(format!("{STORE}/closed/loader"), LOADER)?;
            Mould::OtherLoader.put(HELPER, 0, 0, 0o4755)
        }),
        fault("script-without-execute-bit-behind", FORMAT, || {
            files::write(LOADER, "", 0o644)?;
            Mould::OtherScript.put(HELPER, 0, 0, 0o4755)
        }),
        fault("script-behind-itself", FORMAT, || {
            files::write(LOADER, format!("#!{LOADER}\n"), 0o755)?;
            Mould::OtherScript.put(HELPER, 0, 0, 0o4755)
        }),
    ]
}
