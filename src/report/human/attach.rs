//! The end-to-end test for people: did a guest go on the bridge?

use crate::helper::Outcome;
use crate::report::{Attach, Check, CheckStatus, ForwardingStatus, Report};

use super::look::{Look, Tone};
use super::words::count;
use super::{Options, finding};

/// Writes what came of the real run, and everything that failed.
pub fn render_attach(report: &Report, attach: &Attach, options: &Options) -> String {
    let look = Look { options };
    let question = format!("Did a guest of {} go on {}?", look.name(&attach.user), look.name(&attach.bridge));
    let mut blocks = vec![format!("{question}   {}", answer(attach, &look))];
    let failed: Vec<&Check> = report.ended(CheckStatus::Fail).collect();
    let reason =
        attach.forwarding.reason.as_deref().filter(|reason| !failed.iter().any(|check| check.message == *reason));
    blocks.extend(facts(attach, reason, &look));
    let column = failed.iter().map(|check| finding::column(check, &look)).max().unwrap_or(0);
    blocks.extend(failed.iter().map(|check| finding::render(check, column, &look)));
    blocks.push(closing(attach, &look));
    blocks.join("\n\n") + "\n"
}

/// Writes what came of the sandbox, and what that proves.
pub fn render_sandbox(attach: &Attach, options: &Options) -> String {
    let look = Look { options };
    let question = "Does this kernel carry frames from tap to tap over a bridge?";
    let mut blocks = vec![format!("{question}   {}", answer(attach, &look))];
    blocks.extend(facts(attach, attach.forwarding.reason.as_deref(), &look));
    blocks.push(
        "  This was a bridge of its own in a user and a network namespace of its own; nothing outside was touched.\n  \
         It proves tun, bridge and user namespaces of this kernel. It proves nothing about the helper:\n  \
         `bridge-doctor check` looks at that, and `bridge-doctor attach` runs it."
            .to_owned(),
    );
    blocks.join("\n\n") + "\n"
}

fn answer(attach: &Attach, look: &Look<'_>) -> String {
    let forwarding = &attach.forwarding;
    let tap = attach.tap.as_ref().map_or_else(String::new, |tap| look.name(tap));
    let (tone, text) = match (attach.outcome, forwarding.status) {
        (Outcome::Attached, ForwardingStatus::Pass) => {
            let frames = count_of(forwarding.received);
            (Tone::Good, format!("Yes: {tap}, {frames} arrived, {}.", duration(attach.seconds)))
        }
        (Outcome::Attached, ForwardingStatus::Fail) => {
            (Tone::Bad, format!("No: {tap} is on the bridge, but frames are lost ({}).", arrived(forwarding.received)))
        }
        (Outcome::Attached, ForwardingStatus::Skip) => {
            (Tone::Doubt, format!("As far as can be told, yes: {tap}; but no frame could be sent."))
        }
        (_, _) if attach.helper.is_none() => (Tone::Bad, "No.".to_owned()),
        (Outcome::Refused, _) => (Tone::Bad, "No: the helper refused.".to_owned()),
        (Outcome::NotStarted, _) => (Tone::Bad, "No: the helper did not start.".to_owned()),
        (Outcome::Crashed, _) => (Tone::Bad, "No: the helper did not end by itself.".to_owned()),
    };
    look.paint(tone, &text)
}

/// Every frame counts once, however often it had to be sent.
fn count_of(received: u32) -> String {
    format!("{} of {received}", count(usize::try_from(received).unwrap_or(usize::MAX), "frame"))
}

fn arrived(received: u32) -> String {
    match received {
        0 => "none arrived".to_owned(),
        some => format!("only {} arrived", count(usize::try_from(some).unwrap_or(usize::MAX), "frame")),
    }
}

fn duration(seconds: f64) -> String {
    if seconds < 1.0 { format!("{:.0} ms", (seconds * 1000.0).max(1.0)) } else { format!("{seconds:.1} s") }
}

/// What was seen, a line each; nothing where there is nothing to see.
fn facts(attach: &Attach, reason: Option<&str>, look: &Look<'_>) -> Option<String> {
    let mut rows = Vec::new();
    let mut row = |label: &str, text: &str| {
        rows.push(format!("  {} {}", look.paint(Tone::Faint, &format!("{label:<8}")), look.text(text)));
    };
    if let Some(helper) = &attach.helper {
        row("helper", helper);
    }
    if attach.outcome != Outcome::Attached {
        if let Some(line) = &attach.stderr {
            row("it said", line);
        }
        if let Some(errno) = attach.errno {
            row("errno", &format!("{errno}: {}", errno.text()));
        }
    }
    if let Some(tap) = &attach.tap {
        let known = [
            attach.vnet_hdr.map(|there| if there { "vnet header".to_owned() } else { "no vnet header".to_owned() }),
            attach.mtu.map(|mtu| format!("MTU {mtu}")),
            attach.mac.clone(),
            attach.port_state.map(|state| format!("port {state}")),
        ];
        let known: Vec<String> = std::iter::once(tap.clone()).chain(known.into_iter().flatten()).collect();
        row("tap", &known.join(", "));
    }
    // The helper's own line stands above already.
    let repeats = attach.outcome == Outcome::Refused && attach.exit_code != Some(0) && attach.stderr.is_some();
    if let Some(reason) = reason.filter(|_| !repeats) {
        row("why", reason);
    }
    (!rows.is_empty()).then(|| rows.join("\n"))
}

fn closing(attach: &Attach, look: &Look<'_>) -> String {
    let foretold = match attach.agrees_with_prediction {
        Some(true) => "The helper did what was foretold.",
        Some(false) => "The helper did not do what was foretold.",
        None => "What the helper would do could not be foretold here.",
    };
    match attach.left_behind.as_slice() {
        [] => format!("{foretold} Nothing was left behind."),
        names => {
            let names: Vec<String> = names.iter().map(|name| look.name(name)).collect();
            look.paint(Tone::Bad, &format!("{foretold} Left behind: {}.", names.join(", ")))
        }
    }
}
