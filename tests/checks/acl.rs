//! The checks of the ACL.

use std::borrow::Cow;

use bridge_doctor::helper::acl_reading;
use bridge_doctor::probe::{Judgement, Level::Fail, Level::Warn, acl_as_it_stands, read_acl};
use bridge_doctor::snapshot::{Access, Answer, Errno, Fact, Kind, Owned};
use insta::assert_snapshot;

use crate::state::{
    NET_ADMIN_EP, State, absent, acl, acl_file, bytes, closed_to_user, finds, included, including, inode, kind, known,
    no, owned, unseen,
};

#[test]
fn acl_missing() {
    let state = State::with(|host| absent(acl_file(host)));
    assert_snapshot!(finds(&state, &[("acl-file", Fail, "acl-missing")]));
}

#[test]
fn acl_is_a_dangling_link() {
    let state = State::with(|host| {
        absent(acl_file(host));
        acl_file(host).link = Some("/srv/bridge.conf".into());
    });
    assert_snapshot!(finds(&state, &[("acl-file", Fail, "acl-missing")]));
}

#[test]
fn acl_is_a_link_to_its_own_text() {
    let state = State::on("guix", |host| {
        absent(acl_file(host));
        acl_file(host).link = Some("allow br0\n".into());
    });
    assert_snapshot!(finds(&state, &[("acl-file", Fail, "acl-missing")]));
}

#[test]
fn acl_is_where_another_distribution_has_it() {
    let state = State::on("rhel", |host| {
        host.acl.path = "/etc/qemu-kvm/bridge.conf".into();
        absent(acl_file(host));
        acl_file(host).path = "/etc/qemu-kvm/bridge.conf".into();
        host.acl.elsewhere = vec!["/etc/qemu/bridge.conf".into()];
    });
    assert_snapshot!(finds(&state, &[("acl-file", Fail, "acl-wrong-path")]));
}

#[test]
fn acl_is_what_an_old_guix_cookbook_says() {
    let state = State::on("guix", |host| {
        absent(acl_file(host));
        host.acl.elsewhere = vec!["/etc/qemu/host.conf".into()];
    });
    assert_snapshot!(finds(&state, &[("acl-file", Fail, "acl-wrong-path")]));
}

#[test]
fn acl_is_where_nobody_can_write_one() {
    for (place, path) in [
        ("nix_store", "/nix/store/abc-qemu-5.2.0/libexec/../etc/qemu/bridge.conf"),
        ("flatpak", "/app/lib/extensions/Qemu/bin/../etc/qemu/bridge.conf"),
    ] {
        let state = State::with(|host| {
            host.acl.path = path.into();
            absent(acl_file(host));
            acl_file(host).path = path.into();
        });
        let text = finds(&state, &[("acl-file", Fail, "acl-missing")]);
        assert_snapshot!(format!("acl_is_in_a_{place}"), text);
    }
}

#[test]
fn an_assumed_path_is_said_to_be_one() {
    let state = State::with(|host| {
        absent(acl_file(host));
        host.acl.path_from_helper = false;
    });
    let text = finds(&state, &[("acl-file", Fail, "acl-missing")]);
    assert!(text.contains("seen path: assumed"), "{text}");
}

#[test]
fn acl_is_for_root_only() {
    assert_snapshot!(finds(&closed_to_user(0o600, 0), &[("acl-file", Fail, "acl-unreadable")]));
}

#[test]
fn acl_is_for_a_group() {
    assert_snapshot!(finds(&closed_to_user(0o640, 997), &[("acl-file", Fail, "acl-unreadable")]));
}

#[test]
fn acl_is_for_a_group_of_the_next_login() {
    let mut state = closed_to_user(0o640, 997);
    state.host.subject.groups_after_login = vec![997];
    assert_snapshot!(finds(&state, &[("acl-file", Fail, "acl-unreadable")]));
}

#[test]
fn acl_is_in_a_closed_directory() {
    let state = State::with(|host| {
        owned(host, "/etc/qemu").mode = 0o700;
        let file = acl_file(host);
        file.readable.subject = no(Errno::EACCES);
        file.closed_directory = Some("/etc/qemu".into());
    });
    assert_snapshot!(finds(&state, &[("acl-file", Fail, "acl-unreadable")]));
}

#[test]
fn a_closed_directory_is_one_fault_for_the_acl_and_what_it_includes() {
    let state = State::with(|host| {
        let file = acl_file(host);
        file.readable.subject = no(Errno::EACCES);
        file.closed_directory = Some("/etc/qemu".into());
        file.content = bytes("include /etc/qemu/more.conf\n");
        included(host, "/etc/qemu/more.conf", "allow br0\n");
    });
    finds(&state, &[("acl-file", Fail, "acl-unreadable")]);
}

#[test]
fn acl_is_a_pipe() {
    let state = State::with(|host| {
        let file = acl_file(host);
        kind(&mut file.inode, Kind::Fifo);
        file.content = unseen();
    });
    assert_snapshot!(finds(&state, &[("acl-file", Fail, "acl-unreadable")]));
}

#[test]
fn acl_is_a_link_loop() {
    let state = State::with(|host| {
        absent(acl_file(host));
        acl_file(host).readable.subject = no(Errno::ELOOP);
        acl_file(host).inode = Fact::Known(Err(Errno::ELOOP));
    });
    assert_snapshot!(finds(&state, &[("acl-file", Fail, "acl-unreadable")]));
}

#[test]
fn a_helper_that_stays_root_reads_what_the_user_cannot() {
    let state = State::with(|host| {
        known(&mut host.helper.binary).drops_privileges = false;
        acl_file(host).readable = Access { subject: no(Errno::EACCES), helper: Some(Fact::Known(Answer::Yes)) };
    });
    assert_eq!(finds(&state, &[]), "");
}

#[test]
fn two_faults_give_two_findings() {
    let state = State::with(|host| {
        let file = acl_file(host);
        file.readable.subject = no(Errno::EACCES);
        file.content = bytes("alow br0\n");
    });
    finds(&state, &[("acl-file", Fail, "acl-unreadable"), ("acl-syntax", Fail, "acl-syntax")]);
}

#[test]
fn acl_has_a_bad_line() {
    let state = acl("# mine\nalow br0\n");
    assert_snapshot!(finds(&state, &[("acl-syntax", Fail, "acl-syntax")]));
}

#[test]
fn acl_is_too_large_to_look_into() {
    let state = State::with(|host| acl_file(host).content = unseen());
    assert_eq!(finds(&state, &[]), "");
    for check in ["acl-syntax", "acl-include", "acl-allows", "acl-exposure"] {
        assert!(matches!(state.judge(check), Judgement::Unjudged(_)), "{check}");
    }
}

#[test]
fn acl_is_empty() {
    assert_snapshot!(finds(&acl("# nothing\n"), &[("acl-allows", Fail, "acl-denied")]));
}

#[test]
fn acl_is_as_the_distribution_ships_it() {
    for (id, text) in [("opensuse-tumbleweed", "# allow br0\n"), ("alpine", ""), ("rhel", "allow virbr0\n")] {
        let state = State::on(id, |host| acl_file(host).content = bytes(text));
        let text = finds(&state, &[("acl-allows", Fail, "acl-denied")]);
        assert!(text.contains("ships it"), "{id}: {text}");
    }
}

#[test]
fn acl_allows_only_libvirts_bridge() {
    let state = State::on("fedora", |host| acl_file(host).content = bytes("allow virbr0\n"));
    assert_snapshot!(finds(&state, &[("acl-allows", Fail, "acl-denied")]));
}

#[test]
fn acl_denies_the_bridge() {
    let state = acl("allow all\ndeny br0\n");
    assert_snapshot!(finds(&state, &[("acl-allows", Fail, "acl-denied"), ("acl-exposure", Warn, "acl-allows-all"),]));
}

#[test]
fn acl_denies_the_bridge_more_than_once() {
    let first = "deny br0\ninclude /etc/qemu/more.conf\nallow br1\ndeny all\n";
    let state = including(first, "/etc/qemu/more.conf", "allow br0\ndeny br0\n");
    let Judgement::Found(findings) = state.judge("acl-allows") else { panic!("three lines deny br0") };
    for place in ["bridge.conf:1: `deny br0`", "and by 1 more"] {
        assert!(findings[0].message.contains(place), "{place}: {}", findings[0].message);
    }
    let commands = findings[0].remedy.as_ref().map_or_else(Vec::new, |remedy| remedy.commands(&state.host));
    assert_eq!(
        commands,
        [
            "sudo sed -i 4d /etc/qemu/bridge.conf",
            "sudo sed -i 1d /etc/qemu/bridge.conf",
            "sudo sed -i 2d /etc/qemu/more.conf",
        ],
        "the last line of a file goes first, so that the others keep their numbers"
    );
}

#[test]
fn acl_names_the_bridge_with_a_comment() {
    let state = acl("allow br0 # lan\n");
    assert_snapshot!(finds(&state, &[("acl-syntax", Warn, "acl-syntax"), ("acl-allows", Fail, "acl-denied")]));
}

#[test]
fn acl_has_every_way_of_nearly_naming_it() {
    for (rule, hint) in [
        ("allow \"br0\"", "the quotes are part of the name"),
        ("allow br*", "there are no patterns"),
        ("allow All", "in small letters"),
        ("allow *", "in small letters"),
        ("allow BR0", "upper and lower case differ"),
        ("allow bro", "which may have been meant"),
        ("allow br0,br1", "all that follows the name is part of it"),
    ] {
        let host = acl(rule).host;
        let Judgement::Found(findings) = acl(rule).judge("acl-allows") else { panic!("{rule} allows br0") };
        assert!(findings[0].message.contains(hint), "{rule}: {}", findings[0].message);
        let commands = findings[0].remedy.as_ref().map_or_else(Vec::new, |remedy| remedy.commands(&host));
        let appended = r"printf '\nallow br0\n' | sudo tee -a /etc/qemu/bridge.conf";
        assert_eq!(commands, [appended], "{rule}, without a line feed at its end");
    }
}

#[test]
fn acl_names_another_name_of_the_bridge() {
    let state = acl("allow br0\n").asking_for("lanbridge");
    assert_snapshot!(finds(&state, &[("acl-allows", Fail, "acl-denied")]));
}

#[test]
fn acl_is_a_directory() {
    let state = State::with(|host| {
        let file = acl_file(host);
        kind(&mut file.inode, Kind::Directory);
        file.content = bytes("");
    });
    assert_snapshot!(finds(&state, &[("acl-allows", Fail, "acl-denied")]));
}

#[test]
fn a_shared_directory_of_an_include_is_closed_by_hand_only() {
    let mut state = including("include /srv/shared/more.conf\nallow br0\n", "/srv/shared/more.conf", "allow br1\n");
    let shared = Owned { path: "/srv/shared".into(), mode: 0o777, uid: 0, gid: 0, directory: true };
    state.host.acl.files[1].owners.push(shared);
    assert_snapshot!(finds(&state, &[("acl-exposure", Warn, "acl-writable")]));
}

#[test]
fn an_include_is_missing_and_not_needed() {
    let mut state = including("include /etc/qemu/more.conf\nallow br0\n", "/etc/qemu/more.conf", "");
    absent(&mut state.host.acl.files[1]);
    assert_snapshot!(finds(&state, &[("acl-include", Warn, "acl-include-ignored")]));
}

#[test]
fn an_ignored_include_is_why_the_bridge_is_denied() {
    let mut state = including("include /etc/qemu/alice.conf\n", "/etc/qemu/alice.conf", "allow br0\n");
    state.host.acl.files[1].readable.subject = no(Errno::EACCES);
    assert_snapshot!(finds(
        &state,
        &[("acl-include", Warn, "acl-include-ignored"), ("acl-allows", Fail, "acl-denied"),]
    ));
}

#[test]
fn an_include_has_an_error() {
    let state = including("include /etc/qemu/alice.conf\nallow br0\n", "/etc/qemu/alice.conf", "permit br1\n");
    assert_snapshot!(finds(&state, &[("acl-include", Warn, "acl-include-ignored")]));
}

#[test]
fn nobody_could_look_into_an_include() {
    let state = acl("include /etc/qemu/alice.conf\nallow br0\n");
    assert!(matches!(state.judge("acl-allows"), Judgement::Unjudged(_)));
    assert!(matches!(state.judge("acl-include"), Judgement::Unjudged(_)));
}

#[test]
fn acl_includes_itself_once() {
    let state = acl("allow br0\ninclude /etc/qemu/bridge.conf\n");
    assert_snapshot!(finds(&state, &[("acl-include", Warn, "acl-include-cycle")]));
}

#[test]
fn acl_includes_itself_without_end() {
    let state = acl("allow br0\ninclude /etc/qemu/bridge.conf\ninclude /etc/qemu/bridge.conf\n");
    assert_snapshot!(finds(&state, &[("acl-include", Fail, "acl-include-cycle")]));
}

#[test]
fn acl_allows_every_bridge() {
    assert_snapshot!(finds(&acl("allow all\n"), &[("acl-exposure", Warn, "acl-allows-all")]));
}

#[test]
fn acl_can_be_changed_by_others() {
    let state = State::with(|host| {
        owned(host, "/etc/qemu/bridge.conf").mode = 0o664;
        owned(host, "/etc/qemu/bridge.conf").gid = 36;
        owned(host, "/etc/qemu").uid = 1000;
    });
    assert_snapshot!(finds(&state, &[("acl-exposure", Warn, "acl-writable")]));
}

#[test]
fn what_only_roots_group_or_a_sticky_directory_opens_is_closed() {
    let state = State::with(|host| {
        owned(host, "/etc/qemu/bridge.conf").mode = 0o664;
        owned(host, "/etc").mode = 0o1777;
    });
    assert_eq!(finds(&state, &[]), "");
}

/// The ACL as a link to a memory device that everybody may write, and that nobody changes by writing to it.
fn device(path: &str, minor: u32) -> State {
    State::with(|host| {
        let file = acl_file(host);
        kind(&mut file.inode, Kind::CharDevice { major: 1, minor });
        file.content = unseen();
        file.link = Some(path.into());
        file.owners[0].path = path.into();
        file.owners[0].mode = 0o666;
    })
}

#[test]
fn acl_is_the_null_device() {
    let mut state = device("/dev/null", 3);
    let text = finds(&state, &[("acl-allows", Fail, "acl-denied")]);
    // Older snapshots do not tell that it holds nothing.
    acl_file(&mut state.host).content = bytes("");
    assert_eq!(finds(&state, &[("acl-allows", Fail, "acl-denied")]), text);
    assert_snapshot!(text);
}

#[test]
fn acl_is_a_device_without_an_end() {
    assert_snapshot!(finds(&device("/dev/zero", 5), &[("acl-file", Fail, "acl-unreadable")]));
}

/// A helper that works with its own rights reads with them, whatever the user may.
#[test]
fn acl_opens_for_a_helper_that_works_as_somebody_else() {
    let state = State::with(|host| {
        let helper = inode(&mut host.helper.file);
        helper.mode = 0o2755;
        helper.capabilities = Fact::Known(Some(NET_ADMIN_EP));
        acl_file(host).readable = Access { subject: no(Errno::EACCES), helper: Some(Fact::Known(Answer::Yes)) };
    });
    finds(&state, &[]);
}

#[test]
fn one_reading_serves_the_prediction_and_the_checks_where_every_file_opens() {
    let more = || including("include /etc/qemu/more.conf\nallow br0\n", "/etc/qemu/more.conf", "allow br1\n");
    let mut closed = more();
    closed.host.acl.files[1].closed_directory = Some("/etc/qemu".into());
    acl_file(&mut closed.host).closed_directory = Some("/etc/qemu".into());
    closed.host.acl.files.iter_mut().for_each(|file| file.readable.subject = no(Errno::EACCES));
    for (state, serves) in [
        (more(), true),
        (acl("alow br0\n"), true),
        (device("/dev/null", 3), true),
        (closed, false),
        (State::blind(), true),
    ] {
        let as_helper = acl_reading(&state.host);
        let reading = acl_as_it_stands(&state.host, &as_helper);
        assert_eq!(*reading, read_acl(&state.host));
        assert_eq!(matches!(reading, Cow::Borrowed(_)), serves, "{as_helper:?}");
    }
}
