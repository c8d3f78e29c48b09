//! A fact, or the reason why it could not be had.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A value that was looked for on the host.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact<T> {
    /// It was seen.
    Known(T),
    /// Somebody looked and could not see.
    Unknown(Unknown),
    /// Only a running machine has it, and this is a file tree (`--root`).
    NeedsLiveHost,
}

/// Why a fact is missing.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Unknown {
    /// The reason, as a clause: "only root may read the FORWARD chain".
    pub because: String,
    /// The command that would tell, where there is one.
    pub command: Option<String>,
}

impl<T> Fact<T> {
    /// A fact that could not be seen, without a command that would tell.
    pub fn unknown(because: impl Into<String>) -> Self {
        Self::Unknown(Unknown { because: because.into(), command: None })
    }

    /// A fact that could not be seen here, and the command that would tell.
    pub fn unknown_but(because: impl Into<String>, command: impl Into<String>) -> Self {
        Self::Unknown(Unknown { because: because.into(), command: Some(command.into()) })
    }

    /// The value, where it was seen.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) | Self::NeedsLiveHost => None,
        }
    }

    /// Borrows the value inside.
    pub fn as_ref(&self) -> Fact<&T> {
        match self {
            Self::Known(value) => Fact::Known(value),
            Self::Unknown(unknown) => Fact::Unknown(unknown.clone()),
            Self::NeedsLiveHost => Fact::NeedsLiveHost,
        }
    }

    /// Applies `f` to the value, keeping the reason where there is none.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Self::Known(value) => Fact::Known(f(value)),
            Self::Unknown(unknown) => Fact::Unknown(unknown),
            Self::NeedsLiveHost => Fact::NeedsLiveHost,
        }
    }

    /// Goes on with `f` where there is a value.
    pub fn and_then<U>(self, f: impl FnOnce(T) -> Fact<U>) -> Fact<U> {
        match self {
            Self::Known(value) => f(value),
            Self::Unknown(unknown) => Fact::Unknown(unknown),
            Self::NeedsLiveHost => Fact::NeedsLiveHost,
        }
    }
}

impl<T, E> Fact<Result<T, E>> {
    /// What is there, where somebody looked and found it.
    pub fn found(&self) -> Option<&T> {
        self.known()?.as_ref().ok()
    }
}
