//! What an identity may do, computed from owners, modes and POSIX ACLs.
//!
//! The only answers that are not the kernel's: an ordinary user who wonders what a helper with another identity
//! may open cannot become that identity.

use std::path::Path;

use super::super::chain;
use super::super::identity::{CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, Identity};
use super::super::inode;
use super::super::root::{Last, Root};
use super::access::Want;
use crate::snapshot::{Answer, Errno, Fact};

/// The entries of a POSIX ACL, by the tags of `acl(5)`'s attribute.
const USER: u16 = 0x02;
const GROUP_OBJ: u16 = 0x04;
const GROUP: u16 = 0x08;
const MASK: u16 = 0x10;
const OTHER: u16 = 0x20;

/// The answer for one path.
pub(super) fn answer(root: &Root, path: &Path, identity: &Identity, want: Want) -> Fact<Answer> {
    let way = chain::follow(root, path);
    for directory in &way.directories {
        match permitted(root, directory, identity, Want::Search) {
            Some(true) => {}
            Some(false) => return Fact::Known(Answer::No(Errno::EACCES)),
            None => return cannot_see(directory),
        }
    }
    match way.end {
        Err(Errno::EACCES) => cannot_see(path),
        Err(errno) => Fact::Known(Answer::No(errno)),
        Ok(end) => match permitted(root, &end, identity, want) {
            Some(true) => Fact::Known(Answer::Yes),
            Some(false) => Fact::Known(Answer::No(Errno::EACCES)),
            None => cannot_see(&end),
        },
    }
}

fn cannot_see(path: &Path) -> Fact<Answer> {
    let because = format!("only root can see what the helper may do with `{}`", path.display());
    Fact::unknown_but(because, "sudo bridge-doctor check")
}

fn permitted(root: &Root, path: &Path, identity: &Identity, want: Want) -> Option<bool> {
    let stat = root.stat(path, Last::Follow).ok()?;
    let bits = want.bits();
    let is_directory = inode::kind(&stat) == crate::snapshot::Kind::Directory;
    let executable = is_directory || bits & 1 == 0 || stat.st_mode & 0o111 != 0;
    if identity.capabilities & CAP_DAC_OVERRIDE != 0 && executable {
        return Some(true);
    }
    if identity.capabilities & CAP_DAC_READ_SEARCH != 0 && (bits == 4 || want == Want::Search) {
        return Some(true);
    }
    let attributes = match root.is_live() {
        true => path.to_path_buf(),
        false => inode::descriptor(&root.handle(path, Last::Follow).ok()?),
    };
    // An ACL changes nothing for the owner: its entry equals the mode.
    if identity.uid != stat.st_uid
        && let Some(value) = inode::posix_acl(&attributes)
    {
        return Some(by_acl(&value, stat.st_gid, identity, bits));
    }
    let shift = match () {
        () if identity.uid == stat.st_uid => 6,
        () if identity.has_group(stat.st_gid) => 3,
        () => 0,
    };
    Some((stat.st_mode >> shift) & bits == bits)
}

/// The order of `acl(5)`: named users, then all groups that match, then others; the mask limits the first two.
fn by_acl(value: &[u8], owning_group: u32, identity: &Identity, bits: u32) -> bool {
    let entries = || {
        value.get(4..).unwrap_or_default().chunks_exact(8).filter_map(|entry| {
            let tag = u16::from_le_bytes(entry.get(0..2)?.try_into().ok()?);
            let rights = u16::from_le_bytes(entry.get(2..4)?.try_into().ok()?);
            let id = u32::from_le_bytes(entry.get(4..8)?.try_into().ok()?);
            Some((tag, u32::from(rights), id))
        })
    };
    let mask = entries().find(|entry| entry.0 == MASK).map_or(7, |entry| entry.1);
    if let Some((_, rights, _)) = entries().find(|&(tag, _, id)| tag == USER && id == identity.uid) {
        return rights & mask & bits == bits;
    }
    let mut in_a_group = false;
    for (tag, rights, id) in entries() {
        let matches = match tag {
            GROUP_OBJ => identity.has_group(owning_group),
            GROUP => identity.has_group(id),
            _ => false,
        };
        in_a_group |= matches;
        if matches && rights & mask & bits == bits {
            return true;
        }
    }
    !in_a_group && entries().any(|(tag, rights, _)| tag == OTHER && rights & bits == bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER_OBJ: u16 = 0x01;

    fn acl(entries: &[(u16, u16, u32)]) -> Vec<u8> {
        let mut value = vec![2, 0, 0, 0];
        for (tag, rights, id) in entries {
            value.extend(tag.to_le_bytes());
            value.extend(rights.to_le_bytes());
            value.extend(id.to_le_bytes());
        }
        value
    }

    fn identity(uid: u32, groups: &[u32]) -> Identity {
        Identity { uid, gid: uid, groups: groups.to_vec(), capabilities: 0 }
    }

    #[test]
    fn the_mask_limits_a_named_user() {
        let value = acl(&[(USER_OBJ, 6, 0), (USER, 4, 1000), (GROUP_OBJ, 0, 0), (MASK, 0, 0), (OTHER, 4, 0)]);
        assert!(!by_acl(&value, 0, &identity(1000, &[]), 4), "the mask takes it away, and others do not count");
        assert!(by_acl(&value, 0, &identity(1001, &[]), 4));
    }

    #[test]
    fn any_group_that_matches_may_grant() {
        let value = acl(&[(USER_OBJ, 6, 0), (GROUP_OBJ, 0, 0), (GROUP, 4, 50), (MASK, 4, 0), (OTHER, 0, 0)]);
        assert!(by_acl(&value, 7, &identity(1000, &[7, 50]), 4));
        assert!(!by_acl(&value, 7, &identity(1000, &[7]), 4));
    }

    #[test]
    fn members_of_a_denied_group_are_not_others() {
        let value = acl(&[(USER_OBJ, 6, 0), (GROUP_OBJ, 0, 0), (MASK, 7, 0), (OTHER, 4, 0)]);
        assert!(!by_acl(&value, 7, &identity(1000, &[7]), 4));
    }

    /// Every answer that the kernel gives about files and directories of these rights must be computed alike: asked
    /// as another user where root runs the test, and as the user who runs it otherwise.
    #[test]
    fn the_kernel_agrees() {
        use super::super::{Asker, access};

        let root = Root::live();
        let is_root = nix::unistd::geteuid().is_root();
        let identity = if is_root {
            Identity { uid: 54_321, gid: 54_321, groups: vec![54_322], capabilities: 0 }
        } else {
            let groups = super::super::super::subject::process_groups();
            let (uid, gid) = (nix::unistd::geteuid().as_raw(), nix::unistd::getegid().as_raw());
            Identity { uid, gid, groups, capabilities: 0 }
        };
        let asker = if is_root { Asker::become_identity(&root, &identity, None) } else { Asker::Here };
        let tree = std::env::temp_dir().join(format!("bridge-doctor-computed-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&tree);
        let directory = tree.join("directory");
        let file = directory.join("file");
        std::fs::create_dir_all(&directory).expect("a tree");
        std::fs::write(&file, "").expect("a file");
        let (owners, groups) =
            if is_root { (vec![0, 54_321], vec![0, 54_321, 54_322]) } else { (vec![identity.uid], vec![identity.gid]) };
        let mut asked = 0;
        let set = |path: &Path, mode: u32, uid: u32, gid: u32| {
            std::os::unix::fs::chown(path, Some(uid), Some(gid)).expect("an owner");
            std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).expect("a mode");
        };
        set(&tree, 0o755, owners[0], groups[0]);
        for (uid, gid) in owners.iter().flat_map(|&uid| groups.iter().map(move |&gid| (uid, gid))) {
            for mode in [0o000, 0o004, 0o040, 0o400, 0o044, 0o404, 0o440, 0o111, 0o751, 0o066, 0o606, 0o660, 0o666] {
                set(&file, mode, uid, gid);
                for closed in [0o755, 0o700, 0o710, 0o701, 0o070, 0o007] {
                    set(&directory, closed, uid, gid);
                    for want in [Want::Execute, Want::Read, Want::Device] {
                        let kernel = asker.ask(&root, &file, want);
                        assert!(matches!(kernel, Fact::Known(_)), "the kernel was asked: {kernel:?}");
                        let computed = answer(&root, &file, &identity, want);
                        // Without root's eyes a closed directory hides what is in it.
                        if is_root || matches!(computed, Fact::Known(_)) {
                            assert_eq!(computed, kernel, "{uid}:{gid} {mode:o} in {closed:o}, {want:?}");
                            asked += 1;
                        }
                    }
                    set(&directory, 0o755, uid, gid);
                }
            }
        }
        assert!(asked >= 100, "{asked} questions");
        assert_eq!(access::ask(None, &directory, Want::Search), Answer::Yes);
        let _ = std::fs::remove_dir_all(&tree);
    }
}
