//! One fault for each cause of the catalogue, on the one healthy host.

use bridge_doctor::probe::Expect;
use bridge_doctor::snapshot::{
    Access, Answer, Bytes, Call, Chain, Driver, End, Errno, Fact, FileCapabilities, Format, Frames, HelperLookup,
    Inode, Kind, Link, Loss, NetOwner, OtherHelper, PathSource, Payload, RefusedCall, Rung, Sent, Snapshot, Step,
    Trial,
};

/// The host that every fault starts from.
const HEALTHY: &str = include_str!("../checks/healthy.json");
pub(crate) const ACL: &str = "/etc/qemu/bridge.conf";

pub(crate) fn healthy() -> Snapshot {
    serde_json::from_str(HEALTHY).expect("healthy.json is a snapshot")
}

/// The healthy host with this change.
pub(crate) fn with(change: impl FnOnce(&mut Snapshot)) -> Snapshot {
    let mut host = healthy();
    change(&mut host);
    host
}

/// A fault, and the cause by which it is found.
pub(crate) struct Fault {
    pub(crate) name: &'static str,
    pub(crate) cause: &'static str,
    pub(crate) change: fn(&mut Snapshot),
    pub(crate) expect: Option<Expect>,
    /// The bridge that is asked for.
    pub(crate) bridge: &'static str,
}

impl Fault {
    const fn new(name: &'static str, cause: &'static str, change: fn(&mut Snapshot)) -> Self {
        Self { name, cause, change, expect: None, bridge: "br0" }
    }

    const fn expecting(self, expect: Expect) -> Self {
        Self { expect: Some(expect), ..self }
    }

    const fn asking_for(self, bridge: &'static str) -> Self {
        Self { bridge, ..self }
    }

    pub(crate) fn host(&self) -> Snapshot {
        with(self.change)
    }
}

pub(crate) const FAULTS: &[Fault] = &[
    Fault::new("helper missing", "helper-missing", helper_missing),
    Fault::new("helper elsewhere", "helper-path-mismatch", |host| {
        let inode = helper(host).clone();
        helper_missing(host);
        another(host, "/usr/libexec/qemu-bridge-helper", inode);
    }),
    Fault::new("dangling link", "helper-symlink-dangling", |host| {
        let inode = helper(host).clone();
        link_to(host, "/gone");
        another(host, "/usr/libexec/qemu-bridge-helper", inode);
        host.helper.file = Fact::Known(Err(Errno::ENOENT));
        host.helper.executable = no(Errno::ENOENT);
        host.helper.real_path = None;
        host.helper.owners.clear();
    }),
    Fault::new("link to a plain copy", "helper-symlink-unprivileged-copy", |host| {
        let privileged = helper(host).clone();
        link_to(host, "/opt/qemu/qemu-bridge-helper");
        another(host, "/usr/libexec/qemu-bridge-helper", privileged);
        mode(host, 0o755);
    }),
    Fault::new("executable for nobody", "helper-not-executable", |host| {
        mode(host, 0o644);
        host.helper.executable = no(Errno::EACCES);
    }),
    Fault::new("executable for a group", "helper-not-executable", |host| {
        mode(host, 0o4750);
        helper(host).gid = 997;
        host.helper.executable = no(Errno::EACCES);
    }),
    Fault::new("another format", "helper-bad-format", |host| binary(host, Format::Unrecognised)),
    Fault::new("without a library", "helper-library-missing", |host| {
        if let Fact::Known(binary) = &mut host.helper.binary {
            binary.missing_library = Some("libcap-ng.so.0".to_owned());
        }
    }),
    Fault::new("not setuid", "helper-not-setuid", unprivileged),
    Fault::new("not setuid, without an override", "helper-not-setuid", |host| {
        unprivileged(host);
        host.helper.statoverride = None;
    }),
    Fault::new("another owner", "helper-owner-not-root", |host| {
        helper(host).uid = 1000;
        host.helper.owners[0].uid = 1000;
    }),
    Fault::new("half a capability", "helper-file-caps-incomplete", |host| {
        mode(host, 0o755);
        helper(host).capabilities =
            Fact::Known(Some(FileCapabilities { permitted: 1 << 12, inheritable: 0, effective: false, root_uid: 0 }));
    }),
    Fault::new("nosuid", "helper-nosuid-mount", |host| {
        if let Fact::Known(mount) = &mut helper(host).mount {
            mount.nosuid = true;
        }
    }),
    Fault::new("writable helper", "helper-writable", |host| {
        helper(host).mode = 0o4777;
        host.helper.owners[0].mode = 0o4777;
    }),
    Fault::new("no new privileges", "no-new-privs", |host| process(host).no_new_privs = true),
    Fault::new("bounding set", "capability-bounding-set", |host| process(host).capabilities.bounding = 0),
    Fault::new("user namespace", "user-namespace", |host| process(host).net_owner = Fact::Known(NetOwner::Above)),
    Fault::new("securebits", "secure-bits", |host| process(host).securebits = Fact::Known(1)),
    Fault::new("no sockets", "socket-refused", |host| process(host).socket_error = Some(Errno::EACCES)),
    Fault::new("a filter", "call-refused", |host| {
        process(host).refused_calls = vec![RefusedCall { call: Call::CreateTap, errno: Some(Errno::EPERM) }];
    }),
    Fault::new("no ACL", "acl-missing", acl_missing),
    Fault::new("a dangling ACL", "acl-missing", |host| {
        acl_missing(host);
        host.acl.files[0].link = Some("/srv/bridge.conf".into());
    }),
    Fault::new("an ACL for root", "acl-unreadable", |host| acl_mode(host, 0o600, 0)),
    Fault::new("an ACL for a group", "acl-unreadable", |host| acl_mode(host, 0o640, 997)),
    Fault::new("an ACL in a closed directory", "acl-unreadable", |host| {
        let file = &mut host.acl.files[0];
        assert!(!file.owners[0].directory, "there is an ACL");
        file.readable.subject = no(Errno::EACCES);
        file.closed_directory = Some("/etc/qemu".into());
        file.owners[1].mode = 0o700;
    }),
    Fault::new("a pipe for an ACL", "acl-unreadable", |host| {
        if let Fact::Known(Ok(inode)) = &mut host.acl.files[0].inode {
            inode.kind = Kind::Fifo;
        }
        host.acl.files[0].content = Fact::unknown("a pipe");
    }),
    Fault::new("the ACL of another distribution", "acl-wrong-path", |host| {
        host.machine.os.id = "rhel".to_owned();
        host.acl.path = "/etc/qemu-kvm/bridge.conf".into();
        acl_missing(host);
        host.acl.files[0].path = "/etc/qemu-kvm/bridge.conf".into();
        host.acl.elsewhere = vec![ACL.into()];
    }),
    Fault::new("a slip of a key", "acl-syntax", |host| acl(host, "# ours\nalow br0\n")),
    Fault::new("nonsense", "acl-syntax", |host| acl(host, "allow br0\nplease let me in\n")),
    Fault::new("an include without a file", "acl-include-ignored", |host| {
        acl(host, "allow br0\ninclude /etc/qemu/gone.conf\n");
        let mut file = host.acl.files[0].clone();
        file.path = "/etc/qemu/gone.conf".into();
        file.readable.subject = no(Errno::ENOENT);
        file.inode = Fact::Known(Err(Errno::ENOENT));
        file.content = Fact::unknown("it is not there");
        file.owners.remove(0);
        host.acl.files.push(file);
    }),
    Fault::new("an include of itself", "acl-include-cycle", |host| {
        acl(host, "allow br0\ninclude /etc/qemu/bridge.conf\n");
    }),
    Fault::new("an include of a pipe", "acl-include-endless", |host| {
        acl(host, "include /run/rules\nallow br0\n");
        let mut pipe = host.acl.files[0].clone();
        pipe.path = "/run/rules".into();
        pipe.content = Fact::unknown("it is no regular file");
        if let Fact::Known(Ok(inode)) = &mut pipe.inode {
            inode.kind = Kind::Fifo;
        }
        host.acl.files.push(pipe);
    }),
    Fault::new("nothing allowed", "acl-denied", |host| acl(host, "# nothing yet\n")),
    Fault::new("denied", "acl-denied", |host| acl(host, "allow br0\ndeny br0\n")),
    Fault::new("everything allowed", "acl-allows-all", |host| acl(host, "allow all\n")),
    Fault::new("a writable ACL", "acl-writable", |host| {
        assert!(!host.acl.files[0].owners[0].directory, "there is an ACL");
        host.acl.files[0].owners[0].mode = 0o666;
    }),
    Fault::new("no tun device", "tun-device-missing", |host| {
        host.tun.inode = Fact::Known(Err(Errno::ENOENT));
        host.tun.opens.subject = no(Errno::ENOENT);
    }),
    Fault::new("a link to nowhere for a tun device", "tun-device-missing", dangling_tun),
    Fault::new("a link to nowhere for a tun device, without a driver", "tun-device-missing", |host| {
        dangling_tun(host);
        host.tun.driver = Fact::Known(Driver::Loadable);
    }),
    Fault::new("a link to nowhere for a tun device, in a container", "tun-device-missing", |host| {
        dangling_tun(host);
        host.machine.container = Some("lxc".to_owned());
    }),
    Fault::new("a file in the place of the tun device's directory", "tun-device-missing", |host| {
        host.tun.inode = Fact::Known(Err(Errno::ENOTDIR));
        host.tun.opens.subject = no(Errno::ENOTDIR);
    }),
    Fault::new("a link to itself for a tun device", "tun-device-wrong", |host| {
        host.tun.link = Some("tun".into());
        host.tun.inode = Fact::Known(Err(Errno::ELOOP));
        host.tun.opens.subject = no(Errno::ELOOP);
    }),
    Fault::new("a link to a directory for a tun device", "tun-device-wrong", |host| {
        host.tun.link = Some("/srv".into());
        if let Fact::Known(Ok(inode)) = &mut host.tun.inode {
            inode.kind = Kind::Directory;
        }
    }),
    Fault::new("another device for a tun device, in a container", "tun-device-wrong", |host| {
        host.machine.container = Some("docker".to_owned());
        if let Fact::Known(Ok(inode)) = &mut host.tun.inode {
            inode.kind = Kind::CharDevice { major: 1, minor: 3 };
        }
    }),
    Fault::new("a file for a tun device", "tun-device-wrong", |host| {
        if let Fact::Known(Ok(inode)) = &mut host.tun.inode {
            inode.kind = Kind::Regular;
        }
    }),
    Fault::new("a closed tun device", "tun-device-permission", |host| {
        if let Fact::Known(Ok(inode)) = &mut host.tun.inode {
            inode.mode = 0o600;
        }
        host.tun.opens.subject = no(Errno::EACCES);
    }),
    Fault::new("no tun driver", "tun-driver-missing", |host| host.tun.driver = Fact::Known(Driver::ModulesMissing)),
    Fault::new("no bridge", "bridge-missing", bridge_missing),
    Fault::new("an interface that is no bridge", "not-a-bridge", |_| {}).asking_for("lo"),
    Fault::new("too long a name", "bridge-name-too-long", |_| {}).asking_for("a-bridge-of-mine-own"),
    Fault::new("a full bridge", "bridge-full", |host| {
        if let Some(bridge) = &mut link(host, "br0").bridge {
            bridge.ports = 1023;
        }
    }),
    Fault::new("too large an MTU", "bridge-mtu", |host| link(host, "br0").mtu = 65535),
    Fault::new("a bridge that is down", "bridge-down", |host| link(host, "br0").up = false),
    Fault::new("no uplink", "bridge-no-uplink", detach),
    Fault::new("no carrier", "uplink-no-carrier", |host| {
        let uplink = link(host, "enp3s0");
        (uplink.up, uplink.carrier) = (false, false);
    }),
    Fault::new("Wi-Fi", "uplink-wireless", |host| link(host, "enp3s0").wireless = true),
    Fault::new("an uplink that should not be", "bridge-unexpected-uplink", |_| {}).expecting(Expect::Isolated),
    Fault::new("a spanning tree", "stp-delay", |host| {
        if let Some(bridge) = &mut link(host, "br0").bridge {
            (bridge.stp, bridge.forward_delay) = (true, 1500);
        }
    }),
    Fault::new("VLANs", "vlan-filtered", |host| {
        if let Some(bridge) = &mut link(host, "br0").bridge {
            (bridge.vlan_filtering, bridge.default_pvid) = (true, 0);
        }
    }),
    Fault::new("no forwarding", "ip-forward-off", |host| {
        detach(host);
        link(host, "br0").addresses = vec!["192.0.2.1/24".to_owned()];
        if let Fact::Known(network) = &mut host.network {
            network.ip_forward = Fact::Known(false);
        }
    }),
    Fault::new("Docker's filter", "bridge-netfilter-drop", |host| {
        host.firewall.bridge_nf_call_iptables = Fact::Known(Some(true));
        host.firewall.forward = Fact::Known(vec![Chain {
            table: "ip filter".to_owned(),
            name: "FORWARD".to_owned(),
            drops: true,
            accepts: Vec::new(),
        }]);
    }),
    Fault::new("libvirt finds none", "libvirt-helper-mismatch", |host| {
        host.libvirt.driver = Some("/usr/lib/libvirt/libvirt_driver_qemu.so".into());
        host.libvirt.lookup = Fact::Known(HelperLookup::CompiledIn("/usr/libexec/qemu-bridge-helper".into()));
        host.libvirt.bridge_helper = Fact::Known(None);
        host.libvirt.helper = Fact::Known(None);
    }),
    Fault::new("a helper that does otherwise", "model-mismatch", |host| host.trials = vec![trial(Frames::NotSent)]),
    Fault::new("lost frames", "frames-lost", |host| {
        let loss = Loss { payload: Payload::Ethernet, answer: false, silences: Vec::new() };
        host.trials = vec![trial(Frames::Sent { sent: 4, received: 0, lost: Some(loss) })];
    }),
];

fn no(errno: Errno) -> Fact<Answer> {
    Fact::Known(Answer::No(errno))
}

fn helper(host: &mut Snapshot) -> &mut Inode {
    match &mut host.helper.file {
        Fact::Known(Ok(inode)) => inode,
        _ => panic!("the recorded host has a helper"),
    }
}

fn process(host: &mut Snapshot) -> &mut bridge_doctor::snapshot::Process {
    match &mut host.process {
        Fact::Known(process) => process,
        _ => panic!("the recorded host has a process"),
    }
}

pub(crate) fn mode(host: &mut Snapshot, mode: u32) {
    helper(host).mode = mode;
    host.helper.owners[0].mode = mode;
}

pub(crate) fn unprivileged(host: &mut Snapshot) {
    mode(host, 0o755);
}

fn binary(host: &mut Snapshot, format: Format) {
    if let Fact::Known(binary) = &mut host.helper.binary {
        binary.format = format;
    }
}

fn helper_missing(host: &mut Snapshot) {
    host.helper.file = Fact::Known(Err(Errno::ENOENT));
    host.helper.executable = no(Errno::ENOENT);
    host.helper.source = PathSource::NotFound;
    host.helper.real_path = None;
    host.helper.owners.clear();
}

fn another(host: &mut Snapshot, path: &str, inode: Inode) {
    host.helper.others = vec![OtherHelper { path: path.into(), real_path: path.into(), inode }];
}

fn link_to(host: &mut Snapshot, target: &str) {
    let inode = Inode { kind: Kind::Symlink, mode: 0o777, ..helper(host).clone() };
    host.helper.chain = Fact::Known(vec![Step { path: host.helper.path.clone(), target: target.into(), inode }]);
    host.helper.real_path = Some(target.into());
    host.helper.owners[0].path = target.into();
}

/// Writes the ACL.
pub(crate) fn acl(host: &mut Snapshot, text: &str) {
    host.acl.files[0].content = Fact::Known(Bytes(text.as_bytes().to_vec()));
}

/// Takes the ACL and its directory away.
pub(crate) fn acl_missing(host: &mut Snapshot) {
    let file = &mut host.acl.files[0];
    file.readable = Access { subject: no(Errno::ENOENT), helper: None };
    file.inode = Fact::Known(Err(Errno::ENOENT));
    file.content = Fact::unknown("it is not there");
    file.owners.retain(|owned| ["/etc", "/"].iter().any(|path| owned.path == std::path::Path::new(path)));
}

pub(crate) fn acl_mode(host: &mut Snapshot, mode: u32, gid: u32) {
    let file = &mut host.acl.files[0];
    assert!(!file.owners[0].directory, "there is an ACL");
    file.readable.subject = no(Errno::EACCES);
    (file.owners[0].mode, file.owners[0].gid) = (mode, gid);
    if let Fact::Known(Ok(inode)) = &mut file.inode {
        (inode.mode, inode.gid) = (mode, gid);
    }
}

fn dangling_tun(host: &mut Snapshot) {
    host.tun.link = Some("/dev/misc/net/tun".into());
    host.tun.inode = Fact::Known(Err(Errno::ENOENT));
    host.tun.opens.subject = no(Errno::ENOENT);
}

pub(crate) fn bridge_missing(host: &mut Snapshot) {
    if let Fact::Known(network) = &mut host.network {
        network.links.retain(|link| link.name == "lo");
    }
}

fn link<'a>(host: &'a mut Snapshot, name: &str) -> &'a mut Link {
    match &mut host.network {
        Fact::Known(network) => network.links.iter_mut().find(|link| link.name == name).expect("the host has it"),
        _ => panic!("the recorded host has a network"),
    }
}

fn detach(host: &mut Snapshot) {
    let uplink = link(host, "enp3s0");
    (uplink.master, uplink.port) = (None, None);
    link(host, "br0").addresses.clear();
    if let Some(bridge) = &mut link(host, "br0").bridge {
        bridge.ports = 0;
    }
}

/// A run of the helper that went well as far as its frames.
fn trial(frames: Frames) -> Trial {
    let attached = !matches!(frames, Frames::NotSent);
    let host = healthy();
    let bridge = host.network.known().and_then(|network| network.resolve("br0")).cloned().expect("br0 is there");
    let link =
        Link { name: "tap0".to_owned(), mac: Some("fe:00:00:00:00:01".to_owned()), bridge: None, ..bridge.clone() };
    let tap = bridge_doctor::snapshot::Tap {
        name: "tap0".to_owned(),
        vnet_header: true,
        link: Some(link),
        bridge: Some(bridge),
    };
    Trial {
        bridge: "br0".to_owned(),
        reached: Rung::Bridge,
        end: End::Exited(i32::from(!attached)),
        stderr: None,
        sent: if attached { Sent::Tap(Box::new(tap)) } else { Sent::Nothing },
        frames,
        left_behind: vec![],
        seconds: 0.012,
    }
}
