//! A file cut up as the helper reads it: by `fgets` into a buffer of 4096 bytes.

use memchr::memchr;

/// The most bytes that one read takes in.
pub(super) const LONGEST_PIECE: usize = 4095;

/// What one read takes in: a line, or up to 4095 bytes of a longer one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Piece<'a> {
    /// Its bytes, the line feed included.
    pub(super) raw: &'a [u8],
    /// What the helper sees of them: all up to the first NUL.
    pub(super) text: &'a [u8],
    /// The line, counted from 1.
    pub(super) line: usize,
    /// How many bytes of that line earlier pieces took.
    pub(super) offset: usize,
}

/// The pieces of a file.
#[derive(Clone, Debug)]
pub(super) struct Pieces<'a> {
    rest: &'a [u8],
    line: usize,
    offset: usize,
    has_nul: bool,
}

impl<'a> Pieces<'a> {
    /// Cuts up `content`.
    pub(super) fn new(content: &'a [u8]) -> Self {
        Self { rest: content, line: 1, offset: 0, has_nul: memchr(0, content).is_some() }
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let window = &self.rest[..self.rest.len().min(LONGEST_PIECE)];
        let line_feed = memchr(b'\n', window);
        let (raw, rest) = self.rest.split_at(line_feed.map_or(window.len(), |at| at + 1));
        let nul = if self.has_nul { memchr(0, raw) } else { None };
        let piece = Piece { raw, text: &raw[..nul.unwrap_or(raw.len())], line: self.line, offset: self.offset };
        self.rest = rest;
        if line_feed.is_some() {
            self.line += 1;
            self.offset = 0;
        } else {
            self.offset += raw.len();
        }
        Some(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_PIECE, Pieces};

    fn places(content: &[u8]) -> Vec<(usize, usize, usize)> {
        Pieces::new(content).map(|piece| (piece.line, piece.offset, piece.text.len())).collect()
    }

    #[test]
    fn a_line_is_a_piece_and_keeps_its_line_feed() {
        assert_eq!(places(b"a\n\nbc"), [(1, 0, 2), (2, 0, 1), (3, 0, 2)]);
        assert_eq!(places(b""), []);
    }

    #[test]
    fn a_long_line_is_read_in_pieces() {
        let content = [vec![b'x'; LONGEST_PIECE + 2], b"\ny\n".to_vec()].concat();
        assert_eq!(places(&content), [(1, 0, 4095), (1, 4095, 3), (2, 0, 2)]);
    }

    #[test]
    fn the_line_feed_of_a_full_piece_is_a_piece_of_its_own() {
        let content = [vec![b'x'; LONGEST_PIECE], b"\n".to_vec()].concat();
        assert_eq!(places(&content), [(1, 0, 4095), (1, 4095, 1)]);
    }

    #[test]
    fn nul_ends_what_is_seen_of_a_piece() {
        assert_eq!(places(b"ab\0cd\ne"), [(1, 0, 2), (2, 0, 1)]);
    }
}
