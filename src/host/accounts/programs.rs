//! The programs of the machine that ask its C library: `getent`, which every such library comes with, and `id`.

use std::time::Duration;

use super::super::program;
use super::super::root::Root;
use super::{Account, entries, group_lines};

/// A directory service that is far away takes its time.
const PATIENCE: Duration = Duration::from_secs(10);

/// A user by name, who may be called otherwise in the answer: a service knows aliases.
pub(super) fn user(name: &str) -> Option<Account> {
    // The program takes the one for a number, and the other for an option.
    if name.parse::<u32>().is_ok() || name.starts_with('-') {
        return None;
    }
    entries(&ask("getent", &["passwd", name])?).next()
}

/// A user by number.
pub(super) fn user_of(uid: u32) -> Option<Account> {
    entries(&ask("getent", &["passwd", &uid.to_string()])?).find(|account| account.uid == uid)
}

/// The groups that a login would give, the primary one included.
pub(super) fn groups(account: &Account) -> Vec<u32> {
    let listed = if account.name.starts_with('-') { None } else { ask("id", &["-G", &account.name]) };
    let mut groups = vec![account.gid];
    let others = listed.as_deref().unwrap_or_default().split_ascii_whitespace().filter_map(|gid| gid.parse().ok());
    groups.extend(others.filter(|&gid: &u32| gid != account.gid));
    groups
}

/// The name of a group.
pub(super) fn group_name(gid: u32) -> Option<String> {
    let answer = ask("getent", &["group", &gid.to_string()])?;
    group_lines(&answer).find(|line| line.1 == gid).map(|line| line.0.to_owned())
}

fn ask(name: &str, arguments: &[&str]) -> Option<String> {
    program::output(&program::find(&Root::live(), &[name])?, arguments, PATIENCE).ok()
}
