//! The oracle itself, against runs of the helper that were recorded by hand.

use libtest_mimic::{Failed, Trial};

use crate::oracle::{self, Verdict};
use crate::sandbox::Sandbox;
use crate::state::{self, State};
use crate::tally::Tally;

const NO_ACL: &str = "failed to parse default acl file `/etc/qemu/bridge.conf'";
const NO_TUN: &str = "failed to create tun device: Operation not permitted";
const NOT_DROPPED: &str = "failed to drop privileges";
const DENIED: &str = "access denied by acl file";

/// States, and the line with which the helper refuses; an empty line: it attaches.
const REFUSALS: &[(&str, &str)] = &[
    ("", ""),
    ("acl:no-directory", NO_ACL),
    ("helper:0755,acl:no-directory", NO_ACL),
    ("acl:0600", NO_ACL),
    ("acl:closed-directory", NO_ACL),
    ("acl:group-in", ""),
    ("process:root,helper:0755,acl:0600", ""),
    ("helper:0755", NO_TUN),
    ("helper:0755,bridge:missing", NO_TUN),
    ("bridge:missing", "failed to get mtu of bridge `br9': No such device"),
    ("helper:capability-ep", ""),
    ("helper:capability-ep,acl:0600", NO_ACL),
    ("helper:capability-ep,process:no-new-privs", NO_TUN),
    ("helper:capability-p", NO_TUN),
    ("process:no-new-privs", NO_TUN),
    ("helper:nosuid-mount", NO_TUN),
    ("helper:4555", ""),
    ("helper:4511", ""),
    ("helper:4755-owned-by-stranger", NO_TUN),
    ("helper:2755-setgid-only", NO_TUN),
    ("process:bounding-set-without-net-admin", NOT_DROPPED),
    ("process:bounding-set-without-setpcap", NOT_DROPPED),
    ("process:bounding-set-without-setuid", NOT_DROPPED),
    ("process:bounding-set-without-setgid", NOT_DROPPED),
    ("process:user-namespace-as-root", NO_TUN),
    ("process:own-network-namespace,helper:0755", ""),
    ("bridge:veth", "failed to add interface `tap2' to bridge `wire0': Operation not supported"),
    ("bridge:tap", "failed to add interface `tap2' to bridge `tap0': Operation not supported"),
    ("bridge:loopback", "failed to set mtu of device `tap2' to 65536: Invalid argument"),
    ("bridge:full", "failed to add interface `tap0' to bridge `br0': Exchange full"),
    ("bridge:mtu-65535", "failed to set mtu of device `tap2' to 65535: Invalid argument"),
    ("bridge:empty-name", "failed to get mtu of bridge `': No such device"),
    ("bridge:sixteen-characters", "name `sixteen-chars-xy' too long: 16"),
    ("bridge:down", ""),
    ("bridge:mtu-9000", ""),
    ("tun:missing", "failed to open /dev/net/tun: No such file or directory"),
    ("tun:0600", "failed to open /dev/net/tun: Permission denied"),
    ("acl:short-trailing-comment", DENIED),
    ("acl:long-trailing-comment", NO_ACL),
    ("acl:tab-separated", ""),
    ("acl:tab-and-later-blank", NO_ACL),
    ("acl:keyword-only", NO_ACL),
    ("acl:equals-sign", NO_ACL),
    ("acl:upper-case", NO_ACL),
    ("acl:colon", NO_ACL),
    ("acl:byte-order-mark", NO_ACL),
    ("acl:directory", DENIED),
];

/// States in which the helper does not start, and the error of `execve`.
const NOT_STARTED: &[(&str, &str)] = &[
    ("helper:missing", "ENOENT"),
    ("helper:noexec-mount", "EACCES"),
    ("helper:4750-out-of-group", "EACCES"),
    ("helper:empty-file", "ENOEXEC"),
    ("helper:link-loop", "ELOOP"),
];

/// The trials.
pub fn trials() -> Vec<Trial> {
    vec![
        super::trial("the oracle agrees with recorded runs", agree_with_records),
        super::trial("every value can be made and its health is true of the helper", health_is_true),
    ]
}

fn agree_with_records(sandbox: &Sandbox) -> Result<(), Failed> {
    let mut tally = Tally::new("recorded runs");
    let refusals = REFUSALS.iter().map(|&(state, line)| {
        let outcome = if line.is_empty() { "attached" } else { "refused" };
        let stderr = (!line.is_empty()).then(|| line.to_owned());
        let exit_code = Some(i64::from(!line.is_empty()));
        (state, Verdict { outcome: outcome.to_owned(), exit_code, stderr, errno: None })
    });
    let not_started = NOT_STARTED.iter().map(|&(state, errno)| {
        let verdict =
            Verdict { outcome: "not-started".to_owned(), exit_code: None, stderr: None, errno: Some(errno.to_owned()) };
        (state, verdict)
    });
    for (name, recorded) in refusals.chain(not_started) {
        let state = State::parse(name)?;
        sandbox.realise(&state)?;
        let seen = oracle::ask(sandbox, &state)?;
        let same = if seen == recorded { Ok(()) } else { Err(format!("recorded: {recorded}\nseen:     {seen}")) };
        tally.add(&state, same);
    }
    tally.finish()
}

/// Values marked good attach, and values marked as faults do not, unless the fault is one of silence.
fn health_is_true(sandbox: &Sandbox) -> Result<(), Failed> {
    const SILENT: [&str; 2] = ["bridge-down", "vlan-filtered"];
    let mut tally = Tally::new("health of single values");
    for state in state::singles() {
        sandbox.realise(&state).map_err(|error| format!("{state}: {error}"))?;
        let seen = oracle::ask(sandbox, &state).map_err(|error| format!("{state}: {error}"))?;
        let claimed = match state.single_health() {
            crate::dimension::Health::Good => Some(true),
            crate::dimension::Health::Fault(fault) => Some(SILENT.contains(&fault.cause)),
            crate::dimension::Health::PredictionOnly => None,
        };
        let attached = seen.outcome == "attached";
        let agrees = claimed.is_none_or(|claimed| claimed == attached);
        tally.add(&state, if agrees { Ok(()) } else { Err(format!("the table is wrong: {seen}")) });
    }
    tally.finish()
}
