//! The checks of the tun device and of libvirt's helper.

use bridge_doctor::probe::{Judgement, Level::Fail, Level::Warn};
use bridge_doctor::snapshot::{Access, Answer, Driver, Errno, Fact, HelperLookup, Kind, OtherHelper, Snapshot};
use insta::assert_snapshot;

use crate::state::{State, finds, inode, kind, known, no, unseen};

fn no_tun(host: &mut Snapshot) {
    host.tun.inode = Fact::Known(Err(Errno::ENOENT));
    host.tun.opens.subject = no(Errno::ENOENT);
}

#[test]
fn tun_is_missing() {
    assert_snapshot!(finds(&State::with(no_tun), &[("tun-device", Fail, "tun-device-missing")]));
}

#[test]
fn tun_is_missing_in_a_container() {
    for container in ["docker", "podman", "lxc", "systemd-nspawn", "wsl", "flatpak", "snap", "openvz"] {
        let state = State::with(|host| {
            no_tun(host);
            host.machine.container = Some(container.to_owned());
        });
        let text = finds(&state, &[("tun-device", Fail, "tun-device-missing")]);
        assert_snapshot!(format!("tun_is_missing_in_{container}"), text);
    }
}

#[test]
fn tun_is_missing_in_a_file_tree() {
    let state = State::with(|host| {
        no_tun(host);
        host.machine.live = false;
    });
    assert!(matches!(state.judge("tun-device"), Judgement::NotApplicable { .. }));
}

#[test]
fn tun_is_something_else() {
    for (what, is, opens) in [
        ("a_regular_file", Kind::Regular, Answer::Yes),
        ("a_directory", Kind::Directory, Answer::Yes),
        ("another_device", Kind::CharDevice { major: 1, minor: 3 }, Answer::Yes),
        ("a_closed_file", Kind::Regular, Answer::No(Errno::EACCES)),
    ] {
        let state = State::with(|host| {
            kind(&mut host.tun.inode, is);
            host.tun.opens.subject = Fact::Known(opens);
        });
        let text = finds(&state, &[("tun-device", Fail, "tun-device-wrong")]);
        assert_snapshot!(format!("tun_is_{what}"), text);
    }
}

#[test]
fn tun_is_a_link_loop() {
    let state = State::with(|host| {
        host.tun.inode = Fact::Known(Err(Errno::ELOOP));
        host.tun.opens.subject = no(Errno::ELOOP);
    });
    assert_snapshot!(finds(&state, &[("tun-device", Fail, "tun-device-wrong")]));
}

#[test]
fn tun_is_for_root_only() {
    let state = State::with(|host| {
        inode(&mut host.tun.inode).mode = 0o600;
        host.tun.opens.subject = no(Errno::EACCES);
    });
    assert_snapshot!(finds(&state, &[("tun-device", Fail, "tun-device-permission")]));
}

#[test]
fn tun_is_for_a_group_of_the_next_login() {
    let state = State::with(|host| {
        host.subject.groups_after_login = vec![997];
        inode(&mut host.tun.inode).mode = 0o660;
        inode(&mut host.tun.inode).gid = 997;
        host.tun.opens.subject = no(Errno::EACCES);
    });
    assert_snapshot!(finds(&state, &[("tun-device", Fail, "tun-device-permission")]));
}

#[test]
fn tun_is_in_a_closed_directory() {
    let state = State::with(|host| {
        host.tun.closed_directory = Some("/dev/net".into());
        host.tun.inode = unseen();
        host.tun.opens.subject = no(Errno::EACCES);
    });
    assert_snapshot!(finds(&state, &[("tun-device", Fail, "tun-device-permission")]));
}

#[test]
fn tun_is_on_a_mount_without_devices() {
    let state = State::with(|host| {
        known(&mut inode(&mut host.tun.inode).mount).nodev = true;
        host.tun.opens.subject = no(Errno::EACCES);
    });
    assert_snapshot!(finds(&state, &[("tun-device", Fail, "tun-device-permission")]));
}

#[test]
fn tun_is_forbidden_by_the_device_cgroup() {
    let state = State::with(|host| {
        host.machine.container = Some("lxc".to_owned());
        host.tun.opens.subject = no(Errno::EPERM);
    });
    assert_snapshot!(finds(&state, &[("tun-device", Fail, "tun-device-permission")]));
}

#[test]
fn tun_opens_for_a_helper_that_stays_root() {
    let state = State::with(|host| {
        known(&mut host.helper.binary).drops_privileges = false;
        host.tun.opens = Access { subject: no(Errno::EACCES), helper: Some(Fact::Known(Answer::Yes)) };
    });
    assert_eq!(finds(&state, &[]), "");
}

#[test]
fn the_kernel_was_upgraded_without_a_reboot() {
    let state = State::with(|host| host.tun.driver = Fact::Known(Driver::ModulesMissing));
    assert_snapshot!(finds(&state, &[("tun-device", Fail, "tun-driver-missing")]));
}

#[test]
fn the_kernel_has_no_tun() {
    let state = State::with(|host| host.tun.driver = Fact::Known(Driver::Absent));
    assert_snapshot!(finds(&state, &[("tun-device", Fail, "tun-driver-missing")]));
}

#[test]
fn nobody_could_tell_the_driver() {
    let state = State::with(|host| host.tun.driver = unseen());
    assert!(matches!(state.judge("tun-device"), Judgement::Unjudged(_)));
}

#[test]
fn libvirt_would_run_another_helper() {
    let state = State::with(|host| {
        host.libvirt.helper = Fact::Known(Some("/usr/libexec/qemu-bridge-helper".into()));
        host.libvirt.lookup = Fact::Known(HelperLookup::CompiledIn("/usr/libexec/qemu-bridge-helper".into()));
    });
    assert_snapshot!(finds(&state, &[("libvirt-helper", Warn, "libvirt-helper-mismatch")]));
}

#[test]
fn libvirt_is_told_another_helper() {
    let state = State::with(|host| {
        let path = "/usr/libexec/qemu-bridge-helper";
        host.libvirt.helper = Fact::Known(Some(path.into()));
        let file = "/home/alice/.config/libvirt/qemu.conf";
        host.libvirt.bridge_helper = Fact::Known(Some((file.into(), path.into())));
    });
    assert_snapshot!(finds(&state, &[("libvirt-helper", Warn, "libvirt-helper-mismatch")]));
}

#[test]
fn libvirt_would_find_no_helper() {
    let state = State::with(|host| {
        host.libvirt.helper = Fact::Known(None);
        host.libvirt.lookup = Fact::Known(HelperLookup::Search(vec!["/usr/libexec".into(), "/usr/lib".into()]));
        host.helper.path = "/usr/local/libexec/qemu-bridge-helper".into();
    });
    assert_snapshot!(finds(&state, &[("libvirt-helper", Warn, "libvirt-helper-mismatch")]));
}

#[test]
fn two_names_of_one_helper_are_the_same() {
    let state = State::with(|host| {
        let file = inode(&mut host.helper.file).clone();
        let path = "/usr/libexec/qemu-bridge-helper";
        host.helper.others = vec![OtherHelper { path: path.into(), real_path: path.into(), inode: file }];
        host.libvirt.helper = Fact::Known(Some(path.into()));
    });
    assert!(matches!(state.judge("libvirt-helper"), Judgement::Pass { .. }));
}

#[test]
fn libvirt_is_asked_nothing_where_it_or_the_helper_is_missing() {
    let without_libvirt = State::with(|host| host.libvirt.driver = None);
    let without_helper = State::with(|host| {
        host.helper.file = Fact::Known(Err(Errno::ENOENT));
        host.libvirt.helper = Fact::Known(None);
    });
    for state in [without_libvirt, without_helper] {
        assert!(matches!(state.judge("libvirt-helper"), Judgement::NotApplicable { .. }));
    }
}
