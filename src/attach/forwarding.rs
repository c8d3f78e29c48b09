//! Two guests on one bridge: a frame from the first has to arrive at the second, and the answer at the first.

use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use super::frame::{self, BROADCAST, Mac, Token};
use super::tap::Tap;
use crate::helper::run::{Patience, wait_for};
use crate::snapshot::Payload;

/// How long to wait for a frame before it is sent once more: a port may have begun to forward since.
const FIRST_PATIENCE: Duration = Duration::from_millis(1);
const LONGEST_PATIENCE: Duration = Duration::from_millis(200);
/// The first octet of an address that no manufacturer gave.
const LOCALLY_ADMINISTERED: u8 = 0x02;

/// How many frames of ours went out and came in.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Count {
    /// Written into a tap.
    pub(super) sent: u32,
    /// Read from the other.
    pub(super) received: u32,
}

/// The leg on which a frame was lost.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Lost {
    /// What the frame carried.
    pub(super) payload: Payload,
    /// Whether it was the answer that was lost.
    pub(super) answer: bool,
}

/// Sends a broadcast from the first tap and a unicast back, plain and as IP, as long as the patience lasts.
///
/// # Errors
///
/// Those of the taps' descriptors, and [`io::ErrorKind::Interrupted`].
pub(super) fn prove(taps: [&Tap; 2], token: Token, patience: Patience<'_>) -> io::Result<(Count, Option<Lost>)> {
    let mut count = Count::default();
    let [first, second] = taps;
    let guests = [guest(token, 0), guest(token, 1)];
    for payload in [Payload::Ethernet, Payload::Ip] {
        let legs = [(first, second, guests[0], BROADCAST, false), (second, first, guests[1], guests[0], true)];
        for (from, to, source, destination, answer) in legs {
            let frame = frame::build(destination, source, payload, token);
            let wanted = |seen: &[u8]| frame::is(seen, source, payload, token);
            if !deliver(from, to, &frame, &wanted, patience, &mut count)? {
                return Ok((count, Some(Lost { payload, answer })));
            }
        }
    }
    Ok((count, None))
}

/// Sends again and again, ever more patiently, until the frame arrives; false where the patience ends before.
fn deliver(
    from: &Tap,
    to: &Tap,
    frame: &[u8],
    wanted: &dyn Fn(&[u8]) -> bool,
    patience: Patience<'_>,
    count: &mut Count,
) -> io::Result<bool> {
    let mut pause = FIRST_PATIENCE;
    loop {
        match from.send(frame) {
            Ok(()) => count.sent += 1,
            // A full queue, or an interface that somebody took down: the next attempt tells.
            Err(error) if matches!(error.raw_os_error(), Some(nix::libc::EAGAIN | nix::libc::EIO)) => {}
            Err(error) => return Err(error),
        }
        let until = patience.deadline.min(Instant::now() + pause);
        if arrives(to, wanted, Patience { deadline: until, ..patience })? {
            count.received += 1;
            return Ok(true);
        }
        if Instant::now() >= patience.deadline {
            return Ok(false);
        }
        pause = (pause * 2).min(LONGEST_PATIENCE);
    }
}

/// Reads past other traffic on the bridge until the wanted frame comes.
fn arrives(tap: &Tap, wanted: &dyn Fn(&[u8]) -> bool, patience: Patience<'_>) -> io::Result<bool> {
    let mut buffer = Vec::new();
    loop {
        while let Some(frame) = tap.receive(&mut buffer)? {
            if wanted(frame) {
                return Ok(true);
            }
            if Instant::now() >= patience.deadline {
                return Ok(false);
            }
        }
        if !wait_for(tap.as_fd(), patience)? {
            return Ok(false);
        }
    }
}

/// The address of one of our guests: the token keeps two runs on one bridge apart.
fn guest(token: Token, number: u8) -> Mac {
    [LOCALLY_ADMINISTERED, token[0], token[1], token[2], token[3], number]
}
