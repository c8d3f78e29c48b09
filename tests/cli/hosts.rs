//! Snapshots of a Debian host, made by hand.

use std::path::PathBuf;

use bridge_doctor::snapshot::{
    Access, Acl, AclFile, Answer, Binary, Bridge, Bytes, Capabilities, Driver, Fact, Firewall, Format, Helper,
    HelperLookup, IdMap, Inode, Kind, Libvirt, Link, Machine, Mount, NetOwner, Network, OsRelease, Owned, PathSource,
    Port, Process, SCHEMA, Scope, Snapshot, Subject, Tun, UserNamespace,
};

pub(crate) const HELPER: &str = "/usr/lib/qemu/qemu-bridge-helper";
const ACL: &str = "/etc/qemu/bridge.conf";

/// A host on which everything is right: alice, br0, an uplink with a signal.
pub(crate) fn healthy() -> Snapshot {
    Snapshot {
        schema: SCHEMA.to_owned(),
        collected_by: "0.1.0".to_owned(),
        machine: machine(),
        subject: Subject {
            user: "alice".to_owned(),
            uid: 1000,
            gid: 1000,
            groups: vec![1000],
            group_names: vec![(1000, "alice".to_owned())],
            groups_after_login: vec![],
            how: "current user".to_owned(),
            home: Some("/home/alice".into()),
        },
        process: Fact::Known(process()),
        helper: helper(),
        acl: Acl {
            path: ACL.into(),
            path_from_helper: true,
            files: vec![acl_file("# guests of alice\nallow br0\n")],
            elsewhere: vec![],
        },
        tun: Tun {
            link: None,
            inode: Fact::Known(Ok(inode(Kind::CharDevice { major: 10, minor: 200 }, 0o666, 7))),
            opens: yes(),
            closed_directory: None,
            driver: Fact::Known(Driver::Loaded),
        },
        asked_bridges: vec!["br0".to_owned()],
        network: Fact::Known(network()),
        firewall: Firewall { bridge_nf_call_iptables: Fact::Known(None), forward: Fact::Known(vec![]) },
        trials: vec![],
        libvirt: Libvirt {
            driver: None,
            lookup: Fact::Known(HelperLookup::CompiledIn(HELPER.into())),
            bridge_helper: Fact::Known(None),
            helper: Fact::Known(Some(HELPER.into())),
            networks: Fact::Known(vec![]),
        },
    }
}

/// The same host with a helper that was never made privileged, as Debian ships it.
pub(crate) fn unprivileged_helper() -> Snapshot {
    let mut snapshot = healthy();
    snapshot.helper.file = Fact::Known(Ok(inode(Kind::Regular, 0o755, 40)));
    snapshot
}

/// The same host with an ACL that allows every bridge.
pub(crate) fn generous_acl() -> Snapshot {
    let mut snapshot = healthy();
    snapshot.acl.files = vec![acl_file("allow all\n")];
    snapshot
}

/// The same host with a slip of the pen in the ACL.
pub(crate) fn misspelt_acl() -> Snapshot {
    let mut snapshot = healthy();
    snapshot.acl.files = vec![acl_file("# guests of alice\nalow br0\n")];
    snapshot
}

/// The same host, seen by somebody who could not look at the tun device.
pub(crate) fn unseen_tun() -> Snapshot {
    let mut snapshot = healthy();
    snapshot.tun = Tun {
        link: None,
        inode: Fact::unknown("/dev is closed"),
        opens: Access { subject: Fact::unknown("/dev is closed"), helper: None },
        closed_directory: None,
        driver: Fact::unknown("/proc is not mounted"),
    };
    snapshot
}

pub(crate) fn json(snapshot: &Snapshot) -> Vec<u8> {
    serde_json::to_vec_pretty(snapshot).expect("a snapshot has a JSON form")
}

fn yes() -> Access {
    Access { subject: Fact::Known(Answer::Yes), helper: None }
}

fn machine() -> Machine {
    Machine {
        root: "/".into(),
        live: true,
        os: OsRelease {
            id: "debian".to_owned(),
            id_like: vec![],
            version: Some("12".to_owned()),
            pretty_name: Some("Debian GNU/Linux 12 (bookworm)".to_owned()),
        },
        kernel: Some("6.1.0-18-amd64".to_owned()),
        hostname: Some("workhorse.example.org".to_owned()),
        container: None,
        network_managers: vec![],
        stores: vec![],
    }
}

fn process() -> Process {
    let every_identity = || IdMap { root: Some(0), ranges: vec![(0, u32::MAX)] };
    Process {
        pid: None,
        no_new_privs: false,
        capabilities: Capabilities { bounding: 0x1ff_ffff_ffff, ..Capabilities::default() },
        securebits: Fact::Known(0),
        seccomp: 0,
        socket_error: None,
        refused_calls: vec![],
        real: None,
        user_namespace: UserNamespace { initial: true, users: every_identity(), groups: every_identity() },
        net_owner: Fact::Known(NetOwner::Within),
        open_files: Some(1024),
        stack: Some(8 << 20),
        directory: Some("/home/alice".into()),
    }
}

fn helper() -> Helper {
    Helper {
        path: HELPER.into(),
        source: PathSource::KnownPlace,
        searched: vec![HELPER.into(), "/usr/libexec/qemu-bridge-helper".into()],
        others: vec![],
        chain: Fact::Known(vec![]),
        file: Fact::Known(Ok(inode(Kind::Regular, 0o4755, 40))),
        real_path: Some(HELPER.into()),
        executable: Fact::Known(Answer::Yes),
        closed_directory: None,
        owners: owners(HELPER, 0o4755),
        binary: Fact::Known(Binary {
            format: Format::Elf { interpreter: Some("/lib64/ld-linux-x86-64.so.2".into()), interpreter_error: None },
            is_helper: true,
            drops_privileges: true,
            acl_path: Some(ACL.to_owned()),
            relocation: None,
            knows_bundle: true,
        }),
        bundle: false,
        statoverride: Some("root root 4755".to_owned()),
    }
}

fn acl_file(content: &str) -> AclFile {
    AclFile {
        path: ACL.into(),
        readable: yes(),
        inode: Fact::Known(Ok(inode(Kind::Regular, 0o644, 50))),
        link: None,
        closed_directory: None,
        owners: owners(ACL, 0o644),
        content: Fact::Known(Bytes(content.as_bytes().to_vec())),
    }
}

/// The file and every directory above it, all of them root's.
fn owners(path: &str, mode: u32) -> Vec<Owned> {
    let owned = |(at, path): (usize, &std::path::Path)| Owned {
        path: path.to_owned(),
        mode: if at == 0 { mode } else { 0o755 },
        uid: 0,
        gid: 0,
        directory: at > 0,
    };
    PathBuf::from(path).ancestors().enumerate().map(owned).collect()
}

fn inode(kind: Kind, mode: u32, number: u64) -> Inode {
    Inode {
        kind,
        mode,
        uid: 0,
        gid: 0,
        size: 500,
        identity: (1, number),
        mount: Fact::Known(Mount { nosuid: false, noexec: false, nodev: false, readonly: false }),
        capabilities: Fact::Known(None),
        has_posix_acl: false,
    }
}

fn network() -> Network {
    let bridge = Link {
        index: 3,
        kind: Some("bridge".to_owned()),
        addresses: vec!["192.168.1.10/24".to_owned(), "2a01:4f8:10:20::1/64".to_owned()],
        bridge: Some(Bridge {
            stp: false,
            forward_delay: 1500,
            vlan_filtering: false,
            default_pvid: 1,
            nf_call_iptables: false,
            ports: 1,
        }),
        ..link("br0")
    };
    let uplink = Link { index: 2, master: Some(3), port: Some(Port { state: 3, isolated: false }), ..link("enp3s0") };
    Network {
        scope: Scope::All,
        links: vec![bridge, uplink],
        ip_forward: Fact::Known(false),
        next_tap: "tap0".to_owned(),
    }
}

fn link(name: &str) -> Link {
    Link {
        index: 1,
        name: name.to_owned(),
        altnames: vec![],
        alias: None,
        kind: None,
        wireless: false,
        mtu: 1500,
        up: true,
        carrier: true,
        mac: Some("52:54:00:12:34:56".to_owned()),
        master: None,
        addresses: vec![],
        bridge: None,
        port: None,
    }
}
