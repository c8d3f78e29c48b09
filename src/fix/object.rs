//! What can stand at a path, whole: what a change finds, what it leaves, and what an undo brings back.

mod diff;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::snapshot::Bytes;

/// Attributes that the security policy gives to a new file by itself.
const GIVEN_BY_POLICY: [&str; 3] = ["security.selinux", "security.SMACK64", "security.apparmor"];
/// The POSIX access ACL, whose mask is the group's part of the mode.
pub(super) const ACCESS_ACL: &str = "system.posix_acl_access";
/// File capabilities.
pub(super) const CAPABILITY: &str = "security.capability";

/// Seconds and nanoseconds since 1970.
pub type Time = (i64, u32);

/// What stands at a path. `C` is a file's content: its bytes, or in the journal where they are kept.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Object<C = Vec<u8>> {
    /// Nothing.
    Absent {},
    /// A regular file.
    File {
        /// Its bytes; none where the change leaves them as they are.
        content: Option<C>,
        /// Owner, mode and the rest.
        attributes: Attributes,
    },
    /// A directory.
    Directory {
        /// Owner, mode and the rest.
        attributes: Attributes,
    },
    /// A symbolic link.
    Link {
        /// Where it leads.
        target: Bytes,
        /// The owner.
        uid: u32,
        /// The owning group.
        gid: u32,
    },
    /// A device, pipe or socket.
    Node {
        /// Which.
        node: Node,
        /// Owner, mode and the rest.
        attributes: Attributes,
    },
}

/// A file that is no data.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Node {
    /// A character device by its number.
    CharDevice(u32, u32),
    /// A block device by its number.
    BlockDevice(u32, u32),
    /// A named pipe.
    Pipe,
    /// A socket.
    Socket,
}

/// Owner, permission bits and extended attributes.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Attributes {
    /// All twelve permission bits.
    pub mode: u32,
    /// The owner.
    pub uid: u32,
    /// The owning group.
    pub gid: u32,
    /// Every extended attribute by name, file capabilities and POSIX ACLs among them.
    pub extended: BTreeMap<String, Bytes>,
}

impl Attributes {
    /// Those of something new that belongs to root.
    pub fn of_root(mode: u32) -> Self {
        Self { mode, ..Self::default() }
    }

    /// After `chmod`: an ACL has its own copy of the bits.
    pub(super) fn with_mode(mut self, mode: u32) -> Self {
        self.mode = mode;
        if let Some(acl) = self.extended.get_mut(ACCESS_ACL) {
            set_acl_bits(&mut acl.0, mode);
        }
        self
    }

    /// After `chown`, which takes privilege away from a file.
    pub(super) fn with_owner(mut self, uid: u32, gid: u32, is_file: bool) -> Self {
        (self.uid, self.gid) = (uid, gid);
        if is_file {
            self.mode &= if self.mode & 0o010 == 0 { !0o4000 } else { !0o6000 };
            self.extended.remove(CAPABILITY);
        }
        self
    }
}

/// Writes permission bits into a POSIX ACL as the kernel stores it: a version, then entries of tag, bits and number.
fn set_acl_bits(acl: &mut [u8], mode: u32) {
    const OWNER: u16 = 0x01;
    const GROUP: u16 = 0x04;
    const MASK: u16 = 0x10;
    const OTHERS: u16 = 0x20;
    let tag = |entry: &[u8]| entry.first_chunk().map(|bytes| u16::from_le_bytes(*bytes));
    let has_mask = acl.get(4..).unwrap_or_default().chunks(8).any(|entry| tag(entry) == Some(MASK));
    let middle = if has_mask { MASK } else { GROUP };
    for entry in acl.get_mut(4..).unwrap_or_default().chunks_exact_mut(8) {
        let shift = match tag(entry) {
            Some(OWNER) => 6,
            Some(tag) if tag == middle => 3,
            Some(OTHERS) => 0,
            _ => continue,
        };
        if let Some(bits) = entry.get_mut(2..4) {
            let value = u16::try_from(mode >> shift & 7).unwrap_or(0);
            bits.copy_from_slice(&value.to_le_bytes());
        }
    }
}

impl<C> Object<C> {
    /// Owner, mode and the rest, of what has them.
    pub fn attributes(&self) -> Option<&Attributes> {
        match self {
            Self::File { attributes, .. } | Self::Directory { attributes } | Self::Node { attributes, .. } => {
                Some(attributes)
            }
            Self::Absent {} | Self::Link { .. } => None,
        }
    }

    /// The same object with its content told in another way.
    ///
    /// # Errors
    ///
    /// Those of `tell`.
    pub fn map_content<D, E>(&self, tell: impl FnOnce(&C) -> Result<D, E>) -> Result<Object<D>, E> {
        Ok(match self {
            Self::Absent {} => Object::Absent {},
            Self::File { content, attributes } => {
                Object::File { content: content.as_ref().map(tell).transpose()?, attributes: attributes.clone() }
            }
            Self::Directory { attributes } => Object::Directory { attributes: attributes.clone() },
            Self::Link { target, uid, gid } => Object::Link { target: target.clone(), uid: *uid, gid: *gid },
            Self::Node { node, attributes } => Object::Node { node: *node, attributes: attributes.clone() },
        })
    }

    /// Its kind, as a word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Absent {} => "nothing",
            Self::File { .. } => "a file",
            Self::Directory { .. } => "a directory",
            Self::Link { .. } => "a symbolic link",
            Self::Node { node: Node::CharDevice(..) | Node::BlockDevice(..), .. } => "a device",
            Self::Node { node: Node::Pipe, .. } => "a pipe",
            Self::Node { node: Node::Socket, .. } => "a socket",
        }
    }
}

impl Object {
    /// The same without the bytes, for a change that leaves them as they are.
    pub fn without_content(&self) -> Self {
        match self {
            Self::File { attributes, .. } => Self::File { content: None, attributes: attributes.clone() },
            other => other.clone(),
        }
    }

    /// The same with the bytes of another where its own are not stated.
    pub fn with_content_of(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::File { content: None, attributes }, Self::File { content, .. }) => {
                Self::File { content: content.clone(), attributes: attributes.clone() }
            }
            _ => self.clone(),
        }
    }

    /// How `now` differs from this, one clause a difference; none where it is the same.
    ///
    /// A content that is not stated is not compared, nor a label that the security policy gave.
    pub fn differences(&self, now: &Self) -> Vec<String> {
        let mut found = Vec::new();
        match (self, now) {
            (Self::File { content: Some(ours), .. }, Self::File { content: Some(theirs), .. }) if ours != theirs => {
                found.push(format!("its content changed ({} bytes, now {})", ours.len(), theirs.len()));
            }
            (Self::Link { target: ours, .. }, Self::Link { target: theirs, .. }) if ours != theirs => {
                found.push(format!("it leads to `{}`", String::from_utf8_lossy(&theirs.0)));
            }
            (Self::Node { node: ours, .. }, Self::Node { node: theirs, .. }) if ours != theirs => {
                found.push("it is another device".to_owned());
            }
            (Self::Absent {}, Self::Absent {}) => {}
            (Self::Absent {}, other) => found.push(format!("there is {} now", other.kind())),
            (ours, Self::Absent {}) => found.push(format!("{} is gone", ours.kind())),
            (ours, other) if ours.kind() != other.kind() => found.push(format!("it is {} now", other.kind())),
            _ => {}
        }
        if let (Some(ours), Some(theirs)) = (self.attributes(), now.attributes()) {
            ours.compare(theirs, &mut found);
        }
        if let (Self::Link { uid, gid, .. }, Self::Link { uid: new_uid, gid: new_gid, .. }) = (self, now)
            && (uid, gid) != (new_uid, new_gid)
        {
            found.push(format!("its owner is {new_uid}:{new_gid}"));
        }
        found
    }

    /// Whether the two are the same but for owner, mode and the rest.
    pub fn is_same_thing(&self, now: &Self) -> bool {
        match (self, now) {
            (Self::File { content: Some(ours), .. }, Self::File { content: Some(theirs), .. }) => ours == theirs,
            (Self::Node { node: ours, .. }, Self::Node { node: theirs, .. }) => ours == theirs,
            (Self::Link { target: ours, .. }, Self::Link { target: theirs, .. }) => ours == theirs,
            _ => self.kind() == now.kind(),
        }
    }

    /// Whether `now` can be what is left where a change from `before` to `after` was cut off between two system calls.
    pub fn is_between(before: &Self, after: &Self, now: &Self) -> bool {
        let (Some(first), Some(last), Some(present)) = (before.attributes(), after.attributes(), now.attributes())
        else {
            return false;
        };
        let bits = [first.mode, last.mode].iter().any(|mode| mode & 0o1777 == present.mode & 0o1777);
        before.is_same_thing(now)
            && after.is_same_thing(now)
            && [first.uid, last.uid].contains(&present.uid)
            && [first.gid, last.gid].contains(&present.gid)
            && bits
            && present.extended.iter().all(|(name, value)| {
                name == ACCESS_ACL || first.extended.get(name) == Some(value) || last.extended.get(name) == Some(value)
            })
    }
}

impl Attributes {
    fn compare(&self, now: &Self, found: &mut Vec<String>) {
        if (self.uid, self.gid) != (now.uid, now.gid) {
            found.push(format!("its owner is {}:{}, not {}:{}", now.uid, now.gid, self.uid, self.gid));
        }
        if self.mode != now.mode {
            found.push(format!("its mode is {:04o}, not {:04o}", now.mode, self.mode));
        }
        for (name, value) in &self.extended {
            if now.extended.get(name) != Some(value) {
                found.push(format!("its attribute {name} changed"));
            }
        }
        for name in now.extended.keys() {
            if !self.extended.contains_key(name) && !GIVEN_BY_POLICY.contains(&name.as_str()) {
                found.push(format!("it has a new attribute {name}"));
            }
        }
    }
}

/// Attributes that a new file has by itself and keeps.
pub(super) fn is_given_by_policy(name: &str) -> bool {
    GIVEN_BY_POLICY.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(content: Option<&str>, mode: u32, uid: u32) -> Object {
        let content = content.map(|text| text.as_bytes().to_vec());
        Object::File { content, attributes: Attributes { uid, ..Attributes::of_root(mode) } }
    }

    #[test]
    fn what_one_of_two_calls_leaves_is_known() {
        let (before, after) = (file(None, 0o4755, 4001), file(None, 0o4711, 0));
        for (mode, uid) in [(0o4755, 4001), (0o755, 0), (0o4711, 0), (0o711, 0)] {
            assert!(Object::is_between(&before, &after, &file(Some("x"), mode, uid)), "{mode:o} {uid}");
        }
        for (mode, uid) in [(0o4777, 0), (0o700, 0), (0o755, 4003)] {
            assert!(!Object::is_between(&before, &after, &file(Some("x"), mode, uid)), "{mode:o} {uid}");
        }
        assert!(!Object::is_between(&before, &after, &Object::Absent {}));
        let other =
            Object::is_between(&file(Some("a"), 0o644, 0), &file(Some("a"), 0o600, 0), &file(Some("b"), 0o600, 0));
        assert!(!other, "another content is nobody's halfway");
    }

    #[test]
    fn every_difference_is_told() {
        let (old, new) = (file(Some("ab"), 0o644, 0), file(Some("abc"), 0o600, 7));
        let told = ["its content changed (2 bytes, now 3)", "its owner is 7:0, not 0:0", "its mode is 0600, not 0644"];
        assert_eq!(old.differences(&new), told);
        assert_eq!(old.differences(&Object::Absent {}), ["a file is gone"]);
        assert_eq!((Object::Absent {}).differences(&new), ["there is a file now"]);
        assert!(file(None, 0o600, 7).differences(&new).is_empty(), "a content that is not stated is not compared");
    }

    #[test]
    fn labels_of_the_policy_are_no_difference_and_other_attributes_are() {
        let plain = file(Some(""), 0o644, 0);
        let with = |name: &str| {
            let extended = BTreeMap::from([(name.to_owned(), Bytes(b"x".to_vec()))]);
            Object::File {
                content: Some(Vec::new()),
                attributes: Attributes { extended, ..Attributes::of_root(0o644) },
            }
        };
        assert!(plain.differences(&with("security.selinux")).is_empty());
        assert_eq!(plain.differences(&with("user.note")), ["it has a new attribute user.note"]);
        assert_eq!(with("security.selinux").differences(&plain), ["its attribute security.selinux changed"]);
    }

    #[test]
    fn a_change_of_owner_takes_privilege_away() {
        let extended = BTreeMap::from([(CAPABILITY.to_owned(), Bytes(vec![1]))]);
        let privileged = Attributes { mode: 0o6755, uid: 4001, gid: 4001, extended };
        let changed = privileged.clone().with_owner(0, 0, true);
        assert_eq!((changed.mode, changed.extended.len()), (0o755, 0));
        let locking = Attributes { mode: 0o2644, ..privileged.clone() }.with_owner(0, 0, true);
        assert_eq!(locking.mode, 0o2644, "without the group's x the bit means something else");
        assert_eq!(privileged.with_owner(0, 0, false).mode, 0o6755, "a directory keeps its bits");
    }
}
