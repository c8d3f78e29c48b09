//! A bridge name as a rule holds it.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

/// The most bytes that a rule's name can have; the helper refuses a longer one.
pub const LONGEST_NAME: usize = 15;

/// A name of at most 15 bytes, stored in place: a file may hold a million of them.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct BridgeName([u8; LONGEST_NAME + 1]);

impl BridgeName {
    /// The name; `None` where it is longer than a rule can hold.
    pub fn new(name: &[u8]) -> Option<Self> {
        let length = u8::try_from(name.len()).ok()?;
        let mut bytes = [0; LONGEST_NAME + 1];
        bytes[..LONGEST_NAME].get_mut(..name.len())?.copy_from_slice(name);
        bytes[LONGEST_NAME] = length;
        Some(Self(bytes))
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0[..usize::from(self.0[LONGEST_NAME])]
    }

    /// Whether it stands for every bridge.
    pub fn is_all(&self) -> bool {
        self.as_bytes() == b"all"
    }
}

impl Deref for BridgeName {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Hash for BridgeName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u128(u128::from_ne_bytes(self.0));
    }
}

impl fmt::Debug for BridgeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.as_bytes().escape_ascii())
    }
}

impl<T: AsRef<[u8]> + ?Sized> PartialEq<T> for BridgeName {
    fn eq(&self, other: &T) -> bool {
        self.as_bytes() == other.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::BridgeName;

    #[test]
    fn a_name_has_at_most_fifteen_bytes() {
        assert_eq!(BridgeName::new(b"br0").as_deref(), Some(&b"br0"[..]));
        assert_eq!(BridgeName::new(b"").as_deref(), Some(&b""[..]));
        assert_eq!(BridgeName::new(b"012345678901234").as_deref(), Some(&b"012345678901234"[..]));
        assert_eq!(BridgeName::new(b"0123456789012345"), None);
        assert_eq!(BridgeName::new(&[b'x'; 300]), None);
    }

    #[test]
    fn a_name_may_hold_any_byte() {
        let name = BridgeName::new(b"\xff\x01").unwrap_or_else(|| unreachable!("two bytes"));
        assert_eq!(format!("{name:?}"), r#"b"\xff\x01""#);
        assert_ne!(BridgeName::new(b"a\0"), BridgeName::new(b"a"));
    }
}
