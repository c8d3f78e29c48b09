//! Whose virtual machine it is.

use std::path::PathBuf;

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
    pub home: Option<PathBuf>,
}

impl Subject {
    /// How a subject was found that the command line named.
    pub const NAMED: &'static str = "--user";

    /// The name of a user, as far as it is known here, else the number.
    pub fn user_name(&self, uid: u32) -> String {
        match uid {
            0 => "root".to_owned(),
            uid if uid == self.uid => self.user.clone(),
            uid => uid.to_string(),
        }
    }

    /// The name of a group, as far as it is known here, else the number.
    pub fn group_name(&self, gid: u32) -> String {
        let known = self.group_names.iter().find(|(number, _)| *number == gid).map(|(_, name)| name.clone());
        known.unwrap_or_else(|| if gid == 0 { "root".to_owned() } else { gid.to_string() })
    }

    /// Whether the subject is in this group.
    pub fn is_in_group(&self, gid: u32) -> bool {
        self.gid == gid || self.groups.contains(&gid)
    }
}
