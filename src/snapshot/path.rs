//! How paths are written: a path need not be UTF-8, and whoever names a file may name it so.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Bytes, Fact};

/// A path in JSON: a string, or its bytes where they are no UTF-8.
#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(untagged)]
pub(crate) enum Written {
    /// As text.
    Text(String),
    /// As hexadecimal digits.
    Bytes(Bytes),
}

/// What holds paths, and how it is written.
pub(crate) trait Paths: Sized {
    /// The same with written paths.
    type Written: for<'de> Deserialize<'de> + Serialize;

    fn written(self) -> Self::Written;
    fn read(written: Self::Written) -> Self;
}

impl Paths for PathBuf {
    type Written = Written;

    fn written(self) -> Written {
        match self.into_os_string().into_string() {
            Ok(text) => Written::Text(text),
            Err(other) => Written::Bytes(Bytes(other.into_vec())),
        }
    }

    fn read(written: Written) -> Self {
        match written {
            Written::Text(text) => text.into(),
            Written::Bytes(bytes) => OsString::from_vec(bytes.0).into(),
        }
    }
}

impl<T: Paths> Paths for Option<T> {
    type Written = Option<T::Written>;

    fn written(self) -> Self::Written {
        self.map(T::written)
    }

    fn read(written: Self::Written) -> Self {
        written.map(T::read)
    }
}

impl<T: Paths> Paths for Vec<T> {
    type Written = Vec<T::Written>;

    fn written(self) -> Self::Written {
        self.into_iter().map(T::written).collect()
    }

    fn read(written: Self::Written) -> Self {
        written.into_iter().map(T::read).collect()
    }
}

impl<T: Paths> Paths for (T, T) {
    type Written = (T::Written, T::Written);

    fn written(self) -> Self::Written {
        (self.0.written(), self.1.written())
    }

    fn read(written: Self::Written) -> Self {
        (T::read(written.0), T::read(written.1))
    }
}

impl<T: Paths> Paths for Fact<T> {
    type Written = Fact<T::Written>;

    fn written(self) -> Self::Written {
        self.map(T::written)
    }

    fn read(written: Self::Written) -> Self {
        written.map(T::read)
    }
}

/// Writes a field that holds paths, for `#[serde(with = "super::path")]`.
pub(crate) fn serialize<T: Paths + Clone, S: Serializer>(paths: &T, serializer: S) -> Result<S::Ok, S::Error> {
    paths.clone().written().serialize(serializer)
}

/// Reads it again.
pub(crate) fn deserialize<'de, T: Paths, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::Written::deserialize(deserializer).map(T::read)
}
