//! Many hosts as a monitoring plugin says it.

use super::{Fleet, HostStatus, told};
use crate::report::Run;
use crate::report::nagios::{PluginState, plain};

/// The state for many hosts: a host that fails is worse than one that cannot be judged.
pub fn state(fleet: &Fleet, strict: bool) -> PluginState {
    let any = |status| fleet.hosts.iter().any(|host| host.verdict(strict) == status);
    if any(HostStatus::Fail) {
        PluginState::Critical
    } else if any(HostStatus::Unreadable) || any(HostStatus::Unknown) {
        PluginState::Unknown
    } else if any(HostStatus::Warn) {
        PluginState::Warning
    } else {
        PluginState::Ok
    }
}

/// Writes the table for Nagios, Icinga and their kin.
pub fn render(fleet: &Fleet, run: &Run) -> String {
    let counts: Vec<String> = HostStatus::ALL
        .into_iter()
        .filter(|status| fleet.summary.of(*status) > 0)
        .map(|status| format!("{} {}", fleet.summary.of(status), status.word()))
        .collect();
    let causes: Vec<String> =
        fleet.causes.iter().take(3).map(|cause| format!("{} on {}", cause.id, cause.count)).collect();
    let causes = if causes.is_empty() { String::new() } else { format!(" ({})", causes.join(", ")) };
    let hosts = fleet.summary.hosts;
    let head = format!("BRIDGE {} - of {hosts} hosts {}{causes}", state(fleet, run.strict).word(), counts.join(", "));
    let mut data = vec![format!("hosts={hosts};;;0")];
    data.extend(HostStatus::ALL.map(|status| format!("{}={};;;0", status.word(), fleet.summary.of(status))));
    data.push(format!("time={:.6}s;;;0", run.took.as_secs_f64()));
    let mut lines = vec![format!("{} | {}", plain(&head), data.join(" "))];
    lines.extend(
        fleet.hosts.iter().filter(|host| host.status != HostStatus::Pass).map(|host| {
            plain(&format!("[{}] {}: {}", host.status.word(), run.text(&host.host), told(host, run.charset)))
        }),
    );
    lines.join("\n") + "\n"
}
