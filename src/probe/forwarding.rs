//! A frame from one guest's tap arrives at another's.

mod silence;

use super::{Case, Evidence, Finding, Judgement, attach};
use crate::helper::Outcome;
use crate::snapshot::{Frames, Loss, Payload, Sent, Trial};

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let Some(trial) = case.trial() else { return Judgement::not_applicable(super::NO_TRIAL) };
    match &trial.frames {
        Frames::NotSent if trial.outcome() == Outcome::Attached => Judgement::unjudged("no frame was sent"),
        Frames::NotSent => Judgement::unjudged("there is no tap to send frames through"),
        Frames::NoSecondTap { end, stderr } => {
            let second = Trial { end: *end, stderr: stderr.clone(), sent: Sent::Nothing, ..trial.clone() };
            let how = attach::ending(&second);
            Judgement::unjudged(format!("it takes two taps to send a frame, and the helper gave one: {how}"))
        }
        Frames::Sent { sent, received, lost: None } => {
            let message = format!("{received} of {received} frames went from tap to tap over `{}`", case.bridge);
            let evidence = vec![Evidence::new("sent", sent), Evidence::new("received", received)];
            Judgement::pass(message, evidence)
        }
        Frames::Sent { sent, received, lost: Some(loss) } => lost(case, loss, *sent, *received),
    }
}

fn lost(case: &Case<'_>, loss: &Loss, sent: u32, received: u32) -> Judgement {
    let reason = silence::told(case.bridge, &loss.silences);
    let what = match loss.payload {
        Payload::Ethernet => "no frame",
        Payload::Ip => "no IP packet",
    };
    let message = format!("{what} gets from tap to tap over `{}`: {reason}", case.bridge);
    let finding = Finding::fail("frames-lost", message)
        .so(silence::consequence(loss.silences.first()))
        .seen("sent", sent)
        .seen("received", received);
    match loss.silences.first().and_then(|first| silence::remedy(case, first)) {
        Some(remedy) => finding.mend(remedy),
        None => finding,
    }
    .into()
}
