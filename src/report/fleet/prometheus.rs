//! Many hosts as metrics: the status of each, and the causes behind it.

use std::collections::HashSet;

use super::{Fleet, HostEntry, HostStatus};
use crate::report::Run;
use crate::report::prometheus::Metrics;

/// Writes the table for Prometheus.
pub fn render(fleet: &Fleet, run: &Run) -> String {
    let mut metrics = Metrics::default();
    let hosts = distinct(fleet, run);
    metrics.family("bridge_doctor_host_status", "How a host ended: 1 for the status that holds.");
    for (name, user, entry) in &hosts {
        for status in HostStatus::ALL {
            let labels = [("host", name.as_str()), ("user", user), ("status", status.word())];
            metrics.sample(&labels, u8::from(status == entry.status));
        }
    }
    metrics.family("bridge_doctor_host_cause", "What is wrong on a host.");
    for (name, user, entry) in &hosts {
        for (status, cause) in entry.wrong() {
            let labels = [("host", name.as_str()), ("user", user), ("cause", cause), ("status", status.word())];
            metrics.sample(&labels, 1);
        }
    }
    metrics.family("bridge_doctor_hosts", "How many hosts ended so.");
    for status in HostStatus::ALL {
        metrics.sample(&[("status", status.word())], fleet.summary.of(status));
    }
    metrics.run(&[], run);
    metrics.text
}

/// Each host and user once: of a host that was collected twice, the worst, which stands first.
fn distinct<'a>(fleet: &'a Fleet, run: &Run) -> Vec<(String, String, &'a HostEntry)> {
    let mut seen = HashSet::new();
    let mut distinct = Vec::new();
    for entry in &fleet.hosts {
        let user = entry.user.as_deref().map_or_else(String::new, |user| run.text(user));
        let key = (run.text(&entry.host), user);
        if seen.insert(key.clone()) {
            distinct.push((key.0, key.1, entry));
        }
    }
    distinct
}
