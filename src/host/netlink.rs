//! Questions to the kernel over netlink.

pub(super) mod attributes;

use netlink_packet_core::{NLM_F_DUMP, NLM_F_DUMP_INTR, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR};
use netlink_sys::{Socket, SocketAddr};

use self::attributes::{u16_at, u32_at};
use crate::snapshot::Errno;

/// The head of every message.
const HEAD: usize = 16;

/// The kernel never sends more at once.
const LARGEST: usize = 64 << 10;

/// A connection to one part of the kernel, in this network namespace.
pub(super) struct Netlink {
    socket: Socket,
    buffer: Vec<u8>,
    sequence: u32,
}

/// How much is wanted.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Extent {
    /// One object.
    One,
    /// Every object that passes the filters of the question.
    Dump,
}

impl Netlink {
    /// Connects. The kernel filters strictly where it can: older ones show more than was asked for.
    pub(super) fn open(protocol: isize) -> Result<Self, Errno> {
        let mut socket = Socket::new(protocol)?;
        socket.bind_auto()?;
        socket.connect(&SocketAddr::new(0, 0))?;
        let _ = socket.set_netlink_get_strict_chk(true);
        Ok(Self { socket, buffer: Vec::with_capacity(LARGEST), sequence: 0 })
    }

    /// Asks and hands over every message of the answer; false where the table changed meanwhile.
    pub(super) fn ask(
        &mut self,
        kind: u16,
        extent: Extent,
        body: &[u8],
        mut each: impl FnMut(u16, &[u8]),
    ) -> Result<bool, Errno> {
        self.send(kind, extent, body)?;
        let mut whole = true;
        loop {
            self.buffer.clear();
            self.socket.recv(&mut self.buffer, 0)?;
            let mut rest = self.buffer.as_slice();
            while let (Some(length), Some(kind), Some(marks)) = (u32_at(rest, 0), u16_at(rest, 4), u16_at(rest, 6)) {
                let length = length as usize;
                let Some(body) = rest.get(HEAD..length) else { return Err(Errno::EINVAL) };
                whole &= marks & NLM_F_DUMP_INTR == 0;
                match kind {
                    NLMSG_DONE => return Ok(whole),
                    NLMSG_ERROR => {
                        let error = u32_at(body, 0).unwrap_or(0).cast_signed();
                        return if error == 0 { Ok(whole) } else { Err(Errno(-error)) };
                    }
                    kind => each(kind, body),
                }
                rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
            }
            if extent == Extent::One {
                return Ok(whole);
            }
        }
    }

    fn send(&mut self, kind: u16, extent: Extent, body: &[u8]) -> Result<(), Errno> {
        let flags = if extent == Extent::Dump { NLM_F_REQUEST | NLM_F_DUMP } else { NLM_F_REQUEST };
        self.sequence += 1;
        let length = u32::try_from(HEAD + body.len()).unwrap_or(u32::MAX);
        let mut request = Vec::with_capacity(HEAD + body.len());
        request.extend(length.to_ne_bytes());
        request.extend(kind.to_ne_bytes());
        request.extend(flags.to_ne_bytes());
        request.extend(self.sequence.to_ne_bytes());
        request.extend(0_u32.to_ne_bytes());
        request.extend(body);
        self.socket.send(&request, 0)?;
        Ok(())
    }
}
