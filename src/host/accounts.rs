//! Users and groups: the machine's databases, or the files of a tree.

mod programs;
mod service;

use std::path::PathBuf;

use super::root::Root;
use super::switch::Switch;

/// One user.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) home: Option<PathBuf>,
}

impl Account {
    /// A user who is only a number.
    pub(super) fn nameless(uid: u32) -> Self {
        Self { name: uid.to_string(), uid, gid: uid, home: None }
    }
}

/// Where users and groups are looked up.
pub(super) enum Accounts {
    /// Whatever the C library is set up to ask, behind the files, where those have the first word.
    Live { passwd: Option<String>, group: Option<String> },
    /// `passwd` and `group` of a tree.
    Files { passwd: String, group: String },
}

impl Accounts {
    /// Those of this machine or tree.
    pub(super) fn of(root: &Root) -> Self {
        if root.is_live() {
            let switch = Switch::of(root);
            let passwd = if switch.finds_users_in_file() { root.text("/etc/passwd") } else { None };
            let group = if switch.finds_members_in_file(root) { root.text("/etc/group") } else { None };
            return Self::Live { passwd, group };
        }
        let text = |path| root.text(path).unwrap_or_default();
        Self::Files { passwd: text("/etc/passwd"), group: text("/etc/group") }
    }

    /// Whether they are the machine's.
    pub(super) fn are_live(&self) -> bool {
        matches!(self, Self::Live { .. })
    }

    /// A user by name, or by number; a number needs no entry.
    pub(super) fn find(&self, name: &str) -> Option<Account> {
        let by_name = self.lookup(|entry| entry.name == name, || service::user(name));
        by_name.or_else(|| {
            let uid = name.parse().ok()?;
            Some(self.by_uid(uid).unwrap_or_else(|| Account::nameless(uid)))
        })
    }

    /// A user by number.
    pub(super) fn by_uid(&self, uid: u32) -> Option<Account> {
        self.lookup(|entry| entry.uid == uid, || service::user_of(uid))
    }

    fn lookup(&self, is_wanted: impl Fn(&Account) -> bool, ask: impl FnOnce() -> Option<Account>) -> Option<Account> {
        let in_file = |passwd: &str| entries(passwd).find(is_wanted);
        match self {
            Self::Live { passwd, .. } => passwd.as_deref().and_then(in_file).or_else(ask),
            Self::Files { passwd, .. } => in_file(passwd),
        }
    }

    /// The groups that a login would give, the primary one included.
    pub(super) fn groups(&self, account: &Account) -> Vec<u32> {
        match self {
            Self::Live { group: None, .. } => service::groups(account),
            Self::Live { group: Some(group), .. } | Self::Files { group, .. } => {
                let mut groups = vec![account.gid];
                for (_, gid, members) in group_lines(group) {
                    if gid != account.gid && members.split(',').any(|member| member.trim_start() == account.name) {
                        groups.push(gid);
                    }
                }
                groups
            }
        }
    }

    /// The names of groups, as far as they have any.
    pub(super) fn group_names(&self, groups: &[u32]) -> Vec<(u32, String)> {
        let in_file = |group: &str, gid| group_lines(group).find(|line| line.1 == gid).map(|line| line.0.to_owned());
        let name = |gid: u32| match self {
            Self::Live { group, .. } => {
                group.as_deref().and_then(|group| in_file(group, gid)).or_else(|| service::group_name(gid))
            }
            Self::Files { group, .. } => in_file(group, gid),
        };
        groups.iter().filter_map(|&gid| Some((gid, name(gid)?))).collect()
    }

    /// Users whose names come near to one that is not there, the nearest first.
    pub(super) fn near(&self, name: &str) -> Vec<String> {
        let live;
        let passwd = match self {
            Self::Live { passwd: None, .. } => {
                live = Root::live().text("/etc/passwd").unwrap_or_default();
                &live
            }
            Self::Live { passwd: Some(passwd), .. } | Self::Files { passwd, .. } => passwd,
        };
        let mut near: Vec<_> = entries(passwd)
            .map(|entry| (strsim::damerau_levenshtein(&entry.name.to_lowercase(), &name.to_lowercase()), entry.name))
            .filter(|(distance, _)| *distance <= 2 && *distance < name.chars().count())
            .collect();
        near.sort();
        near.into_iter().take(3).map(|(_, name)| name).collect()
    }
}

/// Users of this machine who stand in its own file: a directory service might be slow, and is not asked.
pub(super) fn local_names() -> Vec<String> {
    let passwd = Root::live().text("/etc/passwd").unwrap_or_default();
    entries(&passwd).map(|entry| entry.name).collect()
}

/// The lines of either file that are entries: neither comments nor references to NIS.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim_start).filter(|line| !line.starts_with(['#', '+', '-', ':']))
}

fn entries(passwd: &str) -> impl Iterator<Item = Account> {
    lines(passwd).filter_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?.to_owned();
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        let home = fields.nth(1).filter(|home| !home.is_empty()).map(PathBuf::from);
        Some(Account { name, uid, gid, home })
    })
}

fn group_lines(group: &str) -> impl Iterator<Item = (&str, u32, &str)> {
    lines(group).filter_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let gid = fields.nth(1)?.parse().ok()?;
        Some((name, gid, fields.next().unwrap_or_default()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Accounts {
        Accounts::Files {
            passwd: "root:x:0:0:root:/root:/bin/sh\nbroken\nalice:x:1000:100::/home/alice:/bin/sh\n".into(),
            group: "users:x:100:\n#wheel:x:10:alice\nkvm:x:36:bob, alice\nqemu:x:37:alice2\n+:x:38:alice\n".into(),
        }
    }

    #[test]
    fn a_tree_has_its_own_users() {
        let alice = files().find("alice").expect("she is in the file");
        assert_eq!((alice.uid, alice.gid), (1000, 100));
        assert_eq!(alice.home, Some(PathBuf::from("/home/alice")));
        assert_eq!(files().find("1000"), Some(alice.clone()));
        assert_eq!(files().groups(&alice), [100, 36]);
        assert_eq!(files().group_names(&[100, 36, 99]), [(100, "users".into()), (36, "kvm".into())]);
    }

    #[test]
    fn a_number_needs_no_entry_and_a_name_does() {
        assert_eq!(files().find("4711"), Some(Account::nameless(4711)));
        assert_eq!(files().find("alcie"), None);
        assert_eq!(files().near("alcie"), ["alice"]);
    }

    #[test]
    fn the_files_say_what_the_c_library_says() {
        let asked = Accounts::Live { passwd: None, group: None };
        let read = Accounts::of(&Root::live());
        for account in local_accounts() {
            let found = read.find(&account.name);
            assert_eq!(found.map(|found| (found.uid, found.gid)), Some((account.uid, account.gid)), "{}", account.name);
            let (groups, expected) = (sorted(read.groups(&account)), sorted(asked.groups(&account)));
            assert_eq!(groups, expected, "{}", account.name);
            assert_eq!(read.group_names(&groups), asked.group_names(&groups), "{}", account.name);
        }
    }

    #[test]
    fn the_programs_say_what_the_c_library_says() {
        for account in local_accounts() {
            assert_eq!(programs::user(&account.name), Some(account.clone()));
            assert_eq!(programs::user_of(account.uid), service::user_of(account.uid));
            assert_eq!(sorted(programs::groups(&account)), sorted(service::groups(&account)), "{}", account.name);
            assert_eq!(programs::group_name(account.gid), service::group_name(account.gid));
        }
        assert_eq!(programs::user("nobody-of-this-name"), None);
        assert_eq!(programs::user("--help"), None);
    }

    /// The users of this machine's file, as the C library knows them.
    fn local_accounts() -> Vec<Account> {
        let names = local_names();
        assert!(!names.is_empty());
        names.iter().map(|name| service::user(name).expect("it stands in the file")).collect()
    }

    fn sorted(mut groups: Vec<u32>) -> Vec<u32> {
        groups.sort_unstable();
        groups
    }
}
