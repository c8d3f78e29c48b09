//! Users and groups by their numbers.

use std::path::Path;

use super::outcome::Owner;
use crate::fix::Trouble;

/// The numbers of the user and the group that something at the path is to belong to.
pub(super) fn numbers(path: &Path, user: &str, group: &str) -> Result<Owner, Trouble> {
    let missing = |kind: &str, name: &str| {
        Trouble::at(path, format!("there is no {kind} `{name}` to own it"), format!("`getent {kind}` lists them"))
    };
    let uid = match user.parse() {
        Ok(number) => number,
        Err(_) if user == "root" => 0,
        Err(_) => match nix::unistd::User::from_name(user) {
            Ok(Some(found)) => found.uid.as_raw(),
            _ => return Err(missing("passwd", user)),
        },
    };
    let gid = match group.parse() {
        Ok(number) => number,
        Err(_) if group == "root" => 0,
        Err(_) => match nix::unistd::Group::from_name(group) {
            Ok(Some(found)) => found.gid.as_raw(),
            _ => return Err(missing("group", group)),
        },
    };
    Ok((uid, gid))
}
