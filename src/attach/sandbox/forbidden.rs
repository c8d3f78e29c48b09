//! Which setting of the machine forbids user namespaces.

use nix::libc::{EINVAL, ENOSPC, EPERM, EUSERS};

use crate::snapshot::Errno;

/// Settings in the order in which the kernel asks them: file, the value that forbids, the command that allows.
const SETTINGS: &[(&str, &str, &str)] = &[
    ("/proc/sys/user/max_user_namespaces", "0", "sysctl user.max_user_namespaces=10000"),
    ("/proc/sys/user/max_net_namespaces", "0", "sysctl user.max_net_namespaces=10000"),
    ("/proc/sys/kernel/unprivileged_userns_clone", "0", "sysctl kernel.unprivileged_userns_clone=1"),
    (
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "sysctl kernel.apparmor_restrict_unprivileged_userns=0",
    ),
];

/// Says what forbids the namespaces, or anything in them, where this error came.
pub fn forbidden_by(errno: Errno) -> String {
    let forbids = |file: &str, value: &str| std::fs::read_to_string(file).is_ok_and(|found| found.trim() == value);
    if let Some((file, value, command)) = SETTINGS.iter().find(|(file, value, _)| forbids(file, value)) {
        return format!("{file} is {value}; root can allow it: {command}");
    }
    match errno.0 {
        EPERM => "a container's seccomp filter or a security module forbids user namespaces",
        ENOSPC | EUSERS => "the limit of nested or of all user namespaces is reached",
        EINVAL => "this kernel has no user namespaces (CONFIG_USER_NS)",
        _ => "no setting that is known forbids it",
    }
    .to_owned()
}
