//! `check` and `collect` change nothing: every system call they make is looked at.

use std::fs;
use std::time::Duration;

use libtest_mimic::{Failed, Trial};

use crate::doctor;
use crate::sandbox::place::{DESK, DOCTOR};
use crate::sandbox::{Credentials, Sandbox, files, run};
use crate::state::State;

/// Tracing is slow.
const LIMIT: Duration = Duration::from_secs(20);

/// System calls that change files, mounts, the network, time, other processes or the kernel, whatever their arguments.
const CHANGING: &[&str] = &[
    "acct",
    "add_key",
    "adjtimex",
    "bind_mount",
    "bpf",
    "chmod",
    "chown",
    "chroot",
    "clock_settime",
    "creat",
    "delete_module",
    "fallocate",
    "fchmod",
    "fchmodat",
    "fchown",
    "fchownat",
    "finit_module",
    "fremovexattr",
    "fsetxattr",
    "fsmount",
    "fspick",
    "ftruncate",
    "futimesat",
    "init_module",
    "ioperm",
    "iopl",
    "kexec_load",
    "keyctl",
    "lchown",
    "link",
    "linkat",
    "lremovexattr",
    "lsetxattr",
    "mkdir",
    "mkdirat",
    "mknod",
    "mknodat",
    "mount",
    "mount_setattr",
    "move_mount",
    "open_by_handle_at",
    "pivot_root",
    "process_vm_writev",
    "ptrace",
    "quotactl",
    "reboot",
    "removexattr",
    "rename",
    "renameat",
    "renameat2",
    "rmdir",
    "setdomainname",
    "sethostname",
    "setsockopt_attach",
    "settimeofday",
    "setxattr",
    "swapoff",
    "swapon",
    "symlink",
    "symlinkat",
    "sync",
    "syncfs",
    "truncate",
    "umount2",
    "unlink",
    "unlinkat",
    "utime",
    "utimensat",
    "utimes",
    "vhangup",
];

/// Requests to devices and namespaces that only ask.
const ASKING_IOCTLS: &[&str] = &[
    "NS_GET_USERNS",
    "NS_GET_PARENT",
    "NS_GET_OWNER_UID",
    "NS_GET_NSTYPE",
    "TCGETS",
    "TIOCGWINSZ",
    // The bridge's own requests and ethtool's are not told apart here. Those that change something take a privilege that
    // alice lacks, and for her, too, those that are sent succeed.
    "SIOCDEVPRIVATE",
    "SIOCETHTOOL",
    "SIOCGIF",
    "FIOCLEX",
];

/// The trials.
pub fn trials() -> Vec<Trial> {
    vec![
        super::trial("check by alice changes nothing", |sandbox| trace(sandbox, "check", Credentials::ALICE, &[])),
        super::trial("check by root for alice changes nothing", |sandbox| {
            trace(sandbox, "check", Credentials::ROOT, &["--user", "alice"])
        }),
        super::trial("collect by root changes nothing", |sandbox| trace(sandbox, "collect", Credentials::ROOT, &[])),
    ]
}

fn trace(sandbox: &Sandbox, what: &str, who: Credentials, further: &[&str]) -> Result<(), Failed> {
    for named in ["", "helper:0755,acl:missing,tun:0600", "acl:include-of-an-include,bridge:full", "bridge:missing"] {
        let state = State::parse(named)?;
        sandbox.realise(&state)?;
        files::chmod(DESK, 0o777)?;
        let log = format!("{DESK}/trace");
        let mut strace = doctor::command("/usr/bin/strace");
        strace.args(["-f", "-v", "-s", "256", "-o", &log, DOCTOR, what, "--bridge", state.bridge()]).args(further);
        who.put_on(&mut strace, &sandbox.namespaces)?;
        let answer = doctor::answer(&run(&mut strace, LIMIT)?)?;
        let calls = fs::read_to_string(&log)?;
        fs::remove_file(&log)?;
        let offending: Vec<_> = calls.lines().filter(|line| changes(line)).take(10).collect();
        if !calls.contains("execve(") || !calls.contains("exit_group(") || answer.exit == 4 {
            return Err(Failed::from(format!("{state}: the trace is no trace of a whole run: exit {}", answer.exit)));
        }
        if !offending.is_empty() {
            return Err(Failed::from(format!("{state}: changes something:\n{}", offending.join("\n"))));
        }
    }
    Ok(())
}

/// Whether this line of a trace is a call that may change the machine.
fn changes(line: &str) -> bool {
    let call = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
    let Some((name, arguments)) = call.split_once('(') else {
        return false;
    };
    match name {
        "open" | "openat" | "openat2" => writes(arguments),
        "ioctl" => !ASKING_IOCTLS.iter().any(|asking| arguments.contains(asking)),
        "sendto" | "sendmsg" | "sendmmsg" => arguments.contains("nlmsg_type=") && !only_asks(arguments),
        "kill" | "tgkill" | "tkill" | "pidfd_send_signal" => true,
        _ => CHANGING.contains(&name),
    }
}

fn writes(arguments: &str) -> bool {
    let opens = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"].iter().any(|flag| arguments.contains(flag));
    opens && !arguments.contains("\"/dev/null\"")
}

fn only_asks(arguments: &str) -> bool {
    arguments.match_indices("nlmsg_type=").all(|(at, key)| {
        let kind = arguments.get(at + key.len()..).unwrap_or_default();
        ["RTM_GET", "NFT_MSG_GET", "NLMSG_DONE", "0x10 /*"].iter().any(|asking| kind.starts_with(asking))
            || kind.contains("NFT_MSG_GET")
    })
}
