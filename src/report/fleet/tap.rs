//! Many hosts in the Test Anything Protocol: a test point for each snapshot.

use std::fmt::Write as _;

use super::{Fleet, HostStatus, told};
use crate::report::Run;
use crate::report::tap::{escaped, inside};

/// Writes the table for a TAP consumer.
pub fn render(fleet: &Fleet, run: &Run) -> String {
    let mut text = format!("TAP version 13\n1..{}\n", fleet.hosts.len());
    for (at, host) in fleet.hosts.iter().enumerate() {
        let word = match host.verdict(run.strict) {
            HostStatus::Pass | HostStatus::Warn => "ok",
            HostStatus::Fail | HostStatus::Unknown | HostStatus::Unreadable => "not ok",
        };
        let _ = writeln!(text, "{word} {} - {}", at + 1, escaped(&run.text(&host.host)));
        if host.status != HostStatus::Pass {
            let _ = writeln!(text, "  ---\n  status: {}", host.status.word());
            let causes: Vec<&str> = host.wrong().map(|(_, cause)| cause).collect();
            let _ = writeln!(text, "  causes: {}", causes.join(" "));
            let _ = writeln!(text, "  found: |\n    {}\n  ...", inside(&told(host, run.charset)));
        }
    }
    text
}
