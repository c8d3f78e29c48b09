//! Whose virtual machine it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::path;

/// The user the question is about.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Subject {
    /// The login name; the number where it has none.
    pub user: String,
    /// The user's number.
    pub uid: u32,
    /// The primary group.
    pub gid: u32,
    /// Supplementary groups.
    pub groups: Vec<u32>,
    /// Names of the groups, where the host knows them.
    pub group_names: Vec<(u32, String)>,
    /// Groups that the group database grants and the running process lacks: they need a new login.
    pub groups_after_login: Vec<u32>,
    /// How the subject was found: "current user", "--user", "SUDO_UID".
    pub how: String,
    /// The home directory.
    #[serde(default, with = "path")]
    #[schemars(with = "Option<path::Written>")]
    pub home: Option<std::path::PathBuf>,
}
