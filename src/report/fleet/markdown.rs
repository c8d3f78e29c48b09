//! Many hosts in Markdown.

use super::human::answer;
use super::{Fleet, HostEntry, told};
use crate::report::Run;
use crate::report::markdown::cell;

/// Writes the table for an issue tracker.
pub fn render(fleet: &Fleet, run: &Run) -> String {
    let mut rows =
        vec![format!("### {}\n", answer(fleet)), "| status | host | causes | observed |\n|---|---|---|---|".to_owned()];
    rows.extend(fleet.hosts.iter().map(|host: &HostEntry| {
        let causes: Vec<String> = host.wrong().map(|(_, cause)| cell(cause)).collect();
        let (name, observed) = (cell(&run.text(&host.host)), cell(&told(host, run.charset)));
        format!("| {} | {name} | {} | {observed} |", host.status.word(), causes.join(" "))
    }));
    rows.join("\n") + "\n"
}
