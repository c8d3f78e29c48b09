//! The real helper does what it is there for.

use regex::Regex;

use super::{Case, Evidence, Finding, Judgement, Remedy};
use crate::catalogue;
use crate::helper::{self, Outcome, Prediction};
use crate::snapshot::{End, Rung, Sent, Tap, Trial};

const MISMATCH: &str = "model-mismatch";

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let Some(trial) = case.trial() else { return Judgement::not_applicable(super::NO_TRIAL) };
    match (&trial.sent, case.prediction) {
        (_, Some(prediction)) if !helper::agrees(trial, prediction) => mismatch(case, trial, prediction).into(),
        (Sent::Tap(tap), _) if trial.outcome() == Outcome::Attached => attached(case, trial, tap),
        (_, prediction) => refused(trial, prediction.and_then(|prediction| prediction.cause)).into(),
    }
}

fn attached(case: &Case<'_>, trial: &Trial, tap: &Tap) -> Judgement {
    let bridge = case.bridge;
    let link = tap.link.as_ref();
    let text = |value: Option<String>| value.unwrap_or_else(|| "unknown".to_owned());
    let evidence = vec![
        Evidence::new("tap", &tap.name),
        Evidence::new("vnet header", if tap.vnet_header { "yes" } else { "no" }),
        Evidence::new("mtu", text(link.map(|link| link.mtu.to_string()))),
        Evidence::new("mac", text(link.and_then(|link| link.mac.clone()))),
    ];
    let odd = oddities(tap);
    if !odd.is_empty() {
        let message = format!("the helper handed over `{}`, but {}", tap.name, odd.join(", "));
        return Judgement::Found(vec![Finding { evidence, ..Finding::warn(MISMATCH, message) }.mend(please_report())]);
    }
    if !trial.left_behind.is_empty() {
        let message = format!("`{}` did not vanish with its descriptor", trial.left_behind.join("`, `"));
        return Finding::warn(MISMATCH, message).mend(please_report()).into();
    }
    Judgement::pass(format!("the helper put `{}` on `{bridge}` and handed it over", tap.name), evidence)
}

/// What the helper is known to set, and did not.
fn oddities(tap: &Tap) -> Vec<String> {
    let (Some(link), Some(bridge)) = (&tap.link, &tap.bridge) else { return Vec::new() };
    let mut odd = Vec::new();
    if !tap.vnet_header {
        odd.push("its frames have no vnet header".to_owned());
    }
    if link.mtu != bridge.mtu {
        odd.push(format!("its MTU is {} and not the bridge's {}", link.mtu, bridge.mtu));
    }
    if let Some(mac) = link.mac.as_ref().filter(|mac| !mac.starts_with("fe:")) {
        odd.push(format!("its address {mac} may become the bridge's"));
    }
    odd
}

fn mismatch(case: &Case<'_>, trial: &Trial, prediction: &Prediction) -> Finding {
    let message = format!("the helper did not do what was foretold for `{}`: {}", case.bridge, ending(trial));
    Finding::fail(MISMATCH, message)
        .so(format!("one of the two is wrong: {} was foretold", foretold(prediction)))
        .seen("reached", rung(trial.reached))
        .seen("ran", ending(trial))
        .seen("foretold", foretold(prediction))
        .mend(please_report())
}

/// It did not attach: the foretold cause is behind it, or the likeliest one of what it said.
fn refused(trial: &Trial, foretold: Option<&'static str>) -> Finding {
    let said = || trial.stderr.as_deref().and_then(cause_of_line);
    let cause = foretold.or_else(said).unwrap_or(MISMATCH);
    Finding::fail(cause, format!("the helper handed over no tap: {}", ending(trial)))
        .so("QEMU and libvirt would end with an error, too")
        .seen("reached", rung(trial.reached))
        .seen("ran", ending(trial))
}

/// The likeliest cause of the helper's line.
fn cause_of_line(line: &str) -> Option<&'static str> {
    let matches = |pattern: &str| Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(line));
    let (_, error) = catalogue::errors().find(|(_, error)| matches(error.pattern))?;
    error.causes.first().map(|suspect| suspect.cause)
}

/// How the helper ended, as the end of a sentence.
pub(super) fn ending(trial: &Trial) -> String {
    let said = trial.stderr.as_ref().map_or_else(String::new, |line| format!(" and said \"{line}\""));
    match (trial.end, &trial.sent) {
        (End::NotStarted(errno), _) => format!("it did not start: {}", errno.text()),
        (End::Signalled(signal), _) => format!("signal {signal} ended it{said}"),
        (End::TimedOut, _) => format!("it did not end in time and was killed{said}"),
        (End::Exited(0), Sent::Tap(tap)) => format!("it attached `{}`", tap.name),
        (End::Exited(0), Sent::Nothing) => format!("it exited with 0 without a descriptor{said}"),
        (End::Exited(0), Sent::NoTap(errno)) => {
            format!("it exited with 0 and sent a descriptor that is no tap ({}){said}", errno.text())
        }
        (End::Exited(0), Sent::Several(count)) => format!("it exited with 0 and sent {count} descriptors{said}"),
        (End::Exited(code), Sent::Nothing) => format!("it exited with {code}{said}"),
        (End::Exited(code), _) => format!("it exited with {code} although it sent a descriptor{said}"),
    }
}

fn foretold(prediction: &Prediction) -> String {
    let said = prediction.stderr.as_ref().map_or_else(String::new, |line| format!(" with \"{line}\""));
    match prediction.outcome {
        Outcome::Attached => "that it attaches a tap".to_owned(),
        Outcome::Refused => format!("that it refuses{said}"),
        Outcome::NotStarted => {
            let why = prediction.errno.map_or_else(String::new, |errno| format!(": {}", errno.text()));
            format!("that it does not start{why}")
        }
        Outcome::Crashed => "that it never ends".to_owned(),
    }
}

fn rung(rung: Rung) -> &'static str {
    match rung {
        Rung::Acl => "the ACL",
        Rung::Tun => "the tun device",
        Rung::Bridge => "the bridge",
    }
}

fn please_report() -> Remedy {
    Remedy::manual("nothing on this host is known to be wrong", ["bridge-doctor collect --redact".to_owned()])
        .with_note("Please report it with this snapshot: bridge-doctor's model of the helper is incomplete.")
}
