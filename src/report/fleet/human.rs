//! Many hosts for people: what is wrong, and below it where.

use super::{Fleet, HostEntry, HostStatus};
use crate::catalogue;
use crate::report::text::{Charset, clipped, printable};

/// Hosts that are shown below one cause, unless all are asked for.
const SHOWN: usize = 20;

/// Writes the table.
pub fn render(fleet: &Fleet, charset: Charset, verbose: bool) -> String {
    let mut blocks = vec![answer(fleet)];
    let mut rest = fleet.hosts.as_slice();
    while let Some(first) = rest.first() {
        let key = |host: &HostEntry| (host.status, host.wrong().next());
        let length = rest.iter().take_while(|host| key(host) == key(first)).count();
        let (group, others) = rest.split_at(length);
        rest = others;
        blocks.push(block(group, first, charset, verbose));
    }
    blocks.join("\n\n") + "\n"
}

/// `2 of 4 hosts fail, 1 warns, 1 passes.`
pub(super) fn answer(fleet: &Fleet) -> String {
    let counts: Vec<String> = HostStatus::ALL
        .into_iter()
        .map(|status| (status, fleet.summary.of(status)))
        .filter(|(_, count)| *count > 0)
        .map(|(status, count)| format!("{count} {}", verb(status, count)))
        .collect();
    let hosts = if fleet.summary.hosts == 1 { "host" } else { "hosts" };
    format!("Of {} {hosts}: {}.", fleet.summary.hosts, counts.join(", "))
}

fn verb(status: HostStatus, count: usize) -> &'static str {
    match (status, count) {
        (HostStatus::Unreadable, _) => "unreadable",
        (HostStatus::Fail, 1) => "fails",
        (HostStatus::Fail, _) => "fail",
        (HostStatus::Unknown, _) => "unknown",
        (HostStatus::Warn, 1) => "warns",
        (HostStatus::Warn, _) => "warn",
        (HostStatus::Pass, 1) => "passes",
        (HostStatus::Pass, _) => "pass",
    }
}

fn block(group: &[HostEntry], first: &HostEntry, charset: Charset, verbose: bool) -> String {
    let hosts = if group.len() == 1 { "1 host".to_owned() } else { format!("{} hosts", group.len()) };
    let ascii = charset == Charset::Ascii;
    let (symbol, plain) = match first.status {
        HostStatus::Unreadable | HostStatus::Fail => ("✗", "x"),
        HostStatus::Unknown => ("?", "?"),
        HostStatus::Warn => ("!", "!"),
        HostStatus::Pass => ("✓", "+"),
    };
    let cause = first.wrong().next();
    let what = cause.map_or_else(String::new, |(status, id)| format!(" {id}{}", title(status, id)));
    let mut lines = vec![format!("{} {}{what}: {hosts}", if ascii { plain } else { symbol }, first.status.word())];
    let shown = match first.status {
        _ if verbose => group.len(),
        HostStatus::Pass => 0,
        _ => SHOWN,
    };
    let names: Vec<String> = group.iter().take(shown).map(|host| clipped(&host.host, 48, charset)).collect();
    let width = names.iter().map(|name| textwrap::core::display_width(name)).max().unwrap_or(0);
    for (host, name) in group.iter().zip(&names) {
        let room = " ".repeat(width - textwrap::core::display_width(name));
        lines.push(format!("    {name}{room}   {}", told(host, charset)).trim_end().to_owned());
    }
    if group.len() > shown && shown > 0 {
        lines.push(format!("    and {} more, which --verbose and --format json list", group.len() - shown));
    }
    lines.join("\n")
}

/// What the cause is; a check that could not look found none, though one may have its name.
fn title(status: HostStatus, id: &str) -> String {
    let title = match status {
        HostStatus::Unknown => catalogue::page(id).map(|page| format!(" (could not look whether {})", page.title)),
        _ => catalogue::cause(id).map(|(_, cause)| format!(" ({})", cause.title)),
    };
    title.unwrap_or_default()
}

/// Who and where, what was seen, and what else is wrong.
pub(super) fn told(host: &HostEntry, charset: Charset) -> String {
    let text = |text: &str| printable(text, charset);
    let bridges: Vec<String> = host.bridges.iter().map(|bridge| clipped(bridge, 32, charset)).collect();
    let mut parts = Vec::new();
    parts.extend(host.user.as_ref().map(|user| format!("{} on {}", clipped(user, 32, charset), bridges.join(", "))));
    parts.extend(host.message.as_ref().map(|message| text(message)));
    let also: Vec<&str> = host.wrong().skip(1).map(|(_, id)| id).collect();
    if !also.is_empty() {
        parts.push(format!("also {}", also.join(", ")));
    }
    parts.join("; ")
}
