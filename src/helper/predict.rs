//! The helper's own order of steps, walked until one of them fails.

use super::credentials::Credentials;
use super::launch::{Launch, Refusal, launch};
use super::prediction::Prediction;
use super::steps::{NAME_SIZE, TAP_MTU, add_port, open_tun, set_interface};
use crate::acl::{Outcome, Reading, Verdict};
use crate::snapshot::{Call, Errno, Fact, NetOwner, Snapshot};

/// What the helper would do for this bridge; nothing where a fact that decides is missing.
///
/// One reading of the ACL serves every bridge: it comes from [`acl_reading`](super::acl_reading).
pub fn predict(snapshot: &Snapshot, acl: &Reading, bridge: &str) -> Option<Prediction> {
    let credentials = match launch(&snapshot.subject, &snapshot.process, &snapshot.helper) {
        Launch::Started(credentials) => credentials,
        Launch::Stopped(Refusal::NotStarted(errno)) => {
            let judged_by = &["helper-path", "helper-symlink", "helper-executable", "privilege-gain", "helper-setuid"];
            return Some(Prediction::not_started(bridge, errno, judged_by));
        }
        Launch::Stopped(Refusal::Crashed) => return Some(Prediction::crashed(bridge, &["helper-executable"])),
        Launch::Stopped(Refusal::NoLibrary(library)) => {
            return Some(Prediction::not_loaded(bridge, &snapshot.helper.path, &library, &["helper-executable"]));
        }
        Launch::Stopped(Refusal::CannotDrop(_)) => {
            let judged_by = &["privilege-gain", "helper-setuid"];
            return Some(Prediction::refused(bridge, "failed to drop privileges".to_owned(), judged_by));
        }
        Launch::Stopped(Refusal::Forbidden(errno)) => {
            return Some(forbidden(bridge, errno, |_| "failed to drop privileges".to_owned()));
        }
        Launch::Unknown(_) | Launch::NeedsLiveHost => return None,
    };
    if bridge.len() >= NAME_SIZE {
        let line = format!("name `{bridge}' too long: {}", bridge.len());
        return Some(Prediction::refused(bridge, line, &["bridge-exists"]));
    }
    match refused_by_acl(snapshot, acl, bridge) {
        Fact::Known(None) => {}
        Fact::Known(refusal) => return refusal,
        Fact::Unknown(_) | Fact::NeedsLiveHost => return None,
    }
    let no_socket = |errno: Errno| format!("failed to open control socket: {}", errno.text());
    if let Some(errno) = snapshot.process.known().and_then(|process| process.socket_error) {
        return Some(forbidden(bridge, Some(errno), no_socket));
    }
    if let Some(refusal) = refused_call(snapshot, bridge, Call::MakeSocket, no_socket) {
        return Some(refusal);
    }
    match refused_by_tun(snapshot, credentials, bridge) {
        Fact::Known(None) => {}
        Fact::Known(refusal) => return refusal,
        Fact::Unknown(_) | Fact::NeedsLiveHost => return None,
    }
    let refusal = refused_by_bridge(snapshot, bridge).known().cloned()?;
    Some(refusal.unwrap_or_else(|| Prediction::attached(bridge, last_line(acl))))
}

/// What an included file's error makes the helper print, though it goes on.
fn last_line(acl: &Reading) -> Option<String> {
    let line = acl.stderr.iter().rfind(|line| !line.is_empty())?;
    Some(String::from_utf8_lossy(line).into_owned())
}

fn refused_by_acl(snapshot: &Snapshot, acl: &Reading, bridge: &str) -> Fact<Option<Prediction>> {
    let unparsed = |judged_by| {
        let line = format!("failed to parse default acl file `{}'", snapshot.acl.path.display());
        Fact::Known(Some(Prediction::refused(bridge, line, judged_by)))
    };
    match acl.outcome {
        // A helper that runs as neither root nor the subject opens the file as somebody else.
        Outcome::NotOpened(_) => unparsed(&["acl-file", "helper-setuid"]),
        Outcome::Broken => unparsed(&["acl-syntax"]),
        Outcome::Endless => Fact::Known(Some(Prediction::crashed(bridge, &["acl-file", "acl-include"]))),
        Outcome::Unknown => Fact::unknown("the ACL could not be read"),
        Outcome::Parsed => match acl.decide(bridge.as_bytes()).verdict {
            Verdict::Allow => Fact::Known(None),
            Verdict::Unknown => Fact::unknown("an included file could not be read"),
            Verdict::Deny | Verdict::ParseError => {
                let line = "access denied by acl file".to_owned();
                Fact::Known(Some(Prediction::refused(bridge, line, &["acl-allows"])))
            }
        },
    }
}

fn refused_by_tun(snapshot: &Snapshot, credentials: Credentials, bridge: &str) -> Fact<Option<Prediction>> {
    open_tun(&snapshot.tun).and_then(|errno| {
        if let Some(errno) = errno {
            let line = format!("failed to open /dev/net/tun: {}", errno.text());
            return Fact::Known(Some(Prediction::refused(bridge, line, &["tun-device", "helper-setuid"])));
        }
        let cannot_create = |errno: Errno, judged_by| {
            let line = format!("failed to create tun device: {}", errno.text());
            Fact::Known(Some(Prediction::refused(bridge, line, judged_by)))
        };
        let not_created = |errno: Errno| format!("failed to create tun device: {}", errno.text());
        if let Some(refusal) = refused_call(snapshot, bridge, Call::CreateTap, not_created) {
            return Fact::Known(Some(refusal));
        }
        match set_interface(&snapshot.tun) {
            Fact::Known(None) => {}
            Fact::Known(Some(errno)) => return cannot_create(errno, &["tun-device"]),
            missing => return missing.map(|_| None),
        }
        let powerless =
            || cannot_create(Errno::EPERM, &["helper-symlink", "helper-setuid", "helper-mount", "privilege-gain"]);
        if !credentials.has_net_admin() {
            return powerless();
        }
        let owner = snapshot.process.as_ref().and_then(|process| process.net_owner.clone());
        owner.and_then(|owner| match owner {
            NetOwner::Within => Fact::Known(None),
            NetOwner::Above => powerless(),
        })
    })
}

fn refused_by_bridge(snapshot: &Snapshot, bridge: &str) -> Fact<Option<Prediction>> {
    snapshot.network.as_ref().and_then(|network| {
        let tap = &network.next_tap;
        let no_mtu = |errno: Errno| format!("failed to get mtu of bridge `{bridge}': {}", errno.text());
        if let Some(refusal) = refused_call(snapshot, bridge, Call::GetMtu, no_mtu) {
            return Fact::Known(Some(refusal));
        }
        if bridge == *tap {
            // The helper's own tap is made before the name is looked up, and takes it.
            return Fact::Known(Some(not_added(bridge, tap, Errno::EOPNOTSUPP)));
        }
        let Some(link) = network.resolve(bridge) else {
            if !network.looked_for(bridge) {
                return Fact::unknown("this interface was not looked for");
            }
            return Fact::Known(Some(Prediction::refused(bridge, no_mtu(Errno::ENODEV), &["bridge-exists"])));
        };
        let mtu_kept = |errno: Errno| format!("failed to set mtu of device `{tap}' to {}: {}", link.mtu, errno.text());
        if let Some(refusal) = refused_call(snapshot, bridge, Call::SetMtu, mtu_kept) {
            return Fact::Known(Some(refusal));
        }
        if !TAP_MTU.contains(&link.mtu) {
            let judged_by = &["bridge-exists", "bridge-capacity"];
            return Fact::Known(Some(Prediction::refused(bridge, mtu_kept(Errno::EINVAL), judged_by)));
        }
        let before = refused_on_tap(
            snapshot,
            bridge,
            &[
                (Call::GetAddress, &format!("failed to get MAC address of device `{tap}'")),
                (Call::SetAddress, &format!("failed to set MAC address of device `{tap}'")),
                (Call::AddPort, &format!("failed to add interface `{tap}' to bridge `{bridge}'")),
            ],
        );
        let after = || {
            refused_on_tap(
                snapshot,
                bridge,
                &[
                    (Call::GetFlags, &format!("failed to get interface flags for `{tap}'")),
                    (Call::SetFlags, &format!("failed to bring up interface `{tap}'")),
                    (Call::SendDescriptor, "failed to write fd to unix socket"),
                ],
            )
        };
        let refused = before.or_else(|| add_port(link).map(|errno| not_added(bridge, tap, errno)));
        Fact::Known(refused.or_else(after))
    })
}

/// The first of these calls that a filter refuses, with what the helper then prints.
fn refused_on_tap(snapshot: &Snapshot, bridge: &str, calls: &[(Call, &str)]) -> Option<Prediction> {
    let refused = |(call, line): &(Call, &str)| {
        refused_call(snapshot, bridge, *call, |errno| format!("{line}: {}", errno.text()))
    };
    calls.iter().find_map(refused)
}

/// What comes of a call that a filter refuses.
fn refused_call(
    snapshot: &Snapshot,
    bridge: &str,
    call: Call,
    line: impl FnOnce(Errno) -> String,
) -> Option<Prediction> {
    let refused = snapshot.process.known()?.refused(call)?;
    Some(forbidden(bridge, refused.errno, line))
}

fn forbidden(bridge: &str, errno: Option<Errno>, line: impl FnOnce(Errno) -> String) -> Prediction {
    let judged_by = &["privilege-gain"];
    match errno {
        Some(errno) => Prediction::refused(bridge, line(errno), judged_by),
        None => Prediction::crashed(bridge, judged_by),
    }
}

fn not_added(bridge: &str, tap: &str, errno: Errno) -> Prediction {
    let line = format!("failed to add interface `{tap}' to bridge `{bridge}': {}", errno.text());
    Prediction::refused(bridge, line, &["bridge-exists", "bridge-capacity"])
}
