//! A second tap beside the first, and frames between the two.

use std::io;
use std::time::{Duration, Instant};

use super::forwarding::{self, Lost};
use super::silent::{self, Facts};
use super::tap::Tap;
use super::{Attempt, Eyes, Stage, only_tap};
use crate::helper::run::{Patience, wait_for};
use crate::snapshot::{self, End, Frames, Link, Loss, Rung, Sent, Trial};

/// How long a frame may take through ports that forward: far longer than it ever does.
const FRAME_PATIENCE: Duration = Duration::from_secs(1);
/// The same through ports that still do not forward when time is up.
const LAST_PATIENCE: Duration = Duration::from_millis(50);
/// How often the state of the ports is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Runs the helper once more, sends frames, describes what came, and puts everything away.
pub(super) fn test(
    attempt: &Attempt<'_>,
    first: Tap,
    eyes: &dyn Eyes,
    watch: &mut dyn FnMut(Stage),
    trial: &mut Trial,
) -> io::Result<()> {
    watch(Stage::Helper(Rung::Bridge));
    let mut run = attempt.run(attempt.bridge)?;
    let second = only_tap(std::mem::take(&mut run.descriptors));
    let mut taps = vec![first];
    match second {
        Ok(second) if run.end == End::Exited(0) => {
            taps.push(second);
            trial.frames = send(attempt, [&taps[0], &taps[1]], eyes, watch)?;
        }
        _ => trial.frames = Frames::NoSecondTap { end: run.end, stderr: run.last_line() },
    }
    let described = describe(&taps[0], attempt.bridge, eyes);
    trial.sent = Sent::Tap(Box::new(described));
    trial.left_behind = put_away(taps, eyes);
    Ok(())
}

/// What the kernel says about a tap and about the bridge that it should be on.
pub(super) fn describe(tap: &Tap, bridge: &str, eyes: &dyn Eyes) -> snapshot::Tap {
    snapshot::Tap {
        name: tap.name().to_owned(),
        vnet_header: tap.has_vnet_header(),
        link: link(tap.name(), eyes),
        bridge: link(bridge, eyes),
    }
}

fn send(attempt: &Attempt<'_>, taps: [&Tap; 2], eyes: &dyn Eyes, watch: &mut dyn FnMut(Stage)) -> io::Result<Frames> {
    let patience = attempt.patience();
    wait_for_ports(attempt, taps, patience, eyes, watch)?;
    watch(Stage::Frames);
    let now = Instant::now();
    let deadline = (now + FRAME_PATIENCE).min(patience.deadline.max(now + LAST_PATIENCE));
    let (count, lost) = forwarding::prove(taps, attempt.token, Patience { deadline, ..patience })?;
    let lost = lost.map(|Lost { payload, answer }| {
        let facts = Facts {
            bridge: link(attempt.bridge, eyes),
            taps: taps.map(|tap| (tap.name().to_owned(), link(tap.name(), eyes))),
            payload,
            firewall: attempt.firewall,
            bridge_chains: eyes.bridge_chains(),
        };
        Loss { payload, answer, silences: silent::silences(&facts) }
    });
    Ok(Frames::Sent { sent: count.sent, received: count.received, lost })
}

/// Waits while the spanning tree keeps a port from forwarding, at most as long as the patience lasts.
fn wait_for_ports(
    attempt: &Attempt<'_>,
    taps: [&Tap; 2],
    patience: Patience<'_>,
    eyes: &dyn Eyes,
    watch: &mut dyn FnMut(Stage),
) -> io::Result<()> {
    let waits = |tap: &Tap| link(tap.name(), eyes).is_some_and(|link| silent::waits(&link));
    while taps.into_iter().any(waits) && Instant::now() < patience.deadline {
        let delay = link(attempt.bridge, eyes).and_then(|link| link.bridge).map_or(0, |bridge| silent::delay(&bridge));
        watch(Stage::Ports { delay });
        let next = patience.deadline.min(Instant::now() + LOOK_AGAIN);
        let ended = match attempt.interrupt {
            Some(interrupt) => wait_for(interrupt, Patience { deadline: next, interrupt: None })?,
            None => {
                std::thread::sleep(next.saturating_duration_since(Instant::now()));
                false
            }
        };
        if ended {
            return Err(io::ErrorKind::Interrupted.into());
        }
    }
    Ok(())
}

/// Closes the taps, and names those that are still there although nobody holds them.
fn put_away(taps: Vec<Tap>, eyes: &dyn Eyes) -> Vec<String> {
    let links: Vec<Link> = taps.iter().filter_map(|tap| link(tap.name(), eyes)).collect();
    drop(taps);
    let remains = |before: &Link| link(&before.name, eyes).is_some_and(|after| after.index == before.index);
    links.into_iter().filter(remains).map(|link| link.name).collect()
}

/// Where the kernel gives no answer there is nothing to say.
fn link(name: &str, eyes: &dyn Eyes) -> Option<Link> {
    eyes.link(name).ok().flatten()
}
