//! The kernel's answers to "may this user …?".

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Fact;

/// Yes, or the error that the system call would give.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The call would succeed.
    Yes,
    /// The call would fail with this error.
    No(Errno),
}

impl Answer {
    /// The error, where the answer is no.
    pub fn errno(self) -> Option<Errno> {
        match self {
            Self::Yes => None,
            Self::No(errno) => Some(errno),
        }
    }
}

/// What was asked for the subject, and for the helper where its credentials are other than the subject's.
///
/// A helper that is setuid to somebody else than root, setgid, or without libcap-ng opens its files as
/// somebody else than the calling user.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Access {
    /// The answer for the subject's own identity and groups.
    pub subject: Fact<Answer>,
    /// The answer for the identity under which the helper really opens the file; absent where it is the subject's.
    pub helper: Option<Fact<Answer>>,
}

impl Access {
    /// The answer that the helper would get.
    pub fn as_helper(&self) -> &Fact<Answer> {
        self.helper.as_ref().unwrap_or(&self.subject)
    }
}

/// An error number of Linux, written by its name in JSON (`"EACCES"`).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Errno(pub i32);

/// Name, number and the C library's English text (glibc's wording, which the helper prints).
const ERRNOS: &[(&str, i32, &str)] = &[
    ("EPERM", 1, "Operation not permitted"),
    ("ENOENT", 2, "No such file or directory"),
    ("EIO", 5, "Input/output error"),
    ("ENXIO", 6, "No such device or address"),
    ("E2BIG", 7, "Argument list too long"),
    ("ENOEXEC", 8, "Exec format error"),
    ("EBADF", 9, "Bad file descriptor"),
    ("EAGAIN", 11, "Resource temporarily unavailable"),
    ("ENOMEM", 12, "Cannot allocate memory"),
    ("EACCES", 13, "Permission denied"),
    ("EBUSY", 16, "Device or resource busy"),
    ("EEXIST", 17, "File exists"),
    ("ENODEV", 19, "No such device"),
    ("ENOTDIR", 20, "Not a directory"),
    ("EISDIR", 21, "Is a directory"),
    ("EINVAL", 22, "Invalid argument"),
    ("ENFILE", 23, "Too many open files in system"),
    ("EMFILE", 24, "Too many open files"),
    ("ENOTTY", 25, "Inappropriate ioctl for device"),
    ("ETXTBSY", 26, "Text file busy"),
    ("EFBIG", 27, "File too large"),
    ("ENOSPC", 28, "No space left on device"),
    ("EROFS", 30, "Read-only file system"),
    ("ERANGE", 34, "Numerical result out of range"),
    ("ENAMETOOLONG", 36, "File name too long"),
    ("ENOSYS", 38, "Function not implemented"),
    ("ELOOP", 40, "Too many levels of symbolic links"),
    ("EXFULL", 54, "Exchange full"),
    ("ELIBBAD", 80, "Accessing a corrupted shared library"),
    ("ENOTSOCK", 88, "Socket operation on non-socket"),
    ("EOPNOTSUPP", 95, "Operation not supported"),
    ("EAFNOSUPPORT", 97, "Address family not supported by protocol"),
    ("ENOBUFS", 105, "No buffer space available"),
    ("ENOTCONN", 107, "Transport endpoint is not connected"),
    ("ECONNREFUSED", 111, "Connection refused"),
    ("ESTALE", 116, "Stale file handle"),
];

impl Errno {
    #![allow(missing_docs, reason = "each is the error of that name in errno(3)")]
    pub const EPERM: Self = Self(1);
    pub const ENOENT: Self = Self(2);
    pub const EIO: Self = Self(5);
    pub const ENXIO: Self = Self(6);
    pub const ENOEXEC: Self = Self(8);
    pub const EACCES: Self = Self(13);
    pub const ENODEV: Self = Self(19);
    pub const ENOTDIR: Self = Self(20);
    pub const EISDIR: Self = Self(21);
    pub const EINVAL: Self = Self(22);
    pub const EMFILE: Self = Self(24);
    pub const ENOTTY: Self = Self(25);
    pub const ENAMETOOLONG: Self = Self(36);
    pub const ELOOP: Self = Self(40);
    pub const EXFULL: Self = Self(54);
    pub const ELIBBAD: Self = Self(80);
    pub const EOPNOTSUPP: Self = Self(95);

    /// The symbolic name, such as `EACCES`; `errno 200` for a number without one here.
    pub fn name(self) -> String {
        self.row().map_or_else(|| format!("errno {}", self.0), |row| row.0.to_owned())
    }

    /// The text that a C program of this system prints for it.
    pub fn text(self) -> String {
        self.row().map_or_else(|| format!("Unknown error {}", self.0), |row| row.2.to_owned())
    }

    fn row(self) -> Option<&'static (&'static str, i32, &'static str)> {
        ERRNOS.iter().find(|(_, number, _)| *number == self.0)
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl Serialize for Errno {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name())
    }
}

impl<'de> Deserialize<'de> for Errno {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let by_name = ERRNOS.iter().find(|row| row.0 == name).map(|row| row.1);
        let number = by_name.or_else(|| name.strip_prefix("errno ")?.parse().ok());
        number.map(Self).ok_or_else(|| serde::de::Error::custom(format!("`{name}` is not an error name")))
    }
}

impl JsonSchema for Errno {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Errno".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "description": "an error name of errno(3), such as EACCES" })
    }
}
