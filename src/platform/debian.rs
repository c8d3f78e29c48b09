//! Debian, Ubuntu and what descends from them.

use std::path::Path;

use super::{ASK_PACKAGES, Action, Effect, FOR_ALL, HelperPolicy, JOIN, Platform, Remedy, generic, kept_mode, shell};

/// The helper is shipped without privilege, on purpose; an override makes the choice survive upgrades.
pub(super) struct Debian;

/// dpkg's overrides, its own copy of what was there before, and what it leaves of a change that was cut off.
const DATABASES: [&str; 3] =
    ["/var/lib/dpkg/statoverride", "/var/lib/dpkg/statoverride-old", "/var/lib/dpkg/statoverride-new"];

/// The group and mode of an override for a file of root's.
fn of_root(overridden: &str) -> Option<(&str, u32)> {
    let mut words = overridden.split_ascii_whitespace();
    let (user, group, mode) = (words.next()?, words.next()?, u32::from_str_radix(words.next()?, 8).ok()?);
    let plain = group.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    (user == "root" && plain).then_some((group, mode))
}

/// The group and mode of an override that makes a helper privileged.
fn grants(overridden: &str) -> Option<(&str, u32)> {
    of_root(overridden).filter(|(_, mode)| mode & 0o4100 == 0o4100 && mode & 0o022 == 0)
}

/// The group to which an override keeps the helper, and the mode that keeps it so with the privilege.
fn kept_to(overridden: &str) -> Option<(&str, u32)> {
    let (group, mode) = of_root(overridden).filter(|(group, _)| *group != "root")?;
    Some((group, kept_mode(mode)?))
}

impl Platform for Debian {
    fn name(&self) -> &'static str {
        "Debian"
    }

    fn expected_helper_path(&self) -> &'static str {
        "/usr/lib/qemu/qemu-bridge-helper"
    }

    fn package_again(&self) -> Remedy {
        Remedy::manual(ASK_PACKAGES, [self.as_root("apt-get install --reinstall qemu-system-common")])
    }

    fn package_of_helper(&self) -> Remedy {
        Remedy::manual(ASK_PACKAGES, [self.as_root("apt-get install qemu-system-common")])
    }

    fn make_privileged(&self, path: &Path, policy: HelperPolicy<'_>) -> Remedy {
        let overridden = policy.overridden;
        let (group, mode) = overridden.and_then(kept_to).or(policy.kept_to).unwrap_or(FOR_ALL);
        let Some(name) = path.to_str().filter(|name| !name.contains('\n')) else {
            return generic::set_mode(path, group, mode).with_note(
                "dpkg cannot hold an override for such a path: an upgrade of the package may set the mode back.",
            );
        };
        let run = |words: &[&str]| Action::Run {
            argv: std::iter::once("dpkg-statoverride").chain(words.iter().copied()).map(str::to_owned).collect(),
            undo: None,
            writes: DATABASES.iter().map(Into::into).chain([path.to_owned()]).collect(),
        };
        let effect = Effect::Owned { path: path.to_owned(), group: group.to_owned(), mode };
        let add = (run(&["--update", "--add", "root", group, &format!("{mode:o}"), name]), effect);
        let Some(old) = overridden else { return Remedy::automatic([add]) };
        if let Some((group, mode)) = grants(old) {
            return generic::set_mode(path, group, mode).with_note(format!(
                "That is what dpkg's override for it says, `{old}`: it is in force at every upgrade."
            ));
        }
        Remedy::automatic([(run(&["--remove", name]), Effect::Prepares), add])
            .with_note(format!("It replaces the override that is in force, `{old}`; dpkg adds none beside it."))
    }

    fn add_to_group(&self, user: &str, group: &str) -> Remedy {
        Remedy::manual(JOIN, [self.as_root(&format!("adduser {} {}", shell::word(user), shell::word(group)))])
            .with_note("It counts from the next login on.")
    }
}
