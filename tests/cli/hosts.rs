//! Snapshots of a Debian host: the healthy one of the checks' tests, and that one with a single change.

use bridge_doctor::snapshot::{Access, Bytes, Fact, Inode, Snapshot};

/// A host on which everything is right: alice, br0, an uplink with a signal. Its names and addresses tell whose it is.
pub(crate) fn healthy() -> Snapshot {
    let mut host: Snapshot =
        serde_json::from_str(include_str!("../checks/healthy.json")).expect("healthy.json is a snapshot");
    host.machine.hostname = Some("workhorse.example.org".to_owned());
    host.libvirt.driver = None;
    set_acl(&mut host, "# guests of alice\nallow br0\n");
    if let Fact::Known(network) = &mut host.network {
        for link in &mut network.links {
            link.mac = Some("52:54:00:12:34:56".to_owned());
            if link.bridge.is_some() {
                link.addresses = vec!["192.168.1.10/24".to_owned(), "2a01:4f8:10:20::1/64".to_owned()];
            }
        }
    }
    host
}

/// The same host with a helper that was never made privileged, as Debian ships it.
pub(crate) fn unprivileged_helper() -> Snapshot {
    let mut host = healthy();
    helper(&mut host).mode = 0o755;
    host
}

/// The same host with an ACL that allows every bridge.
pub(crate) fn generous_acl() -> Snapshot {
    let mut host = healthy();
    set_acl(&mut host, "allow all\n");
    host
}

/// The same host with a slip of the pen in the ACL.
pub(crate) fn misspelt_acl() -> Snapshot {
    let mut host = healthy();
    set_acl(&mut host, "# guests of alice\nalow br0\n");
    host
}

/// The same host, seen by somebody who could not look at the tun device.
pub(crate) fn unseen_tun() -> Snapshot {
    let mut host = healthy();
    host.tun.inode = Fact::unknown("/dev is closed");
    host.tun.opens = Access { subject: Fact::unknown("/dev is closed"), helper: None };
    host.tun.driver = Fact::unknown("/proc is not mounted");
    host
}

pub(crate) fn json(snapshot: &Snapshot) -> Vec<u8> {
    serde_json::to_vec_pretty(snapshot).expect("a snapshot has a JSON form")
}

fn set_acl(host: &mut Snapshot, text: &str) {
    host.acl.files[0].content = Fact::Known(Bytes(text.as_bytes().to_vec()));
}

fn helper(host: &mut Snapshot) -> &mut Inode {
    match &mut host.helper.file {
        Fact::Known(Ok(inode)) => inode,
        _ => panic!("the healthy host has a helper"),
    }
}
