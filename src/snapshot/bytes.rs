//! File content that need not be UTF-8.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Bytes, written in JSON as text where they are UTF-8 and as hexadecimal digits where they are not.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(from = "Written", into = "Written")]
pub struct Bytes(#[schemars(with = "Written")] pub Vec<u8>);

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum Written {
    Text(String),
    Hex(#[serde(deserialize_with = "hexadecimal")] String),
}

fn hexadecimal<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let digits = String::deserialize(deserializer)?;
    if digits.len() % 2 == 0 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(digits)
    } else {
        Err(serde::de::Error::custom("`hex` takes pairs of hexadecimal digits"))
    }
}

impl From<Bytes> for Written {
    fn from(bytes: Bytes) -> Self {
        String::from_utf8(bytes.0).map_or_else(|error| Self::Hex(to_hex(error.as_bytes())), Self::Text)
    }
}

impl From<Written> for Bytes {
    fn from(written: Written) -> Self {
        match written {
            Written::Text(text) => Self(text.into_bytes()),
            Written::Hex(digits) => Self(from_hex(&digits).collect()),
        }
    }
}

/// Two small digits a byte.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// The bytes again; what is no pair of digits is passed over.
pub(super) fn from_hex(digits: &str) -> impl Iterator<Item = u8> {
    (0..digits.len()).step_by(2).filter_map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok())
}
