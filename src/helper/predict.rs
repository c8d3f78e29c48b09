//! The helper's own order of steps, walked until one of them fails.

use super::credentials::Credentials;
use super::launch::{Launch, Refusal, launch};
use super::prediction::Prediction;
use super::steps::{NAME_SIZE, TAP_MTU, add_port, open_tun, set_interface};
use crate::acl::{Outcome, Reading, Verdict};
use crate::snapshot::{Errno, Fact, NetOwner, Snapshot};

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
        Launch::Stopped(Refusal::CannotDrop(_)) => {
            let judged_by = &["privilege-gain", "helper-setuid"];
            return Some(Prediction::refused(bridge, "failed to drop privileges".to_owned(), judged_by));
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
    if let Some(errno) = snapshot.process.known().and_then(|process| process.socket_error) {
        let line = format!("failed to open control socket: {}", errno.text());
        return Some(Prediction::refused(bridge, line, &["privilege-gain"]));
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
        if bridge == *tap {
            // The helper's own tap is made before the name is looked up, and takes it.
            return Fact::Known(Some(not_added(bridge, tap, Errno::EOPNOTSUPP)));
        }
        let Some(link) = network.resolve(bridge) else {
            if !network.looked_for(bridge) {
                return Fact::unknown("this interface was not looked for");
            }
            let line = format!("failed to get mtu of bridge `{bridge}': {}", Errno::ENODEV.text());
            return Fact::Known(Some(Prediction::refused(bridge, line, &["bridge-exists"])));
        };
        if !TAP_MTU.contains(&link.mtu) {
            let line = format!("failed to set mtu of device `{tap}' to {}: {}", link.mtu, Errno::EINVAL.text());
            return Fact::Known(Some(Prediction::refused(bridge, line, &["bridge-exists", "bridge-capacity"])));
        }
        Fact::Known(add_port(link).map(|errno| not_added(bridge, tap, errno)))
    })
}

fn not_added(bridge: &str, tap: &str, errno: Errno) -> Prediction {
    let line = format!("failed to add interface `{tap}' to bridge `{bridge}': {}", errno.text());
    Prediction::refused(bridge, line, &["bridge-exists", "bridge-capacity"])
}
