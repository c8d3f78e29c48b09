//! The checksum of `cksum(1)`, which every system has.

/// What `cksum` prints for these bytes: the checksum and their number.
pub(super) fn of(bytes: &[u8]) -> String {
    const POLYNOMIAL: u32 = 0x04c1_1db7;
    let next =
        |crc: u32, byte: u8| {
            (0..8).fold(crc ^ u32::from(byte) << 24, |crc, _| {
                if crc & 0x8000_0000 == 0 { crc << 1 } else { crc << 1 ^ POLYNOMIAL }
            })
        };
    let mut crc = bytes.iter().fold(0, |crc, byte| next(crc, *byte));
    let mut length = bytes.len();
    while length > 0 {
        crc = next(crc, u8::try_from(length & 0xff).unwrap_or(0));
        length >>= 8;
    }
    format!("{} {}", !crc, bytes.len())
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_is_that_of_posix() {
        // As `printf '' | cksum` and `printf 'allow br0\n' | cksum` print them.
        assert_eq!(super::of(b""), "4294967295 0");
        assert_eq!(super::of(b"123456789"), "930766865 9");
    }
}
