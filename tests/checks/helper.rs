//! The checks of the helper's file.

use bridge_doctor::probe::{
    Judgement,
    Level::{Fail, Warn},
};
use bridge_doctor::snapshot::{
    Answer, Errno, Fact, FileCapabilities, Format, Inode, Kind, OtherHelper, PathSource, Snapshot, Step,
};
use insta::assert_snapshot;

use crate::state::{NET_ADMIN, NET_ADMIN_EP, State, finds, inode, known, no};

fn file(host: &mut Snapshot) -> &mut Inode {
    inode(&mut host.helper.file)
}

fn mode(mode: u32) -> State {
    State::with(|host| file(host).mode = mode)
}

fn capabilities(permitted: u64, effective: bool, root_uid: u32) -> State {
    State::with(|host| {
        let found = FileCapabilities { permitted, effective, root_uid, ..NET_ADMIN_EP };
        file(host).mode = 0o755;
        file(host).capabilities = Fact::Known(Some(found));
    })
}

fn absent(host: &mut Snapshot) {
    host.helper.file = Fact::Known(Err(Errno::ENOENT));
    host.helper.executable = no(Errno::ENOENT);
    host.helper.source = PathSource::NotFound;
    host.helper.real_path = None;
    host.helper.owners.clear();
}

fn another(host: &mut Snapshot, path: &str) {
    let inode = file(&mut State::healthy().host).clone();
    host.helper.others = vec![OtherHelper { path: path.into(), real_path: path.into(), inode }];
}

fn link_to(host: &mut Snapshot, target: &str) {
    let inode = Inode { kind: Kind::Symlink, mode: 0o777, ..file(host).clone() };
    host.helper.chain = Fact::Known(vec![Step { path: host.helper.path.clone(), target: target.into(), inode }]);
    host.helper.real_path = Some(target.into());
}

#[test]
fn it_is_missing() {
    let text = finds(&State::with(absent), &[("helper-path", Fail, "helper-missing")]);
    assert_snapshot!(text);
}

#[test]
fn it_stands_elsewhere() {
    let state = State::with(|host| {
        absent(host);
        another(host, "/usr/libexec/qemu-bridge-helper");
    });
    assert_snapshot!(finds(&state, &[("helper-path", Fail, "helper-path-mismatch")]));
}

/// Everybody could run it afterwards, were it made as the package's documentation has it.
#[test]
fn a_plain_one_of_a_group_stays_with_that_group() {
    let state = State::with(|host| {
        (file(host).mode, file(host).gid) = (0o750, 4711);
        host.helper.statoverride = None;
        host.subject.groups.push(4711);
        host.subject.group_names.push((4711, "guests".to_owned()));
    });
    let text = finds(&state, &[("helper-setuid", Fail, "helper-not-setuid")]);
    assert!(text.contains("--add root guests 4750 ") && !text.contains("4755"), "{text}");
}

#[test]
fn its_link_leads_nowhere() {
    let state = State::with(|host| {
        link_to(host, "/opt/gone/qemu-bridge-helper");
        host.helper.file = Fact::Known(Err(Errno::ENOENT));
        host.helper.executable = no(Errno::ENOENT);
        host.helper.owners.clear();
    });
    assert_snapshot!(finds(&state, &[("helper-symlink", Fail, "helper-symlink-dangling")]));
}

#[test]
fn its_link_leads_to_a_store() {
    let state = State::with(|host| {
        file(host).mode = 0o555;
        link_to(host, "/gnu/store/abc-qemu/libexec/qemu-bridge-helper");
        another(host, "/run/privileged/bin/qemu-bridge-helper");
    });
    assert_snapshot!(finds(&state, &[("helper-symlink", Fail, "helper-symlink-unprivileged-copy")]));
    assert!(matches!(state.judge("helper-setuid"), Judgement::Unjudged(_)));
}

#[test]
fn a_link_to_a_privileged_copy_is_as_good_as_the_copy() {
    finds(&State::with(|host| link_to(host, "/run/privileged/bin/qemu-bridge-helper")), &[]);
}

#[test]
fn it_may_not_be_executed() {
    let nobody = State::with(|host| {
        file(host).mode = 0o4644;
        host.helper.executable = no(Errno::EACCES);
    });
    assert_snapshot!("nobody_may_execute_it", finds(&nobody, &[("helper-executable", Fail, "helper-not-executable")]));
    let group = State::with(|host| {
        file(host).mode = 0o4750;
        file(host).gid = 36;
        host.subject.group_names.push((36, "kvm".to_owned()));
        host.helper.executable = no(Errno::EACCES);
    });
    assert_snapshot!("a_group_may_execute_it", finds(&group, &[("helper-executable", Fail, "helper-not-executable")]));
    let later = State::with(|host| {
        *host = group.host.clone();
        host.subject.groups_after_login.push(36);
    });
    let text = finds(&later, &[("helper-executable", Fail, "helper-not-executable")]);
    assert_snapshot!("the_group_counts_from_the_next_login_on", text);
    let directory = State::with(|host| {
        host.helper.closed_directory = Some("/usr/lib/qemu".into());
        host.helper.file = Fact::Known(Err(Errno::EACCES));
        host.helper.executable = no(Errno::EACCES);
    });
    let text = finds(&directory, &[("helper-executable", Fail, "helper-not-executable")]);
    assert_snapshot!("a_directory_is_closed", text);
}

#[test]
fn it_is_no_program() {
    let cases = [
        ("cut_off", Format::TruncatedElf),
        ("foreign", Format::ForeignElf { machine: 183 }),
        ("unrecognised", Format::Unrecognised),
        (
            "without_its_interpreter",
            Format::Elf {
                interpreter: Some("/gnu/store/gone/ld-linux-x86-64.so.2".into()),
                interpreter_error: Some(Errno::ENOENT),
            },
        ),
    ];
    for (name, format) in cases {
        let state = State::with(|host| known(&mut host.helper.binary).format = format);
        let text = finds(&state, &[("helper-executable", Fail, "helper-bad-format")]);
        assert_snapshot!(format!("a_helper_that_is_{name}"), text);
    }
}

#[test]
fn a_library_is_missing() {
    let state = State::with(|host| known(&mut host.helper.binary).missing_library = Some("libcap-ng.so.0".to_owned()));
    assert_snapshot!(finds(&state, &[("helper-executable", Fail, "helper-library-missing")]));
}

#[test]
fn another_program_in_its_place_is_not_vouched_for() {
    let state = State::with(|host| known(&mut host.helper.binary).is_helper = false);
    finds(&state, &[]);
    assert!(matches!(state.judge("helper-executable"), Judgement::Unjudged(_)));
}

#[test]
fn it_is_not_privileged() {
    for (name, bits) in [("plain", 0o755), ("setgid", 0o2755)] {
        let text = finds(&mode(bits), &[("helper-setuid", Fail, "helper-not-setuid")]);
        assert_snapshot!(format!("a_helper_that_is_{name}"), text);
    }
}

#[test]
fn every_way_to_be_privileged_counts() {
    for bits in [0o4755, 0o4555, 0o4511, 0o4711] {
        finds(&mode(bits), &[]);
    }
    finds(&capabilities(NET_ADMIN, true, 0), &[]);
}

#[test]
fn its_capabilities_do_not_suffice() {
    let expected = [("helper-setuid", Fail, "helper-file-caps-incomplete")];
    assert_snapshot!("capabilities_not_effective", finds(&capabilities(NET_ADMIN, false, 0), &expected));
    assert_snapshot!("capabilities_of_another_kind", finds(&capabilities(1 << 10, true, 0), &expected));
    assert_snapshot!("capabilities_of_another_root", finds(&capabilities(NET_ADMIN, true, 100_000), &expected));
    let both = State::with(|host| file(host).capabilities = Fact::Known(Some(NET_ADMIN_EP)));
    assert_snapshot!("capabilities_in_place_of_those_of_root", finds(&both, &expected));
}

#[test]
fn its_owner_is_not_root() {
    let state = State::with(|host| {
        file(host).uid = 65534;
        host.helper.owners[0].uid = 65534;
    });
    let expected = [("helper-setuid", Fail, "helper-owner-not-root"), ("helper-tamper", Warn, "helper-writable")];
    assert_snapshot!(finds(&state, &expected));
}

#[test]
fn its_mount_takes_the_privilege_away() {
    let state = State::with(|host| known(&mut file(host).mount).nosuid = true);
    assert_snapshot!(finds(&state, &[("helper-mount", Fail, "helper-nosuid-mount")]));
}

#[test]
fn others_can_change_it() {
    for (name, at, bits) in [("file", 0, 0o4757), ("directory", 1, 0o777)] {
        let state = State::with(|host| host.helper.owners[at].mode = bits);
        let text = finds(&state, &[("helper-tamper", Warn, "helper-writable")]);
        assert_snapshot!(format!("everybody_can_change_its_{name}"), text);
    }
    let sticky = State::with(|host| host.helper.owners[1].mode = 0o1777);
    finds(&sticky, &[]);
}

#[test]
fn root_needs_no_privileged_helper() {
    let state = State::with(|host| {
        host.subject.uid = 0;
        file(host).mode = 0o755;
        host.helper.executable = Fact::Known(Answer::Yes);
    });
    finds(&state, &[]);
    assert!(matches!(state.judge("helper-setuid"), Judgement::NotApplicable { .. }));
}

/// QEMU takes it for a command; libvirt does not.
#[test]
fn it_has_a_blank_in_its_path() {
    let blank = |source| {
        State::with(|host| {
            host.helper.path = "/opt/my qemu/qemu-bridge-helper".into();
            host.helper.source = source;
        })
    };
    let text = finds(&blank(PathSource::Option), &[("helper-path", Fail, "helper-path-mismatch")]);
    assert_snapshot!(text);
    finds(&blank(PathSource::LibvirtConfiguration("/etc/libvirt/qemu.conf".into())), &[]);
}

/// What a script starts may be privileged, and nobody can tell.
#[test]
fn it_is_a_script() {
    let state = State::with(|host| {
        file(host).mode = 0o755;
        let binary = known(&mut host.helper.binary);
        binary.format = Format::Script { interpreter: "/bin/sh".into(), interpreter_error: None };
        binary.is_helper = false;
    });
    finds(&state, &[]);
    for check in ["helper-executable", "helper-setuid"] {
        assert!(matches!(state.judge(check), Judgement::Unjudged(_)), "{check}");
    }
}

#[test]
fn its_capability_is_inheritable_in_the_process_as_well() {
    let state = State::with(|host| {
        let found = FileCapabilities { permitted: 0, inheritable: NET_ADMIN, ..NET_ADMIN_EP };
        file(host).mode = 0o755;
        file(host).capabilities = Fact::Known(Some(found));
        known(&mut host.process).capabilities.inheritable = NET_ADMIN;
    });
    finds(&state, &[]);
}
