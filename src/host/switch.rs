//! The name service switch: where the files of users and groups answer as the C library would.
//!
//! To learn that systemd adds nobody to a group, the C library loads and relocates two libraries, which takes longer than
//! a whole check; so it is asked only where its other sources might say something.

use std::path::Path;

use super::root::Root;

const CONFIGURATION: &str = "/etc/nsswitch.conf";

/// Where systemd's source of users and groups finds what to say: sockets of those who answer, and records.
const RECORDS: [&str; 7] = [
    "/run/systemd/userdb",
    "/etc/userdb",
    "/run/userdb",
    "/run/host/userdb",
    "/usr/local/lib/userdb",
    "/usr/lib/userdb",
    "/lib/userdb",
];

/// The one who answers for the users of running services, none of whom is in a second group.
const DYNAMIC_USERS: &str = "io.systemd.DynamicUser";

/// What is set up on this machine.
pub(super) struct Switch(String);

impl Switch {
    /// Reads it. A C library without a switch has no such file, and is asked itself.
    pub(super) fn of(root: &Root) -> Self {
        Self(root.text(CONFIGURATION).unwrap_or_default())
    }

    /// Whether a user who stands in `/etc/passwd` is the one who is found.
    pub(super) fn finds_users_in_file(&self) -> bool {
        let sources = self.sources("passwd");
        let is_action = sources.get(1).is_some_and(|next| next.starts_with('['));
        sources.first() == Some(&"files") && !is_action
    }

    /// Whether `/etc/group` alone says who is in which group.
    pub(super) fn finds_members_in_file(&self, root: &Root) -> bool {
        let own = self.sources("initgroups");
        let sources = if own.is_empty() { self.sources("group") } else { own };
        let is_harmless = |source: &&str| matches!(*source, "files" | "systemd" | "[SUCCESS=merge]");
        sources.first() == Some(&"files")
            && sources.iter().all(is_harmless)
            && (!sources.contains(&"systemd") || !RECORDS.iter().any(|place| has_members(root, place)))
    }

    /// What is asked in turn; nothing where two lines contradict each other.
    fn sources(&self, database: &str) -> Vec<&str> {
        let lines = self.0.lines().map(|line| line.split('#').next().unwrap_or_default());
        let mut found =
            lines.filter_map(|line| line.trim_start().strip_prefix(database)?.trim_start().strip_prefix(':'));
        let first = found.next().unwrap_or_default();
        if found.next().is_some() { Vec::new() } else { first.split_whitespace().collect() }
    }
}

/// What cannot be listed might have something to say.
fn has_members(root: &Root, place: &str) -> bool {
    let place = Path::new(place);
    root.exists(place) && root.list(place).map_or(true, |names| names.iter().any(|name| name != DYNAMIC_USERS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> (tempfile::TempDir, Root) {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Root::below(folder.path()).expect("a tree");
        (folder, root)
    }

    fn members(line: &str) -> bool {
        let (_folder, root) = tree();
        Switch(format!("# group: nothing\npasswd: files\n{line}\n")).finds_members_in_file(&root)
    }

    #[test]
    fn only_the_files_and_a_silent_systemd_are_known() {
        for line in ["group: files", "group:\tfiles systemd # usual", "group: files [SUCCESS=merge] systemd"] {
            assert!(members(line), "{line}");
        }
        let lines = [
            "group: files sss",
            "group: compat",
            "group: sss files",
            "group: systemd",
            "group: files [NOTFOUND=return] systemd",
            "group: files\ninitgroups: files ldap",
            "group: files\ngroup: sss",
            "group:",
            "",
        ];
        for line in lines {
            assert!(!members(line), "{line}");
        }
        assert!(members("group: sss\ninitgroups: files"));
    }

    #[test]
    fn somebody_who_may_know_members_is_asked() {
        let switch = Switch("group: files systemd\n".to_owned());
        let (folder, root) = tree();
        let sockets = folder.path().join("run/systemd/userdb");
        std::fs::create_dir_all(&sockets).expect("a folder");
        assert!(switch.finds_members_in_file(&root));
        std::fs::write(sockets.join(DYNAMIC_USERS), "").expect("a file");
        assert!(switch.finds_members_in_file(&root));
        std::fs::write(sockets.join("io.systemd.Multiplexer"), "").expect("a file");
        assert!(!switch.finds_members_in_file(&root));
        assert!(Switch("group: files\n".to_owned()).finds_members_in_file(&root));
    }

    #[test]
    fn a_record_of_a_member_is_not_overlooked() {
        for place in RECORDS {
            let (folder, root) = tree();
            let records = folder.path().join(place.trim_start_matches('/'));
            std::fs::create_dir_all(&records).expect("a folder");
            std::fs::write(records.join("alice:kvm.membership"), "").expect("a file");
            assert!(!Switch("group: files systemd\n".to_owned()).finds_members_in_file(&root), "{place}");
        }
    }

    #[test]
    fn the_first_source_of_users_decides() {
        let finds = |line: &str| Switch(format!("{line}\n")).finds_users_in_file();
        assert!(finds("passwd: files systemd") && finds("passwd:files sss"));
        assert!(
            !finds("passwd: sss files") && !finds("passwd: files [SUCCESS=continue] sss") && !finds("passwd: compat")
        );
    }
}
