//! The frames that prove forwarding: written into one tap, looked for at the other.

use crate::snapshot::Payload;

/// The ethertype that IEEE leaves for local experiments.
const LOCAL_EXPERIMENT: u16 = 0x88B5;
const IPV4: u16 = 0x0800;
/// The IP protocol number left for experiments (RFC 3692).
const IP_EXPERIMENT: u8 = 253;
/// Addresses for documentation (RFC 5737): no host has them.
const IP_FROM: [u8; 4] = [192, 0, 2, 1];
const IP_TO: [u8; 4] = [192, 0, 2, 2];
/// The shortest Ethernet frame without its checksum, in bytes.
const MINIMUM: usize = 60;
const HEADER: usize = 14;
const IP_HEADER: usize = 20;

/// A hardware address.
pub(super) type Mac = [u8; 6];

/// Everybody on the segment.
pub(super) const BROADCAST: Mac = [0xff; 6];

/// What marks a frame as one of this run.
pub type Token = [u8; 16];

/// A token that no other run has.
///
/// # Errors
///
/// Where the kernel gives no random numbers.
pub fn token() -> std::io::Result<Token> {
    let mut token = Token::default();
    rustix::rand::getrandom(&mut token, rustix::rand::GetRandomFlags::empty())?;
    Ok(token)
}

/// A frame with its token, padded to the shortest length that Ethernet allows.
pub(super) fn build(to: Mac, from: Mac, payload: Payload, token: Token) -> Vec<u8> {
    let mut frame = Vec::with_capacity(MINIMUM);
    frame.extend_from_slice(&to);
    frame.extend_from_slice(&from);
    match payload {
        Payload::Ethernet => frame.extend_from_slice(&LOCAL_EXPERIMENT.to_be_bytes()),
        Payload::Ip => {
            frame.extend_from_slice(&IPV4.to_be_bytes());
            frame.extend_from_slice(&ip_header(token.len()));
        }
    }
    frame.extend_from_slice(&token);
    frame.resize(frame.len().max(MINIMUM), 0);
    frame
}

/// Whether this is the frame that [`build`] made from the same parts.
pub(super) fn is(frame: &[u8], from: Mac, payload: Payload, token: Token) -> bool {
    let (ethertype, at) = match payload {
        Payload::Ethernet => (LOCAL_EXPERIMENT, HEADER),
        Payload::Ip => (IPV4, HEADER + IP_HEADER),
    };
    frame.get(6..12) == Some(&from[..])
        && frame.get(12..HEADER) == Some(&ethertype.to_be_bytes()[..])
        && frame.get(at..at + token.len()) == Some(&token[..])
}

fn ip_header(payload: usize) -> [u8; IP_HEADER] {
    const VERSION_AND_LENGTH: u8 = 0x45;
    const TIME_TO_LIVE: u8 = 1;
    let length = u16::try_from(IP_HEADER + payload).unwrap_or(u16::MAX).to_be_bytes();
    let mut header = [0; IP_HEADER];
    header[0] = VERSION_AND_LENGTH;
    header[2..4].copy_from_slice(&length);
    header[8] = TIME_TO_LIVE;
    header[9] = IP_EXPERIMENT;
    header[12..16].copy_from_slice(&IP_FROM);
    header[16..20].copy_from_slice(&IP_TO);
    let checksum = checksum(&header).to_be_bytes();
    header[10..12].copy_from_slice(&checksum);
    header
}

/// The Internet checksum (RFC 1071).
fn checksum(bytes: &[u8]) -> u16 {
    let sum: u32 = bytes.chunks_exact(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]]))).sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    let folded = (folded & 0xffff) + (folded >> 16);
    !u16::try_from(folded).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: Mac = [2, 0, 0, 0, 0, 1];
    const TOKEN: Token = *b"sixteen bytes...";

    #[test]
    fn a_frame_is_recognised_by_sender_payload_and_token_and_by_nothing_less() {
        for payload in [Payload::Ethernet, Payload::Ip] {
            let frame = build(BROADCAST, FROM, payload, TOKEN);
            assert!(is(&frame, FROM, payload, TOKEN));
            assert!(!is(&frame, BROADCAST, payload, TOKEN));
            assert!(!is(&frame, FROM, payload, [0; 16]));
            assert!(!is(&frame[..20], FROM, payload, TOKEN));
        }
        let frame = build(BROADCAST, FROM, Payload::Ip, TOKEN);
        assert!(!is(&frame, FROM, Payload::Ethernet, TOKEN));
    }

    #[test]
    fn the_ip_header_sums_to_zero_as_receivers_check_it() {
        let frame = build(BROADCAST, FROM, Payload::Ip, TOKEN);
        assert_eq!(checksum(&frame[HEADER..HEADER + IP_HEADER]), 0);
        assert_eq!(frame.len(), MINIMUM);
    }
}
