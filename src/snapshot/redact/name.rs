//! The names of people and machines.

use serde_json::Value;

use crate::snapshot::Snapshot;

/// Words that stand in every snapshot: as a user's or a host's name they tell nothing, and replacing them would change
/// what the snapshot means.
const COMMON: &[&str] = &[
    "root",
    "nobody",
    "localhost",
    "localdomain",
    "qemu",
    "kvm",
    "libvirt",
    "libvirt-qemu",
    "qemu-bridge-helper",
    "qemu-kvm",
    "bridge",
    "bridge.conf",
    "virbr0",
    "br0",
    "tun",
    "tap",
    "net",
    "network",
    "networks",
    "default",
    "usr",
    "lib",
    "lib64",
    "libexec",
    "etc",
    "dev",
    "home",
    "run",
    "var",
    "local",
    "share",
    "opt",
    "bin",
    "sbin",
    "wrappers",
    "privileged",
    "setuid",
    "store",
    "gnu",
    "nix",
    "proc",
    "sys",
    "conf",
    "config",
    "all",
    "allow",
    "deny",
    "include",
    "known",
    "unknown",
    "user",
    "host",
    "veth",
    "forward",
    "filter",
    "iptables",
];

/// Below this length a name is replaced only where it stands as a word, since it may be part of any other.
const DISTINCTIVE: usize = 5;

/// What is replaced, and by what.
pub(super) struct Names {
    user: String,
    user_token: String,
    host_token: Option<String>,
    /// The longest first, so that no name is cut by a shorter one inside it.
    replaced: Vec<(String, String)>,
}

impl Names {
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let subject = &snapshot.subject;
        // A number instead of a name tells no more than the `uid` beside it.
        let is_told = subject.uid == 0 || subject.user.bytes().all(|byte| byte.is_ascii_digit());
        let user_token = if is_told { subject.user.clone() } else { token("user", subject.user.len()) };
        let host = snapshot.machine.hostname.as_deref();
        let mut replaced = Vec::new();
        if !is_told {
            replaced.push((subject.user.clone(), user_token.clone()));
            let home = subject.home.as_ref().and_then(|home| home.to_str()).filter(|home| home.len() > 1);
            replaced.extend(home.map(|home| (home.trim_end_matches('/').to_owned(), format!("/home/{user_token}"))));
        }
        for name in host.into_iter().flat_map(|host| [host, host.split('.').next().unwrap_or(host)]) {
            replaced.push((name.to_owned(), token("host", name.len())));
        }
        let os = &snapshot.machine.os.id;
        replaced.retain(|(name, _)| name.chars().any(|letter| letter != '/') && !is_common(name) && name != os);
        replaced.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        replaced.dedup();
        let host_token = host.map(|host| token("host", host.len()));
        Self { user: subject.user.clone(), user_token, host_token, replaced }
    }

    /// The text with every name replaced.
    pub(super) fn replace(&self, text: &str) -> String {
        self.replaced.iter().fold(text.to_owned(), |text, (name, token)| replace_name(&text, name, token))
    }

    /// Replaces the names where they stand by themselves, even those that are common words.
    pub(super) fn replace_members(&self, snapshot: &mut Value) {
        if let Some(user) = snapshot.pointer_mut("/subject/user").filter(|user| **user == *self.user) {
            *user = self.user_token.as_str().into();
        }
        if let (Some(host), Some(token)) = (snapshot.pointer_mut("/machine/hostname"), &self.host_token) {
            *host = token.as_str().into();
        }
    }
}

fn is_common(name: &str) -> bool {
    name.split('/').filter(|part| !part.is_empty()).all(|part| COMMON.contains(&part))
}

fn replace_name(text: &str, name: &str, token: &str) -> String {
    let distinctive = name.len() >= DISTINCTIVE && !COMMON.iter().any(|common| common.contains(name));
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, found) = rest.split_at(at);
        let after = &found[name.len()..];
        let inside = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        let last = before.chars().next_back().or_else(|| replaced.chars().next_back());
        let whole = !inside(last) && !inside(after.chars().next());
        replaced += before;
        replaced += if whole || (distinctive && !name.starts_with('/')) { token } else { name };
        rest = after;
    }
    replaced + rest
}

/// A word as long as the name it stands for.
fn token(word: &str, length: usize) -> String {
    word.chars().chain(std::iter::repeat('x')).take(length.max(1)).collect()
}

#[cfg(test)]
mod tests {
    use super::{replace_name, token};

    #[test]
    fn a_token_is_as_long_as_the_name() {
        assert_eq!([token("user", 5), token("user", 2), token("host", 9)], ["userx", "us", "hostxxxxx"]);
    }

    #[test]
    fn a_short_name_is_replaced_only_as_a_word() {
        assert_eq!(replace_name("/home/al/global br-al", "al", "us"), "/home/us/global br-us");
    }

    #[test]
    fn a_distinctive_name_is_replaced_inside_words_and_a_part_of_a_common_word_is_not() {
        assert_eq!(replace_name("xmallory1", "mallory", "userxxx"), "xuserxxx1");
        assert_eq!(replace_name("libvirt ibvir", "ibvir", "userx"), "libvirt userx");
    }
}
