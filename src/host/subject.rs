//! Whose virtual machine it is.

use nix::unistd::{Uid, getegid, geteuid, getgroups};

use super::accounts::{Account, Accounts};
use super::error::Error;
use super::root::Root;
use crate::snapshot::Subject;

/// How programs that give root's rights name the user who asked for them.
const INVOKERS: [&str; 3] = ["SUDO_UID", "DOAS_USER", "PKEXEC_UID"];

/// The subject, and whether this process is it.
pub(super) struct Chosen {
    pub(super) subject: Subject,
    pub(super) is_me: bool,
}

/// The user who was named; else, for root, the one who became root; else the one who runs this.
pub(super) fn choose(accounts: &Accounts, user: Option<&str>) -> Result<Chosen, Error> {
    let me = geteuid();
    let invoker = || {
        let set = |name: &&'static str| {
            std::env::var(name).ok().filter(|value| !value.is_empty()).map(|value| (value, *name))
        };
        if me.is_root() { INVOKERS.iter().find_map(set) } else { None }
    };
    let named = user.map(|user| (user.to_owned(), Subject::NAMED)).or_else(invoker);
    let Some((name, source)) = named else {
        return Ok(current(accounts, me, "current user"));
    };
    let account = match accounts.find(&name) {
        Some(account) => account,
        None => {
            let near = accounts.near(&name);
            return Err(Error::UnknownUser { name, source: source.to_owned(), near });
        }
    };
    if account.uid == me.as_raw() {
        return Ok(current(accounts, me, source));
    }
    let groups = accounts.groups(&account);
    Ok(Chosen { subject: describe(accounts, account, groups, source), is_me: false })
}

/// The identity of a running process, under the names that this host has for it.
pub(super) fn of_process(accounts: &Accounts, pid: u32, uid: u32, gid: u32, groups: Vec<u32>) -> Subject {
    let known = accounts.by_uid(uid).unwrap_or_else(|| Account::nameless(uid));
    let granted = accounts.groups(&known);
    let mut subject = describe(accounts, Account { gid, ..known }, groups, &format!("--pid {pid}"));
    subject.groups_after_login = lacking(&granted, &subject);
    subject
}

fn current(accounts: &Accounts, me: Uid, how: &str) -> Chosen {
    let known = accounts.by_uid(me.as_raw());
    // Of a tree, its own groups count; of the machine, those that this process really has.
    if let (Some(account), false) = (&known, accounts.are_live()) {
        let groups = accounts.groups(account);
        let subject = describe(accounts, account.clone(), groups, how);
        let is_me = same(&subject.groups, &process_groups()) && subject.gid == getegid().as_raw();
        return Chosen { subject, is_me: is_me || me.is_root() };
    }
    let account = known.unwrap_or_else(|| Account::nameless(me.as_raw()));
    let granted = accounts.groups(&account);
    let account = Account { gid: getegid().as_raw(), ..account };
    let mut subject = describe(accounts, account, process_groups(), how);
    subject.groups_after_login = lacking(&granted, &subject);
    Chosen { subject, is_me: true }
}

/// The supplementary groups of this process.
pub(super) fn process_groups() -> Vec<u32> {
    getgroups().unwrap_or_default().into_iter().map(nix::unistd::Gid::as_raw).collect()
}

/// Whether two lists hold the same groups.
pub(super) fn same(left: &[u32], right: &[u32]) -> bool {
    left.iter().all(|group| right.contains(group)) && right.iter().all(|group| left.contains(group))
}

/// Names these groups as well, which own what the subject needs: "join group 36" is nothing that a tool takes.
pub(super) fn name_groups(root: &Root, subject: &mut Subject, mut groups: Vec<u32>) {
    groups.sort_unstable();
    groups.dedup();
    groups.retain(|group| *group != 0 && !subject.group_names.iter().any(|(known, _)| known == group));
    if !groups.is_empty() {
        subject.group_names.extend(Accounts::of(root).group_names(&groups));
    }
}

fn describe(accounts: &Accounts, account: Account, groups: Vec<u32>, how: &str) -> Subject {
    let mut numbers = vec![account.gid];
    numbers.extend(groups.iter().filter(|&&group| group != account.gid));
    let group_names = accounts.group_names(&numbers);
    Subject {
        user: account.name,
        uid: account.uid,
        gid: account.gid,
        groups,
        group_names,
        groups_after_login: Vec::new(),
        how: how.to_owned(),
        home: account.home,
    }
}

fn lacking(granted: &[u32], subject: &Subject) -> Vec<u32> {
    granted.iter().copied().filter(|&group| !subject.is_in_group(group)).collect()
}
