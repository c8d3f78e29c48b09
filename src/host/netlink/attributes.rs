//! The attributes of a routing message: type, length, value, each on a boundary of four bytes.

/// `NLA_F_NESTED` and `NLA_F_NET_BYTEORDER`, which are no part of the type.
const FLAGS: u16 = 0xc000;

/// The attributes in a run of bytes; what is cut short ends it.
pub(in super::super) fn attributes(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let length = usize::from(u16_at(bytes, 0)?);
        let kind = u16_at(bytes, 2)? & !FLAGS;
        let value = bytes.get(4..length)?;
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((kind, value))
    })
}

/// The value of the first attribute of a type.
pub(in super::super) fn find(bytes: &[u8], wanted: u16) -> Option<&[u8]> {
    attributes(bytes).find(|(kind, _)| *kind == wanted).map(|(_, value)| value)
}

/// Adds an attribute to a message.
pub(in super::super) fn push(message: &mut Vec<u8>, kind: u16, value: &[u8]) {
    let length = u16::try_from(value.len() + 4).unwrap_or(u16::MAX);
    message.extend(length.to_ne_bytes());
    message.extend(kind.to_ne_bytes());
    message.extend(value);
    message.resize(message.len().next_multiple_of(4), 0);
}

/// A text that ends at the first NUL.
pub(in super::super) fn text(value: &[u8]) -> String {
    let text = value.split(|&byte| byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}

/// Two bytes at a place.
pub(in super::super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

/// Four bytes at a place.
pub(in super::super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut message = Vec::new();
        push(&mut message, 3, b"br0\0x");
        push(&mut message, 18 | 0x8000, &7_u32.to_ne_bytes());
        let read: Vec<_> = attributes(&message).collect();
        assert_eq!(read.len(), 2);
        assert_eq!((read[0].0, text(read[0].1)), (3, "br0".to_owned()));
        assert_eq!((read[1].0, u32_at(read[1].1, 0)), (18, Some(7)));
    }

    #[test]
    fn broken_lengths_end_the_run() {
        assert_eq!(attributes(&[0, 0, 0, 0]).count(), 0, "no attribute is shorter than its head");
        assert_eq!(attributes(&[200, 0, 1, 0, 1]).count(), 0);
        assert_eq!(attributes(&[]).count(), 0);
    }
}
