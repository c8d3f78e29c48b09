//! libvirt: how its session driver finds a helper, and the networks of its system driver.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::inode;
use super::root::{Last, Root, Unread};
use super::texts::Program;
use crate::snapshot::{Errno, Fact, HelperLookup, Kind, Libvirt, LibvirtNetwork};

const DRIVER: &str = "libvirt/connection-driver/libvirt_driver_qemu.so";
const DRIVER_LIMIT: u64 = 32 << 20;
const NAME: &[u8] = b"qemu-bridge-helper\0";
const NETWORKS: &str = "/etc/libvirt/qemu/networks";

/// Where a libvirt that searches looks after `$PATH`.
const SEARCHED: [&str; 4] = ["/usr/libexec/qemu", "/usr/libexec", "/usr/lib/qemu", "/usr/lib"];

/// The session driver of this subject, and the networks.
pub(super) fn look(root: &Root, is_me: bool, bridge_helper: Fact<Option<(PathBuf, PathBuf)>>) -> Libvirt {
    let driver = driver(root);
    let lookup = match &driver {
        None => Fact::unknown("libvirt's QEMU driver is not installed"),
        Some(driver) => lookup(root, driver),
    };
    let helper = match &driver {
        None => Fact::Known(None),
        Some(_) => bridge_helper.as_ref().and_then(|setting| match setting {
            Some((_, value)) => Fact::Known(Some(value.clone())),
            None => lookup.as_ref().map(|lookup| found(root, is_me, lookup)),
        }),
    };
    Libvirt { driver, lookup, bridge_helper, helper, networks: networks(root) }
}

fn driver(root: &Root) -> Option<PathBuf> {
    let driver_in = |directory: &Path| Some(directory.join(DRIVER)).filter(|driver| root.exists(driver));
    // Debian's library directories have the name of the machine in them, which most often is this one.
    let own = format!("/usr/lib/{}-linux-gnu", std::env::consts::ARCH);
    let usual = ["/usr/lib64", "/usr/lib", &own];
    usual.iter().find_map(|directory| driver_in(Path::new(directory))).or_else(|| {
        let names = root.list(Path::new("/usr/lib")).unwrap_or_default();
        let triplets = names.iter().filter(|name| name.to_string_lossy().contains("-linux-"));
        let others = triplets.map(|name| Path::new("/usr/lib").join(name));
        others.chain(["/usr/local/lib".into()]).find_map(|directory| driver_in(&directory))
    })
}

fn lookup(root: &Root, driver: &Path) -> Fact<HelperLookup> {
    let mut compiled_in = None;
    let mut is_bare = false;
    let searched = Program::open(root, driver, DRIVER_LIMIT).and_then(|program| {
        program.ending_in(NAME, |text| {
            if text.starts_with(b"/") {
                compiled_in = Some(PathBuf::from(OsStr::from_bytes(text)));
            }
            is_bare |= text.len() == NAME.len() - 1;
            compiled_in.is_some()
        })
    });
    match (searched, compiled_in) {
        (Ok(()), Some(path)) => Fact::Known(HelperLookup::CompiledIn(path)),
        (Ok(()), None) if is_bare => Fact::Known(HelperLookup::Search(SEARCHED.map(PathBuf::from).to_vec())),
        (Ok(()), None) => Fact::unknown(format!("`{}` names no helper", driver.display())),
        (Err(Unread::Failed(errno)), _) => {
            Fact::unknown(format!("`{}` cannot be read: {}", driver.display(), errno.text()))
        }
        (Err(Unread::Special | Unread::TooLarge), _) => {
            Fact::unknown(format!("`{}` is no driver of libvirt", driver.display()))
        }
    }
}

fn found(root: &Root, is_me: bool, lookup: &HelperLookup) -> Option<PathBuf> {
    let directories = match lookup {
        HelperLookup::CompiledIn(path) => return Some(path.clone()).filter(|path| is_program(root, path)),
        HelperLookup::Search(directories) => directories,
    };
    // The session daemon's `$PATH` is that of the login, which for another user is not known.
    let path = if is_me && root.is_live() { std::env::var_os("PATH").unwrap_or_default() } else { "/usr/bin".into() };
    let on_path: Vec<_> = std::env::split_paths(&path).collect();
    let all = on_path.iter().chain(directories);
    all.map(|directory| directory.join("qemu-bridge-helper")).find(|path| is_program(root, path))
}

/// libvirt's own test: a regular file that somebody may execute.
fn is_program(root: &Root, path: &Path) -> bool {
    let stat = root.stat(path, Last::Follow);
    stat.is_ok_and(|stat| stat.st_mode & 0o111 != 0 && inode::kind(&stat) == Kind::Regular)
}

fn networks(root: &Root) -> Fact<Vec<LibvirtNetwork>> {
    let command = "virsh -c qemu:///system net-list --all";
    let hidden =
        |errno: Errno| Fact::unknown_but(format!("libvirt's networks cannot be read: {}", errno.text()), command);
    let directory = Path::new(NETWORKS);
    let names = match root.list(directory) {
        Ok(names) => names,
        Err(Errno::ENOENT) => return Fact::Known(Vec::new()),
        Err(errno) => return hidden(errno),
    };
    let mut networks = Vec::new();
    for name in names.iter().filter(|name| Path::new(name).extension().is_some_and(|end| end == "xml")) {
        let definition = match root.read(&directory.join(name), 1 << 20) {
            Ok(definition) => definition,
            Err(Unread::Failed(errno)) => return hidden(errno),
            Err(Unread::Special | Unread::TooLarge) => continue,
        };
        let Some((name, bridge)) = names_in(&String::from_utf8_lossy(&definition)) else { continue };
        let state = format!("{name}.xml");
        let is_in = |place: &str| root.exists(&Path::new(place).join(&state));
        networks.push(LibvirtNetwork {
            active: root.is_live() && (is_in("/run/libvirt/network") || is_in("/var/lib/libvirt/network")),
            autostart: root.stat(&directory.join("autostart").join(&state), Last::Keep).is_ok(),
            bridge,
            name,
        });
    }
    Fact::Known(networks)
}

/// The network's name and its bridge. libvirt writes these files itself, always in the same form.
fn names_in(definition: &str) -> Option<(String, Option<String>)> {
    let name = definition.split_once("<name>")?.1.split_once("</name>")?.0.trim().to_owned();
    let bridge = definition.split_once("<bridge ").and_then(|(_, rest)| {
        let attribute = rest.split_once('>')?.0.split_once("name=")?.1;
        let quote = attribute.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
        Some(attribute[1..].split_once(quote)?.0.to_owned())
    });
    (!name.is_empty() && !name.contains('/')).then_some((name, bridge))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_names_its_bridge() {
        let text = "<!--\nvirsh net-edit default\n-->\n<network>\n  <name>default</name>\n  <forward mode='nat'/>\n\
                    <bridge name='virbr0' stp='on' delay='0'/>\n</network>";
        assert_eq!(names_in(text), Some(("default".into(), Some("virbr0".into()))));
        assert_eq!(names_in("<network><name>plain</name></network>"), Some(("plain".into(), None)));
        assert_eq!(names_in("<name>../x</name>"), None);
    }
}
