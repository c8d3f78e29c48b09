//! What each distribution family does about each fault.

use std::fmt::Write as _;
use std::path::Path;

use bridge_doctor::platform::{self, AclState, HelperPolicy, Remedy};
use bridge_doctor::snapshot::{Machine, Manager, Snapshot};
use insta::assert_snapshot;

use crate::state::{State, absent, bytes};

/// A machine of this distribution.
fn machine(id: &str, id_like: &[&str], stores: &[&str]) -> Machine {
    let mut machine = State::healthy().host.machine;
    machine.os.id = id.to_owned();
    machine.os.version = None;
    machine.os.id_like = id_like.iter().map(|like| (*like).to_owned()).collect();
    machine.stores = stores.iter().map(Into::into).collect();
    machine
}

/// A host of this distribution whose ACL is missing.
fn host(machine: &Machine) -> Snapshot {
    let mut host = State::healthy().host;
    host.machine = machine.clone();
    host
}

/// Every remedy of a platform, as text.
fn idioms(machine: &Machine) -> String {
    let platform = platform::of(machine);
    let helper = match machine.os.id.as_str() {
        "nixos" => "/nix/store/abc-qemu-9.1.0/libexec/qemu-bridge-helper",
        "guix" => "/gnu/store/abc-qemu-9.1.3/libexec/qemu-bridge-helper",
        _ => platform.expected_helper_path(),
    };
    let acl = Path::new(platform.expected_acl_path());
    let host = host(machine);
    let mut text = String::new();
    let _ = writeln!(text, "{}: {} {}", platform.name(), platform.expected_helper_path(), acl.display());
    let _ = writeln!(text, "shipped ACL: {}", platform.default_acl().unwrap_or("none"));
    for (what, remedy) in [
        ("install", platform.package_of_helper()),
        ("make privileged", platform::make_privileged(machine, Path::new(helper), HelperPolicy::default())),
        ("allow, no ACL", platform.acl_allow(acl, "br0", AclState::Missing)),
        ("allow, an ACL", platform.acl_allow(acl, "br0", AclState::Present(b"# mine\nallow virbr0\n"))),
        ("join", platform.add_to_group("alice", "kvm")),
        ("bridge", platform.make_bridge(None, "br0", Some("enp3s0"))),
        ("bridge alone", platform.make_bridge(None, "br0", None)),
        ("forward", platform.persist_ip_forward()),
    ] {
        let _ = write!(text, "{}", written(&host, what, &remedy));
    }
    text
}

fn written(host: &Snapshot, what: &str, remedy: &Remedy) -> String {
    let mut text = format!("\n{what}{}\n", if remedy.is_automatic() { "" } else { " (by hand)" });
    for command in remedy.commands(host) {
        let _ = writeln!(text, "    {command}");
    }
    if let Some(why) = &remedy.why {
        let _ = writeln!(text, "    because {why}");
    }
    if let Some(note) = &remedy.note {
        let _ = writeln!(text, "    : {note}");
    }
    text
}

#[test]
fn each_family_has_its_idioms() {
    for (name, id, id_like, stores) in [
        ("debian", "debian", &[][..], &[][..]),
        ("fedora", "fedora", &[], &[]),
        ("rhel", "rhel", &["fedora"], &[]),
        ("suse", "opensuse-tumbleweed", &["opensuse", "suse"], &[]),
        ("arch", "arch", &[], &[]),
        ("alpine", "alpine", &[], &[]),
        ("gentoo", "gentoo", &[], &[]),
        ("void", "void", &[], &[]),
        ("nixos", "nixos", &[], &["/nix/store"]),
        ("guix", "guix", &[], &["/gnu/store", "/run/privileged"]),
        ("guix_before_2024_08", "guix", &[], &["/gnu/store", "/run/setuid-programs"]),
        ("generic", "slackware", &[], &[]),
    ] {
        assert_snapshot!(name, idioms(&machine(id, id_like, stores)));
    }
}

#[test]
fn a_release_has_its_own_places_and_tools() {
    let mut machine = machine("opensuse-leap", &["suse", "opensuse"], &[]);
    machine.os.version = Some("15.6".to_owned());
    assert_snapshot!("suse_15", idioms(&machine));
}

#[test]
fn a_derivative_is_of_the_family_it_names_first() {
    for (id, id_like, family) in [
        ("linuxmint", &["ubuntu", "debian"][..], "Debian"),
        ("ubuntu", &["debian"], "Debian"),
        ("almalinux", &["rhel", "centos", "fedora"], "RHEL"),
        ("scientific", &["rhel", "fedora"], "RHEL"),
        ("nobara", &["fedora"], "Fedora"),
        ("manjaro", &["arch"], "Arch Linux"),
        ("sles", &["suse"], "openSUSE"),
        ("linux", &[], "Linux"),
    ] {
        assert_eq!(platform::of(&machine(id, id_like, &[])).name(), family, "{id}");
    }
}

fn overridden(by: &str) -> HelperPolicy<'_> {
    HelperPolicy { overridden: Some(by), kept_to: None }
}

#[test]
fn a_helper_that_its_mode_keeps_to_a_group_stays_so() {
    let path = Path::new("/usr/lib/qemu/qemu-bridge-helper");
    let policy = HelperPolicy { overridden: None, kept_to: Some(("kvm", 0o4750)) };
    for id in ["debian", "fedora", "rhel", "arch", "void", "linux"] {
        let machine = machine(id, &[], &[]);
        let commands = platform::make_privileged(&machine, path, policy).commands(&host(&machine)).join("\n");
        assert!(
            commands.contains("4750") && commands.contains("kvm") && !commands.contains("4755"),
            "{id}: {commands}"
        );
    }
}

#[test]
fn an_override_that_is_in_force_goes_first() {
    let machine = machine("debian", &[], &[]);
    let path = Path::new("/usr/lib/qemu/qemu-bridge-helper");
    assert_snapshot!(written(
        &host(&machine),
        "make privileged",
        &platform::make_privileged(&machine, path, overridden("root kvm 4750"))
    ));
    assert_snapshot!(written(
        &host(&machine),
        "make privileged",
        &platform::make_privileged(&machine, path, overridden("root root 0755"))
    ));
}

#[test]
fn an_override_that_keeps_the_helper_to_a_group_keeps_it_so() {
    let machine = machine("debian", &[], &[]);
    let path = Path::new("/usr/lib/qemu/qemu-bridge-helper");
    for (old, new) in [
        ("root kvm 0750", "root kvm 4750"),
        ("root kvm 770", "root kvm 4750"),
        ("root kvm 0755", "root root 4755"),
        ("root kvm 0700", "root root 4755"),
        ("root root 0750", "root root 4755"),
        ("alice kvm 4750", "root root 4755"),
    ] {
        let commands = platform::make_privileged(&machine, path, overridden(old)).commands(&host(&machine));
        let add = format!("sudo dpkg-statoverride --update --add {new} /usr/lib/qemu/qemu-bridge-helper");
        assert_eq!(commands.last(), Some(&add), "{old}: {commands:?}");
    }
}

#[test]
fn a_helper_that_no_package_owns_is_mended_where_it_stands() {
    let machine = machine("debian", &[], &["/nix/store", "/gnu/store"]);
    for (name, path) in [
        ("a_store_on_another_distribution", "/nix/store/abc-qemu-9.1.0/libexec/qemu-bridge-helper"),
        ("a_source_build", "/usr/local/libexec/qemu-bridge-helper"),
        ("a_flatpak", "/app/libexec/qemu-bridge-helper"),
        ("a_path_with_blanks", "/opt/my vm/qemu-bridge-helper"),
    ] {
        assert_snapshot!(
            name,
            written(
                &host(&machine),
                "make privileged",
                &platform::make_privileged(&machine, Path::new(path), HelperPolicy::default())
            )
        );
    }
}

#[test]
fn each_network_manager_makes_bridges_that_last() {
    let machine = machine("debian", &[], &[]);
    let (platform, host) = (platform::of(&machine), host(&machine));
    for (name, manager) in [
        ("network_manager", Some(Manager::NetworkManager)),
        ("systemd_networkd", Some(Manager::SystemdNetworkd)),
        ("netplan", Some(Manager::Netplan)),
        ("ifupdown", Some(Manager::Ifupdown)),
        ("wicked", Some(Manager::Wicked)),
        ("no_manager", None),
    ] {
        let bridged = written(&host, "with an uplink", &platform.make_bridge(manager, "br0", Some("enp3s0")));
        let isolated = written(&host, "alone", &platform.make_bridge(manager, "br0", None));
        assert_snapshot!(format!("bridge_by_{name}"), bridged + &isolated);
    }
}

/// The commands that write files are run, with `tee` in place of the privileged one.
#[test]
fn an_added_rule_stands_on_a_line_of_its_own() {
    let directory = std::env::temp_dir().join(format!("bridge doctor's rules {}", std::process::id()));
    let acl = directory.join("bridge.conf");
    let machine = machine("debian", &[], &[]);
    let (platform, mut host) = (platform::of(&machine), host(&machine));
    host.acl.files[0].path.clone_from(&acl);
    host.acl.files[0].owners.clear();
    let mut run = |content: Option<&str>, bridge: &str| {
        let state = content.map_or(AclState::Missing, |content| AclState::Present(content.as_bytes()));
        if let Some(content) = content {
            std::fs::write(&acl, content).expect("the ACL can be written");
            host.acl.files[0].content = bytes(content);
        } else {
            absent(&mut host.acl.files[0]);
        }
        for command in platform.acl_allow(&acl, bridge, state).commands(&host) {
            let command = command.replace("sudo ", "");
            let status = std::process::Command::new("sh").args(["-c", &command]).output().expect("sh runs").status;
            assert!(status.success(), "{command}");
        }
        std::fs::read_to_string(&acl).expect("the ACL is there")
    };
    assert_eq!(run(None, "br0"), "allow br0\n");
    assert_eq!(run(Some("allow br0\n"), "my br"), "allow br0\nallow my br\n");
    assert_eq!(run(Some("allow br0"), "it's 100%\\"), "allow br0\nallow it's 100%\\\n");
    std::fs::remove_dir_all(&directory).expect("the directory can be removed");
}
