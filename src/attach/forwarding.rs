//! Two guests on one bridge: a frame from the first has to arrive at the second, and the answer at the first.

use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::frame::{self, BROADCAST, Mac, Payload, Token};
use super::tap::Tap;

/// How long to wait for a frame before it is sent once more: a port may have begun to forward since.
const FIRST_PATIENCE: Duration = Duration::from_millis(20);
const LONGEST_PATIENCE: Duration = Duration::from_millis(500);
/// The first octet of an address that no manufacturer gave.
const LOCALLY_ADMINISTERED: u8 = 0x02;

/// How many frames of ours went out and came in.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Count {
    /// Written into a tap.
    pub sent: u32,
    /// Read from the other.
    pub received: u32,
}

/// The leg on which a frame was lost.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Lost {
    /// What the frame carried.
    pub payload: Payload,
    /// Whether it was the answer that was lost.
    pub answer: bool,
}

/// Sends a broadcast from the first tap and a unicast back, plain and as IP, until `deadline`.
///
/// # Errors
///
/// Those of the taps' descriptors.
pub fn prove(
    taps: [&Tap; 2],
    token: Token,
    deadline: Instant,
    waiting: &mut dyn FnMut(),
) -> io::Result<(Count, Option<Lost>)> {
    let mut count = Count::default();
    let [first, second] = taps;
    let guests = [guest(token, 0), guest(token, 1)];
    for payload in [Payload::Ethernet, Payload::Ip] {
        let legs = [(first, second, guests[0], BROADCAST, false), (second, first, guests[1], guests[0], true)];
        for (from, to, source, destination, answer) in legs {
            let frame = frame::build(destination, source, payload, token);
            let wanted = |seen: &[u8]| frame::is(seen, source, payload, token);
            if !deliver(from, to, &frame, &wanted, deadline, &mut count, waiting)? {
                return Ok((count, Some(Lost { payload, answer })));
            }
        }
    }
    Ok((count, None))
}

/// Sends again and again, ever more patiently, until the frame arrives; false where the deadline comes first.
fn deliver(
    from: &Tap,
    to: &Tap,
    frame: &[u8],
    wanted: &dyn Fn(&[u8]) -> bool,
    deadline: Instant,
    count: &mut Count,
    waiting: &mut dyn FnMut(),
) -> io::Result<bool> {
    let mut patience = FIRST_PATIENCE;
    while Instant::now() < deadline {
        match from.send(frame) {
            Ok(()) => count.sent += 1,
            // A full queue, or an interface that somebody took down: the next attempt tells.
            Err(error) if matches!(error.raw_os_error(), Some(nix::libc::EAGAIN | nix::libc::EIO)) => {}
            Err(error) => return Err(error),
        }
        if arrives(to, wanted, deadline.min(Instant::now() + patience))? {
            count.received += 1;
            return Ok(true);
        }
        waiting();
        patience = (patience * 2).min(LONGEST_PATIENCE);
    }
    Ok(false)
}

/// Reads past other traffic on the bridge until the wanted frame comes.
fn arrives(tap: &Tap, wanted: &dyn Fn(&[u8]) -> bool, until: Instant) -> io::Result<bool> {
    let mut buffer = Vec::new();
    loop {
        while let Some(frame) = tap.receive(&mut buffer)? {
            if wanted(frame) {
                return Ok(true);
            }
            if Instant::now() >= until {
                return Ok(false);
            }
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(false);
        }
        let milliseconds = u16::try_from(left.as_millis()).unwrap_or(u16::MAX).max(1);
        match poll(&mut [PollFd::new(tap.as_fd(), PollFlags::POLLIN)], PollTimeout::from(milliseconds)) {
            Ok(_) | Err(nix::errno::Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// The address of one of our guests: the token keeps two runs on one bridge apart.
fn guest(token: Token, number: u8) -> Mac {
    [LOCALLY_ADMINISTERED, token[0], token[1], token[2], token[3], number]
}
