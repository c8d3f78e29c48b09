//! Texts that are not written in UTF-8: UTF-16, as editors and clipboards save it, lists of bytes, as journald exports a
//! message with colours in it, and what mails have in place of letters and line ends.

use std::borrow::Cow;
use std::io::{self, Read};

/// A journal in JSON holds a message that is not plain as a list of numbers after this.
const LIST: &[u8] = b"MESSAGE\"";
/// Of this many bytes the encoding is told.
const SAMPLE: usize = 512;

/// How the bytes of a text make its letters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Encoding {
    Bytes,
    LittleEndian,
    BigEndian,
}

impl Encoding {
    /// By the mark at the beginning, or by the zeros that English has in every second place.
    pub(super) fn of(text: &[u8]) -> Self {
        let sample = text.get(..SAMPLE.min(text.len())).unwrap_or_default();
        let zeros = |from: usize| sample.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
        let (even, odd) = (zeros(0), zeros(1));
        let many = |count: usize| sample.len() >= 16 && count * 4 > sample.len();
        match sample {
            [0xff, 0xfe, ..] if odd > 0 => Self::LittleEndian,
            [0xfe, 0xff, ..] if even > 0 => Self::BigEndian,
            _ if many(odd) && even == 0 => Self::LittleEndian,
            _ if many(even) && odd == 0 => Self::BigEndian,
            _ => Self::Bytes,
        }
    }

    /// A whole text in UTF-8, as far as it is one.
    pub(super) fn decode(self, text: &[u8]) -> Cow<'_, [u8]> {
        let unit = match self {
            Self::Bytes => return Cow::Borrowed(text),
            Self::LittleEndian => u16::from_le_bytes,
            Self::BigEndian => u16::from_be_bytes,
        };
        let units = text.chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(unit);
        let letters = char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER));
        Cow::Owned(letters.filter(|letter| *letter != '\u{feff}').collect::<String>().into_bytes())
    }
}

/// Reads UTF-16 as UTF-8.
pub(super) struct Transcoder<'a> {
    input: &'a mut dyn Read,
    encoding: Encoding,
    /// Bytes of a letter that is not complete yet.
    rest: Vec<u8>,
    /// Letters, and how many of them were asked for.
    ready: (Vec<u8>, usize),
}

impl Read for Transcoder<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.encoding == Encoding::Bytes {
            return self.input.read(buffer);
        }
        while self.ready.1 == self.ready.0.len() {
            let mut block = [0; 1 << 14];
            let read = self.input.read(&mut block)?;
            if read == 0 {
                return Ok(0);
            }
            self.rest.extend_from_slice(block.get(..read).unwrap_or_default());
            let whole = self.whole();
            let tail = self.rest.split_off(whole);
            self.ready = (self.encoding.decode(&self.rest).into_owned(), 0);
            self.rest = tail;
        }
        let read = self.ready.0.get(self.ready.1..).unwrap_or_default().read(buffer)?;
        self.ready.1 += read;
        Ok(read)
    }
}

impl<'a> Transcoder<'a> {
    pub(super) fn new(input: &'a mut dyn Read, encoding: Encoding) -> Self {
        Self { input, encoding, rest: Vec::new(), ready: (Vec::new(), 0) }
    }

    /// How many bytes make whole letters: the first half of a pair waits for the second.
    fn whole(&self) -> usize {
        let even = self.rest.len() & !1;
        let high = match self.encoding {
            Encoding::BigEndian => even.checked_sub(2),
            _ => even.checked_sub(1),
        };
        let first_half = high.and_then(|at| self.rest.get(at)).is_some_and(|high| high & 0xfc == 0xd8);
        if first_half { even - 2 } else { even }
    }
}

/// Whether there may be a list of bytes in a text.
pub(super) fn may_hold_list(text: &[u8]) -> bool {
    memchr::memmem::find_iter(text, LIST).any(|at| list(text.get(at + LIST.len()..).unwrap_or_default()).is_some())
}

/// A text with its lists of bytes written out as JSON strings.
pub(super) fn without_lists(text: &[u8]) -> Cow<'_, [u8]> {
    let mut plain = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(at) = rest.get(from..).and_then(|rest| memchr::memmem::find(rest, LIST)) {
        let end = from + at + LIST.len();
        let (head, tail) = rest.split_at(end);
        if let Some((bytes, after)) = list(tail) {
            plain.extend_from_slice(head);
            plain.extend_from_slice(b":\"");
            for byte in bytes {
                match byte {
                    b'\n' => plain.extend_from_slice(b"\\n"),
                    byte => plain.push(byte),
                }
            }
            plain.push(b'"');
            (rest, from) = (after, 0);
        } else {
            from = end;
        }
    }
    if plain.is_empty() {
        return Cow::Borrowed(text);
    }
    plain.extend_from_slice(rest);
    Cow::Owned(plain)
}

/// The bytes of a list after a colon, and what stands behind it.
fn list(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let text = text.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start().strip_prefix(b"[")?;
    let end = memchr::memchr(b']', text)?;
    let (inside, after) = text.split_at(end);
    let number = |part: &[u8]| std::str::from_utf8(part.trim_ascii()).ok()?.parse().ok();
    let bytes: Option<Vec<u8>> = inside.split(|byte| *byte == b',').map(number).collect();
    Some((bytes?, after.get(1..).unwrap_or_default()))
}

/// Whether these lines are those of a mail's source, in which an equals sign is never one: it ends a line that goes on, or
/// stands before the number of a byte. By chance it could be so of few signs, but not of one that means itself.
pub(super) fn is_quoted_printable<'a>(lines: impl Iterator<Item = &'a str>) -> bool {
    let mut sure = false;
    for line in lines {
        for rest in line.split('=').skip(1) {
            let number =
                rest.get(..2).filter(|digits| digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'A'..=b'F')));
            match number {
                Some(number) => sure |= ["3D", "0D", "20"].contains(&number),
                None if rest.is_empty() => {}
                None => return false,
            }
        }
        // Only its last one.
        if line.trim_end_matches('=').len() + 1 < line.len() || line.contains("==") {
            return false;
        }
    }
    sure
}

/// A line without the numbers of bytes.
pub(super) fn quoted_printable(line: &str) -> Vec<u8> {
    let mut parts = line.split('=');
    let mut plain: Vec<u8> = parts.next().unwrap_or_default().into();
    for part in parts {
        let (number, rest) = part.split_at_checked(2).unwrap_or_default();
        plain.extend(u8::from_str_radix(number, 16).ok().filter(|byte| *byte != b'\r'));
        plain.extend_from_slice(rest.as_bytes());
    }
    plain
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::{Encoding, Transcoder, is_quoted_printable, quoted_printable, without_lists};

    #[test]
    fn a_mails_source_is_known_by_all_of_its_equals_signs() {
        assert!(is_quoted_printable(["a=3Db", "c=", "d"].into_iter()));
        for other in [&["--fd=31"][..], &["a=3Db", "--br=br0"], &["a =", "b"], &["fd=25=="], &["====", "a=3Db"], &[""]]
        {
            assert!(!is_quoted_printable(other.iter().copied()), "{other:?}");
        }
        assert_eq!(quoted_printable("br=3Dbr0=0D"), b"br=br0");
        assert_eq!(quoted_printable("gr=C3=B6=C3=9Fer"), "größer".as_bytes());
    }

    fn utf16(text: &str, unit: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn both_orders_are_known_with_and_without_a_mark() {
        let text = "failed to drop privileges 𝄞 größer";
        for mark in ["", "\u{feff}"] {
            let little = utf16(&format!("{mark}{text}"), u16::to_le_bytes);
            let big = utf16(&format!("{mark}{text}"), u16::to_be_bytes);
            for (bytes, encoding) in [(little, Encoding::LittleEndian), (big, Encoding::BigEndian)] {
                assert_eq!(Encoding::of(&bytes), encoding);
                assert_eq!(encoding.decode(&bytes), text.as_bytes());
                // However the bytes arrive.
                let mut drops = Drops(&bytes);
                let mut read = String::new();
                let mut transcoder = Transcoder::new(&mut drops, encoding);
                transcoder.read_to_string(&mut read).unwrap();
                assert_eq!(read, text);
            }
        }
        assert_eq!(Encoding::of(b"plain text of more than sixteen bytes"), Encoding::Bytes);
        assert_eq!(Encoding::of(&[0; 600]), Encoding::Bytes);
    }

    /// One byte at a time.
    struct Drops<'a>(&'a [u8]);

    impl std::io::Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let length = buffer.len().min(1);
            self.0.read(&mut buffer[..length])
        }
    }

    #[test]
    fn a_list_of_bytes_is_a_string() {
        let text = br#"{"MESSAGE" : [104,105,10,27], "PRIORITY":"3"}"#;
        assert_eq!(*without_lists(text), *b"{\"MESSAGE\":\"hi\\n\x1b\", \"PRIORITY\":\"3\"}");
        for other in [&br#"{"MESSAGE":[1,"x"]}"#[..], br#"{"MESSAGE":"x"}"#, br#"{"MESSAGE":[300]}"#, b"MESSAGE\""] {
            assert_eq!(*without_lists(other), *other);
        }
    }
}
