//! The plan of each platform, for its helper without privilege and its ACL as it is shipped.

use bridge_doctor::platform;
use bridge_doctor::snapshot::{Fact, Snapshot, Step};
use insta::assert_snapshot;

use crate::faults::{acl, acl_missing, unprivileged, with};
use crate::shown::{plan_for, written};

/// A host of this distribution, as its packages leave it.
fn host(id: &str, id_like: &[&str], version: Option<&str>, stores: &[&str]) -> Snapshot {
    with(|host| {
        host.machine.os.id = id.to_owned();
        host.machine.os.id_like = id_like.iter().map(|like| (*like).to_owned()).collect();
        host.machine.os.version = version.map(str::to_owned);
        host.machine.stores = stores.iter().map(Into::into).collect();
        host.machine.network_managers.clear();
        host.helper.statoverride = None;
        let platform = platform::of(&host.machine);
        unprivileged(host);
        place_helper(host, platform.expected_helper_path());
        let path = std::path::PathBuf::from(platform.expected_acl_path());
        host.acl.path.clone_from(&path);
        host.acl.files[0].path.clone_from(&path);
        host.acl.files[0].owners[0].path.clone_from(&path);
        host.acl.files[0].owners[1].path = path.parent().expect("it has a directory").to_owned();
        match platform.default_acl() {
            None => acl_missing(host),
            Some("comments only") => acl(host, "# allow br0\n"),
            Some(text) => acl(host, &format!("{text}\n")),
        }
    })
}

fn place_helper(host: &mut Snapshot, path: &str) {
    host.helper.path = path.into();
    host.helper.real_path = Some(path.into());
    host.helper.owners[0].path = path.into();
    host.helper.owners[1].path = std::path::Path::new(path).parent().expect("it has a directory").to_owned();
}

/// The declared helper is not there; the one that is found is the store's.
fn store_helper(host: &mut Snapshot, path: &str) {
    place_helper(host, path);
    host.helper.owners.truncate(1);
    host.helper.chain = Fact::Known(Vec::<Step>::new());
}

#[test]
fn each_platform_in_its_own_way() {
    for (name, mut host, store) in [
        ("debian", host("debian", &[], Some("12"), &[]), None),
        ("ubuntu", host("ubuntu", &["debian"], Some("24.04"), &[]), None),
        ("fedora", host("fedora", &[], Some("41"), &[]), None),
        ("rhel", host("almalinux", &["rhel", "centos", "fedora"], Some("9.4"), &[]), None),
        ("opensuse", host("opensuse-tumbleweed", &["opensuse", "suse"], Some("20260101"), &[]), None),
        ("opensuse_15", host("opensuse-leap", &["suse", "opensuse"], Some("15.6"), &[]), None),
        ("arch", host("arch", &[], None, &[]), None),
        ("alpine", host("alpine", &[], Some("3.20"), &[]), None),
        ("gentoo", host("gentoo", &[], None, &[]), None),
        ("void", host("void", &[], None, &[]), None),
        ("slackware", host("slackware", &[], Some("15.0"), &[]), None),
        (
            "nixos",
            host("nixos", &[], Some("24.11"), &["/nix/store"]),
            Some("/nix/store/abc-qemu-9.1.2/libexec/qemu-bridge-helper"),
        ),
        (
            "guix",
            host("guix", &[], None, &["/gnu/store", "/run/privileged"]),
            Some("/gnu/store/abc-qemu-9.1.3/libexec/qemu-bridge-helper"),
        ),
        (
            "guix_before_2024_08",
            host("guix", &[], None, &["/gnu/store", "/run/setuid-programs"]),
            Some("/gnu/store/abc-qemu-8.2.2/libexec/qemu-bridge-helper"),
        ),
        (
            "nix_on_debian",
            host("debian", &[], Some("12"), &["/nix/store"]),
            Some("/nix/store/abc-qemu-9.1.2/libexec/qemu-bridge-helper"),
        ),
        (
            "guix_on_debian",
            host("debian", &[], Some("12"), &["/gnu/store"]),
            Some("/gnu/store/abc-qemu-9.1.3/libexec/qemu-bridge-helper"),
        ),
        ("source_build", host("debian", &[], Some("12"), &[]), Some("/usr/local/libexec/qemu-bridge-helper")),
    ] {
        if let Some(path) = store {
            store_helper(&mut host, path);
        }
        if name == "source_build" {
            // The ACL moves with a helper that was built to be moved.
            let path: std::path::PathBuf = "/usr/local/libexec/../etc/qemu/bridge.conf".into();
            host.acl.path.clone_from(&path);
            host.acl.files[0].path = path;
        }
        assert_snapshot!(name, written(&plan_for(&host, &["br0"], &[])));
    }
}

#[test]
fn a_group_without_the_user_goes_by_its_name() {
    for (id, group) in [("opensuse-tumbleweed", "kvm"), ("alpine", "qemu")] {
        let mut host = host(id, &[], Some("20260101"), &[]);
        host.subject.groups = vec![host.subject.gid];
        host.subject.group_names.clear();
        let text = written(&plan_for(&host, &["br0"], &[]));
        assert!(text.contains(&format!("owner root:{group}")), "{id}: {text}");
        assert!(text.contains(&format!("only root and group {group} may execute")), "{id}: {text}");
        assert!(!text.contains("4294967"), "{id}: {text}");
    }
}
