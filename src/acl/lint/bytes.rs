//! Bytes that make the helper see something else than a person does.

use memchr::{memchr, memrchr};

use super::remark::{Remarks, Said};
use super::{Here, Word};
use crate::acl::piece::LONGEST_PIECE;

/// What some editors put at the start of UTF-8.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// What to say about it.
pub(super) const MARKED: &str = "a byte order mark stands before the first word and becomes part of it: remove it";

/// Whether the text begins as UTF-16 does.
pub(super) fn is_utf16(text: &[u8]) -> bool {
    text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff")
}

/// Whether the content has a NUL byte, or a line that is read in pieces.
pub(super) fn are_odd(content: &[u8]) -> bool {
    let mut rest = content;
    while rest.len() > LONGEST_PIECE {
        match memrchr(b'\n', &rest[..LONGEST_PIECE]) {
            Some(end) => rest = &rest[end + 1..],
            None => return true,
        }
    }
    memchr(0, content).is_some()
}

pub(super) fn look(here: Here<'_>, remarks: &mut Remarks) {
    let piece = here.piece;
    if piece.text.len() < piece.raw.len() {
        let nul = Word { text: &piece.raw[piece.text.len()..=piece.text.len()], at: piece.text.len() };
        here.warning(remarks, "nul-byte", nul, || {
            Said::new("the helper sees nothing of this line from its NUL byte on")
        });
    }
    if piece.offset > 0 && !piece.text.trim_ascii().is_empty() {
        here.warning(remarks, "line-in-pieces", Word { text: &piece.raw[..1], at: 0 }, || {
            Said::new(
                "this line has more than 4095 bytes: the helper reads the rest, from here on, as a line of its own",
            )
        });
    }
}
