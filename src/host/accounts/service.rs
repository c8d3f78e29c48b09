//! Whoever the C library is set up to ask about users and groups. A static program has no such library: it has
//! [`programs`] of the machine ask.

use std::ffi::CString;

use nix::unistd::{Gid, Group, Uid, User, getgrouplist};

use super::{Account, programs};

/// Whether the C library is a part of this program, and reads files only.
const IS_STATIC: bool = cfg!(target_feature = "crt-static");

/// A user by name.
pub(super) fn user(name: &str) -> Option<Account> {
    if IS_STATIC { programs::user(name) } else { User::from_name(name).ok().flatten().map(account) }
}

/// A user by number.
pub(super) fn user_of(uid: u32) -> Option<Account> {
    if IS_STATIC { programs::user_of(uid) } else { User::from_uid(Uid::from_raw(uid)).ok().flatten().map(account) }
}

/// The groups that a login would give, the primary one included.
pub(super) fn groups(account: &Account) -> Vec<u32> {
    if IS_STATIC {
        return programs::groups(account);
    }
    let Ok(name) = CString::new(account.name.as_str()) else { return vec![account.gid] };
    let groups = getgrouplist(&name, Gid::from_raw(account.gid)).unwrap_or_default();
    groups.into_iter().map(Gid::as_raw).collect()
}

/// The name of a group.
pub(super) fn group_name(gid: u32) -> Option<String> {
    if IS_STATIC { programs::group_name(gid) } else { Some(Group::from_gid(Gid::from_raw(gid)).ok()??.name) }
}

fn account(user: User) -> Account {
    Account { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw(), home: Some(user.dir) }
}
