//! Where helpers stand, and where libvirt is told of one.

use std::path::{Path, PathBuf};

use super::super::root::{Root, Unread};
use crate::snapshot::{Errno, Fact, OsRelease, Subject};

/// libvirt's own limit for the file is lower.
const CONFIGURATION_LIMIT: u64 = 1 << 20;

/// The program's name.
const NAME: &str = "qemu-bridge-helper";

/// Where Guix System had its privileged copies before 2024-08.
const OLD_GUIX: &str = "/run/setuid-programs";

/// Directories, the privileged copies of declarative systems first: beside them the store's copy never works.
const DIRECTORIES: [&str; 12] = [
    "/run/wrappers/bin",
    "/run/privileged/bin",
    OLD_GUIX,
    "/usr/lib/qemu",
    "/usr/libexec",
    "/usr/libexec/qemu",
    "/usr/lib",
    "/usr/lib64/qemu",
    "/usr/local/libexec",
    "/usr/local/lib/qemu",
    "/app/libexec",
    "/app/lib/extensions/Qemu/bin",
];

/// The known places, in the order of the search.
pub(super) fn known() -> Vec<PathBuf> {
    DIRECTORIES.iter().map(|directory| Path::new(directory).join(NAME)).collect()
}

/// Helpers in the directories of `$PATH`, where newer libvirt looks first.
pub(super) fn on_search_path() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).filter(|directory| directory.is_absolute()).map(|to| to.join(NAME)).collect()
}

/// Where the distribution's package would put it; of Guix System's two places the older one is told by its directory.
pub(super) fn expected(os: &OsRelease, stands: impl Fn(&Path) -> bool) -> PathBuf {
    let is = |id: &str| os.id == id || os.id_like.iter().any(|like| like == id);
    let leap = matches!(os.id.as_str(), "opensuse-leap" | "sles" | "sled")
        && os.version.as_deref().is_some_and(|version| version.starts_with("12") || version.starts_with("15"));
    let directory = match () {
        () if is("nixos") => "/run/wrappers/bin",
        () if is("guix") && !stands(Path::new("/run/privileged")) && stands(Path::new(OLD_GUIX)) => OLD_GUIX,
        () if is("guix") => "/run/privileged/bin",
        () if leap => "/usr/lib",
        () if ["fedora", "rhel", "centos", "suse", "gentoo", "void", "slackware"].into_iter().any(is) => "/usr/libexec",
        () => "/usr/lib/qemu",
    };
    Path::new(directory).join(NAME)
}

/// The subject's `libvirt/qemu.conf`, where it sets `bridge_helper`: the file and the value.
pub(in super::super) fn libvirt_setting(
    root: &Root,
    subject: &Subject,
    is_me: bool,
) -> Fact<Option<(PathBuf, PathBuf)>> {
    let own = || std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|home| home.is_absolute());
    let configuration = if is_me && root.is_live() { own() } else { None };
    let Some(directory) = configuration.or_else(|| Some(subject.home.as_ref()?.join(".config"))) else {
        return Fact::Known(None);
    };
    let file = directory.join("libvirt/qemu.conf");
    match root.read(&file, CONFIGURATION_LIMIT) {
        Ok(text) => {
            let value = setting(&String::from_utf8_lossy(&text), "bridge_helper");
            Fact::Known(value.map(|value| (file, PathBuf::from(value))))
        }
        Err(Unread::Failed(Errno::EACCES)) if !is_me => {
            let because = format!("`{}` is closed to this process", file.display());
            Fact::unknown_but(because, format!("sudo bridge-doctor check --user {}", subject.user))
        }
        Err(_) => Fact::Known(None),
    }
}

/// A text setting of libvirt's configuration format: `name = "value"`, or with single quotes.
fn setting(text: &str, name: &str) -> Option<String> {
    let value = |line: &str| {
        let value = line.trim_start().strip_prefix(name)?.trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        Some(value[1..].split(quote).next()?.to_owned())
    };
    text.lines().filter_map(value).next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_counts_and_the_comment_does_not() {
        let text = "#bridge_helper = \"/usr/libexec/qemu-bridge-helper\"\n  bridge_helper='/opt/h'\nbridge_helper_x = \"no\"\n";
        assert_eq!(setting(text, "bridge_helper"), Some("/opt/h".to_owned()));
        assert_eq!(setting("#bridge_helper = \"/h\"\n", "bridge_helper"), None);
        assert_eq!(setting("bridge_helper = /h\n", "bridge_helper"), None, "libvirt refuses it without quotes");
    }

    #[test]
    fn each_family_has_its_place() {
        let of = |id: &str, version: &str| {
            let version = Some(version.to_owned());
            expected(&OsRelease { id: id.into(), version, ..OsRelease::default() }, |_| false)
        };
        assert_eq!(of("debian", "12"), Path::new("/usr/lib/qemu/qemu-bridge-helper"));
        assert_eq!(of("fedora", "41"), Path::new("/usr/libexec/qemu-bridge-helper"));
        assert_eq!(of("opensuse-leap", "15.6"), Path::new("/usr/lib/qemu-bridge-helper"));
        assert_eq!(of("nixos", "24.11"), Path::new("/run/wrappers/bin/qemu-bridge-helper"));
        assert_eq!(of("guix", ""), Path::new("/run/privileged/bin/qemu-bridge-helper"));
        let guix = OsRelease { id: "guix".to_owned(), ..OsRelease::default() };
        let old = expected(&guix, |path| path == Path::new(OLD_GUIX));
        assert_eq!(old, Path::new("/run/setuid-programs/qemu-bridge-helper"));
    }
}
