//! What the process itself may gain.

use bridge_doctor::helper::{Launch, launch};
use bridge_doctor::probe::{Judgement, Level::Fail};
use bridge_doctor::snapshot::{
    Call, Errno, Fact, FileCapabilities, NetOwner, Process, RealIdentity, RefusedCall, Snapshot,
};
use insta::assert_snapshot;

use crate::state::{NET_ADMIN, NET_ADMIN_EP, State, finds, inode, known};

const SETGID: u64 = 1 << 6;
const SETUID: u64 = 1 << 7;
const SETPCAP: u64 = 1 << 8;

fn process(host: &mut Snapshot) -> &mut Process {
    known(&mut host.process)
}

fn with(change: impl FnOnce(&mut Process)) -> State {
    State::with(|host| change(process(host)))
}

#[test]
fn nothing_is_gained_any_more() {
    let text = finds(&with(|process| process.no_new_privs = true), &[("privilege-gain", Fail, "no-new-privs")]);
    assert_snapshot!(text);
}

#[test]
fn the_bounding_set_lacks_what_the_helper_needs() {
    for (name, lost) in [("setgid", SETGID), ("setuid", SETUID), ("setpcap", SETPCAP), ("net_admin", NET_ADMIN)] {
        let state = with(|process| process.capabilities.bounding &= !lost);
        let text = finds(&state, &[("privilege-gain", Fail, "capability-bounding-set")]);
        assert_snapshot!(format!("a_bounding_set_without_{name}"), text);
    }
}

#[test]
fn a_helper_with_a_capability_of_its_own_does_not_change_its_user() {
    let state = State::with(|host| {
        let helper = inode(&mut host.helper.file);
        helper.mode = 0o755;
        helper.capabilities = Fact::Known(Some(NET_ADMIN_EP));
        process(host).capabilities.bounding &= !(SETGID | SETUID | SETPCAP);
    });
    finds(&state, &[]);
}

#[test]
fn a_container_is_told_its_own_option() {
    let state = State::with(|host| {
        host.machine.container = Some("podman".to_owned());
        process(host).capabilities.bounding &= !NET_ADMIN;
    });
    assert_snapshot!(finds(&state, &[("privilege-gain", Fail, "capability-bounding-set")]));
}

#[test]
fn the_network_belongs_to_another_user_namespace() {
    let state = State::with(|host| {
        // The kernel shows the owner that the namespace does not know as this one.
        let helper = inode(&mut host.helper.file);
        (helper.uid, helper.gid) = (65534, 65534);
        let process = process(host);
        process.user_namespace.initial = false;
        process.user_namespace.users.ranges = vec![(1000, 1)];
        process.user_namespace.users.root = None;
        process.user_namespace.groups.ranges = vec![(1000, 1)];
        process.net_owner = Fact::Known(NetOwner::Above);
    });
    assert_snapshot!(finds(&state, &[("privilege-gain", Fail, "user-namespace")]));
    assert!(matches!(state.judge("helper-setuid"), Judgement::NotApplicable { .. }));
}

#[test]
fn an_ambient_capability_needs_no_gain() {
    let state = State::with(|host| {
        inode(&mut host.helper.file).mode = 0o755;
        let process = process(host);
        process.no_new_privs = true;
        process.capabilities.inheritable = NET_ADMIN;
        process.capabilities.permitted = NET_ADMIN;
        process.capabilities.effective = NET_ADMIN;
        process.capabilities.ambient = NET_ADMIN;
    });
    finds(&state, &[]);
}

/// The kernel does not even start it.
#[test]
fn the_file_has_capabilities_that_the_bounding_set_lacks() {
    let state = State::with(|host| {
        let helper = inode(&mut host.helper.file);
        helper.mode = 0o755;
        helper.capabilities = Fact::Known(Some(FileCapabilities { permitted: NET_ADMIN | SETPCAP, ..NET_ADMIN_EP }));
        process(host).capabilities.bounding &= !SETPCAP;
    });
    assert_snapshot!(finds(&state, &[("privilege-gain", Fail, "capability-bounding-set")]));
}

#[test]
fn root_gains_nothing() {
    let state = with(|process| process.securebits = Fact::Known(1));
    assert_snapshot!(finds(&state, &[("privilege-gain", Fail, "secure-bits")]));
}

#[test]
fn no_socket_is_to_be_had() {
    let state = with(|process| process.socket_error = Some(Errno::EACCES));
    assert_snapshot!(finds(&state, &[("privilege-gain", Fail, "socket-refused")]));
}

#[test]
fn a_filter_refuses_a_call() {
    let refused = |call, errno| with(|process| process.refused_calls = vec![RefusedCall { call, errno }]);
    let state = refused(Call::AddPort, Some(Errno::EPERM));
    assert_snapshot!(finds(&state, &[("privilege-gain", Fail, "call-refused")]));
    let state = refused(Call::DropPrivileges, None);
    assert_snapshot!(finds(&state, &[("privilege-gain", Fail, "call-refused")]));
}

/// The helper becomes the user and the group that stand behind the effective ones.
#[test]
fn a_real_group_that_is_another_is_the_helpers() {
    let state = with(|process| process.real = Some(RealIdentity { uid: 1000, gid: 4002 }));
    let host = &state.host;
    match launch(&host.subject, &host.process, &host.helper) {
        Launch::Started(credentials) => assert_eq!((credentials.uid, credentials.egid), (1000, 4002)),
        other => panic!("the helper starts, and not: {other:?}"),
    }
}
