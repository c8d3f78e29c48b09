//! The path of a frame from the user to the wire, and where it is cut.

use crate::report::{Check, CheckStatus, Report};

use super::finding::matters;
use super::look::Look;

/// The checks behind each station after the user, in the order of the path.
const HELPER: &[&str] = &[
    "helper-path",
    "helper-symlink",
    "helper-executable",
    "helper-setuid",
    "helper-mount",
    "helper-tamper",
    "libvirt-helper",
];
const ACL: &[&str] = &["acl-file", "acl-syntax", "acl-include", "acl-allows", "acl-exposure"];
const TUN: &[&str] = &["tun-device"];
const BRIDGE: &[&str] = &["bridge-exists", "bridge-capacity", "bridge-up", "bridge-forwarding", "bridge-netfilter"];
const UPLINK: &[&str] = &["bridge-uplink", "ip-forward"];

struct Station {
    label: String,
    status: Option<CheckStatus>,
}

/// The picture for one bridge: two lines, or none where nothing on the path was checked.
pub(super) fn render(report: &Report, bridge: &str, look: &Look<'_>) -> Option<String> {
    let status = |ids: &[&str]| worst(report, bridge, ids, look);
    let mut stations: Vec<Station> = [
        ("helper".to_owned(), status(HELPER)),
        ("acl".to_owned(), status(ACL)),
        ("tun".to_owned(), status(TUN)),
        (look.name(bridge), status(BRIDGE)),
        (uplink(report, bridge, look), status(UPLINK)),
    ]
    .into_iter()
    .filter(|(_, status)| status.is_some())
    .map(|(label, status)| Station { label, status })
    .collect();
    if stations.is_empty() {
        return None;
    }
    // The user is at fault only where the user's process is.
    let user =
        status(&["privilege-gain"]).filter(|status| !matches!(status, CheckStatus::Pass | CheckStatus::NotApplicable));
    stations.insert(0, Station { label: look.name(&report.subject.user), status: user });
    Some(draw(&stations, look))
}

fn draw(stations: &[Station], look: &Look<'_>) -> String {
    let dash = if look.options.ascii { "-" } else { "─" };
    let (mut path, mut marks) = ("  ".to_owned(), "  ".to_owned());
    for (at, station) in stations.iter().enumerate() {
        let label = textwrap::core::display_width(&station.label);
        let mark = station.status.map(|status| look.mark(status));
        let marked = mark.as_ref().map_or(0, |mark| 2 + mark.word.len());
        path += &station.label;
        if at + 1 < stations.len() {
            let dashes = 2.max(marked.saturating_sub(label));
            path += &format!(" {} ", dash.repeat(dashes));
            if let Some(mark) = &mark {
                marks += &look.paint(mark.tone, mark.symbol);
                marks += &format!(" {}", mark.word);
            }
            marks += &" ".repeat(label + 2 + dashes - marked);
        } else if let Some(mark) = &mark {
            marks += &format!("{} {}", look.paint(mark.tone, mark.symbol), mark.word);
        }
    }
    format!("{path}\n{}", marks.trim_end())
}

/// The worst status among these checks, as far as they are about this bridge.
///
/// What could not look and matters little is left to the last line: a question mark here would have no explanation.
fn worst(report: &Report, bridge: &str, ids: &[&str], look: &Look<'_>) -> Option<CheckStatus> {
    let rank = |status: &CheckStatus| match status {
        CheckStatus::Fail => 5,
        CheckStatus::Warn => 4,
        CheckStatus::Unknown => 3,
        CheckStatus::Blocked => 2,
        CheckStatus::Pass => 1,
        CheckStatus::NotApplicable => 0,
    };
    let shown = |check: &&Check| check.status != CheckStatus::Unknown || matters(check, look);
    about(report, bridge)
        .filter(|check| ids.contains(&check.id))
        .filter(shown)
        .map(|check| check.status)
        .max_by_key(rank)
}

fn about<'a>(report: &'a Report, bridge: &'a str) -> impl Iterator<Item = &'a Check> {
    report.checks.iter().filter(move |check| check.bridge.as_deref().is_none_or(|about| about == bridge))
}

/// The uplink's name, where the check saw one.
fn uplink(report: &Report, bridge: &str, look: &Look<'_>) -> String {
    about(report, bridge)
        .filter(|check| check.id == "bridge-uplink")
        .flat_map(|check| &check.evidence)
        .find(|entry| entry.fact == "uplink" && entry.value != "none")
        .map_or_else(|| "uplink".to_owned(), |entry| look.name(&entry.value))
}
