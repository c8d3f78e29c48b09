//! Users and groups by their numbers.

use std::path::Path;

use nix::unistd::{Group, User};

use super::outcome::Owner;
use crate::fix::Trouble;

/// The numbers of the user and the group that something at the path is to belong to.
pub(super) fn numbers(path: &Path, user: &str, group: &str) -> Result<Owner, Trouble> {
    let missing = |kind: &str, name: &str| {
        Trouble::at(path, format!("there is no {kind} `{name}` to own it"), format!("`getent {kind}` lists them"))
    };
    let uid = number(user, |name| Some(User::from_name(name).ok()??.uid.as_raw()));
    let gid = number(group, |name| Some(Group::from_name(name).ok()??.gid.as_raw()));
    Ok((uid.ok_or_else(|| missing("passwd", user))?, gid.ok_or_else(|| missing("group", group))?))
}

/// What is a number already is taken as it is, and root is known without a look.
fn number(name: &str, find: impl FnOnce(&str) -> Option<u32>) -> Option<u32> {
    match name.parse() {
        Ok(number) => Some(number),
        Err(_) if name == "root" => Some(0),
        Err(_) => find(name),
    }
}
