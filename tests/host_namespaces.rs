//! What is collected of hosts that are made in mount and network namespaces. Only root can make them.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, process, thread};

use bridge_doctor::host::{self, Request};
use bridge_doctor::snapshot::{Answer, Errno, Fact, IdMap, Kind, NetOwner, Scope, Snapshot, UserNamespace};
use libtest_mimic::{Arguments, Failed, Trial};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::stat::{Mode, SFlag, makedev, mknod};

/// A user without a name, and a group that he is not in.
const USER: u32 = 54_321;
const GROUP: u32 = 54_322;

fn main() -> process::ExitCode {
    let arguments = Arguments::from_args();
    let tests: [(&str, fn()); 11] = [
        ("the kernel answers for the subject", the_kernel_answers_for_the_subject),
        ("a closed directory is named", a_closed_directory_is_named),
        ("posix acls count", posix_acls_count),
        ("the device on a nodev mount does not open", nodev),
        ("mount flags and capabilities of the helper", the_helper_s_mount_and_capabilities),
        ("bridges, ports and altnames", bridges),
        ("every port of a full bridge is seen", full_bridge),
        ("behind an uplink with a signal ports are only counted", ports_behind_an_uplink),
        ("what a driver leaves of a signal counts for nothing", a_port_that_is_down),
        ("another process", another_process),
        ("user namespaces decide whose network it is", user_namespaces),
    ];
    let root = nix::unistd::geteuid().is_root();
    let trial = |(name, test): (&'static str, fn())| Trial::test(name, move || apart(test)).with_ignored_flag(!root);
    libtest_mimic::run(&arguments, tests.into_iter().map(trial).collect()).exit_code()
}

/// Runs a test in a thread of its own, with its own mounts and its own network.
fn apart(test: fn()) -> Result<(), Failed> {
    let run = move || {
        unshare(CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWNET).expect("root may have its own namespaces");
        let none: Option<&str> = None;
        mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none).expect("no mount leaves this namespace");
        test();
    };
    thread::spawn(run).join().map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Failed::from(text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default())
    })
}

fn tmpfs(path: &str, flags: MsFlags) {
    mount(Some("tmpfs"), path, Some("tmpfs"), flags, Some("mode=0755")).expect("an empty file system");
}

fn run(line: &str) {
    let status = Command::new("/bin/sh").args(["-ec", line]).stdout(Stdio::null()).status().expect("there is a shell");
    assert!(status.success(), "`{line}` failed: {status}");
}

fn mode(path: &str, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("root may change a mode");
}

fn collect(bridges: &[&str]) -> Snapshot {
    let request = Request {
        user: Some(USER.to_string()),
        helper: Some("/mnt/helper".into()),
        bridges: bridges.iter().map(|name| (*name).to_owned()).collect(),
        ..Request::default()
    };
    host::collect(&request).expect("root can ask for anybody")
}

fn tun(node: u32) {
    tmpfs("/dev/net", MsFlags::empty());
    mknod("/dev/net/tun", SFlag::S_IFCHR, Mode::from_bits_truncate(0o666), makedev(10, 200)).expect("a device node");
    mode("/dev/net/tun", node);
}

fn the_kernel_answers_for_the_subject() {
    tmpfs("/mnt", MsFlags::empty());
    run("cp /bin/true /mnt/helper");
    mode("/mnt/helper", 0o4750);
    tun(0o600);
    let closed = collect(&[]);
    assert_eq!(closed.helper.executable, Fact::Known(Answer::No(Errno::EACCES)));
    assert_eq!(closed.tun.opens.subject, Fact::Known(Answer::No(Errno::EACCES)));
    assert_eq!(closed.subject.uid, USER);
    mode("/mnt/helper", 0o4711);
    mode("/dev/net/tun", 0o666);
    let open = collect(&[]);
    assert_eq!(open.helper.executable, Fact::Known(Answer::Yes));
    assert_eq!(open.tun.opens.subject, Fact::Known(Answer::Yes));
    let inode = open.tun.inode.known().and_then(|inode| inode.as_ref().ok()).expect("the node is there");
    assert_eq!(inode.kind, Kind::CharDevice { major: 10, minor: 200 });
    let process = open.process.known().expect("this machine has /proc");
    assert_eq!(process.capabilities.effective, 0, "a login has no capabilities");
}

fn a_closed_directory_is_named() {
    tmpfs("/mnt", MsFlags::empty());
    run("mkdir -p /mnt/a/b && cp /bin/true /mnt/a/b/true && ln -s a/b/true /mnt/helper && chmod 0700 /mnt/a/b");
    let helper = collect(&[]).helper;
    assert_eq!(helper.closed_directory.as_deref(), Some(Path::new("/mnt/a/b")));
    mode("/mnt/a/b", 0o711);
    mode("/mnt/a/b/true", 0o700);
    let helper = collect(&[]).helper;
    assert_eq!(helper.executable, Fact::Known(Answer::No(Errno::EACCES)));
    assert_eq!(helper.closed_directory, None, "the file itself is closed");
}

fn posix_acls_count() {
    tmpfs("/mnt", MsFlags::empty());
    run("echo 'include /mnt/b' > /mnt/a; echo allow br0 > /mnt/b; chmod 0600 /mnt/a /mnt/b");
    run(&format!("chgrp {GROUP} /mnt/a; setfacl -m u:{USER}:r /mnt/a /mnt/b; setfacl -m m::- /mnt/b"));
    let acl = host::acl_files(Path::new("/mnt/a"), Some(&USER.to_string())).expect("root can ask for anybody");
    let answers: Vec<_> = acl.files.iter().map(|file| file.readable.subject.clone()).collect();
    assert_eq!(answers, [Fact::Known(Answer::Yes), Fact::Known(Answer::No(Errno::EACCES))], "the mask takes it away");
    assert!(acl.files.iter().all(|file| {
        file.inode.known().and_then(|inode| inode.as_ref().ok()).is_some_and(|inode| inode.has_posix_acl)
    }));
}

fn nodev() {
    tmpfs("/dev/net", MsFlags::MS_NODEV);
    mknod("/dev/net/tun", SFlag::S_IFCHR, Mode::from_bits_truncate(0o666), makedev(10, 200)).expect("a device node");
    mode("/dev/net/tun", 0o666);
    assert_eq!(collect(&[]).tun.opens.subject, Fact::Known(Answer::No(Errno::EACCES)));
    let opened = fs::OpenOptions::new().read(true).write(true).open("/dev/net/tun");
    assert_eq!(opened.map_err(|error| error.raw_os_error()).err(), Some(Some(13)), "and so says open(2)");
}

fn the_helper_s_mount_and_capabilities() {
    tmpfs("/mnt", MsFlags::MS_NOSUID);
    run("cp /bin/true /mnt/true && setcap cap_net_admin=ep /mnt/true && ln -s true /mnt/helper");
    let helper = collect(&[]).helper;
    let inode = helper.file.known().and_then(|inode| inode.as_ref().ok()).expect("the helper is there");
    let mount = inode.mount.known().expect("its mount can be seen");
    assert!(mount.nosuid && !mount.noexec && !mount.nodev);
    let capabilities = inode.capabilities.known().copied().flatten().expect("it has capabilities");
    assert_eq!((capabilities.permitted, capabilities.effective), (1 << 12, true));
    let links = helper.chain.known().expect("the chain can be seen");
    assert_eq!(links.len(), 1);
    assert_eq!(helper.real_path, Some(PathBuf::from("/mnt/true")));
}

fn bridges() {
    run("ip link add br0 type bridge stp_state 1 forward_delay 1500
         ip link property add dev br0 altname lan
         ip link add tap0 type veth peer name far
         ip link set tap0 master br0; ip link set dev tap0 type bridge_slave isolated on
         ip link set br0 mtu 1400; ip link set br0 up; ip link set tap0 up; ip addr add 192.0.2.1/24 dev br0
         ip addr add fd00::1/64 dev br0");
    let by_altname = collect(&["lan"]);
    let network = by_altname.network.known().expect("the network can be seen");
    let link = network.resolve("lan").expect("the kernel finds it by its altname");
    let bridge = link.bridge.as_ref().expect("it is a bridge");
    assert_eq!(link.name, "br0");
    assert_eq!((link.mtu, link.up, link.kind.as_deref()), (1400, true, Some("bridge")));
    assert_eq!((bridge.stp, bridge.forward_delay, bridge.ports), (true, 1500, 1));
    assert!(link.addresses.contains(&"192.0.2.1/24".to_owned()), "{:?}", link.addresses);
    assert!(link.addresses.contains(&"fd00::1/64".to_owned()), "{:?}", link.addresses);
    let port = network.ports(link).next().and_then(|port| port.port).expect("it has a port");
    assert!(port.isolated);
    assert_eq!(network.next_tap, "tap1");
    assert!(matches!(&network.scope, Scope::Named(names) if names.contains(&"lan".to_owned())));
    let unnamed = collect(&[]);
    let network = unnamed.network.known().expect("the network can be seen");
    assert!(network.resolve("br0").is_some() && network.resolve("far").is_none(), "bridges and their ports");
    let missing = collect(&["br1"]);
    let network = missing.network.known().expect("the network can be seen");
    assert_eq!(network.scope, Scope::All);
    assert!(network.resolve("far").is_some() && network.resolve("br1").is_none());
    assert!(network.resolve("eth0").is_none(), "sysfs may show another network; netlink does not");
}

fn full_bridge() {
    run("{ echo link add br0 type bridge; i=0; while [ $i -lt 1023 ]; do
           echo link add d$i type veth peer name p$i; echo link set d$i master br0; i=$((i+1)); done; } | ip -batch -");
    let snapshot = collect(&["br0"]);
    let network = snapshot.network.known().expect("the network can be seen");
    let link = network.resolve("br0").expect("it is there");
    assert_eq!(link.bridge.as_ref().map(|bridge| bridge.ports), Some(1023));
    assert_eq!(network.ports(link).count(), 1023);
}

fn ports_behind_an_uplink() {
    tun(0o666);
    run("ip link add br0 type bridge; ip link set br0 up
         ip link add uplink type veth peer name far; ip link set uplink master br0 up
         { i=0; while [ $i -lt 100 ]; do
           echo link add tap$i type veth peer name p$i; echo link set tap$i master br0; i=$((i+1)); done; } | ip -batch -");
    let seen = |every_port| {
        let request = Request { bridges: vec!["br0".to_owned()], every_port, ..Request::default() };
        let host = host::collect(&request).expect("root can ask");
        let network = host.network.known().expect("the network can be seen");
        let link = network.resolve("br0").expect("it is there");
        let ports = network.ports(link).map(|port| port.name.clone()).collect::<Vec<_>>();
        (ports, link.bridge.as_ref().map(|bridge| bridge.ports), network.next_tap.clone())
    };
    let expected = |ports: usize| (ports, Some(101), "tap100".to_owned());
    let counted = |(ports, count, next_tap): (Vec<String>, _, _)| (ports.len(), count, next_tap);
    assert_eq!(counted(seen(false)), expected(101), "nothing has a signal");
    run("ip link set far up");
    assert_eq!(seen(false).0, ["uplink"]);
    assert_eq!(counted(seen(false)), expected(1));
    assert_eq!(counted(seen(true)), expected(101));
    run("ip link set br0 mtu 65535");
    assert_eq!(counted(seen(false)), expected(101), "one of them may have the MTU that is wanted");
    run("ip link set br0 mtu 1500; ip link set uplink nomaster
         { i=0; while [ $i -lt 100 ]; do
           echo link del tap$i; echo tuntap add tap$i mode tap; echo link set tap$i master br0; i=$((i+1)); done
         } | ip -batch -");
    let (ports, count, next_tap) = seen(false);
    assert_eq!((count, next_tap.as_str()), (Some(100), "tap100"));
    assert!(ports.len() < 10, "taps are no uplinks: {ports:?}");
    run("ip link set uplink master br0");
    assert!(seen(false).0.iter().any(|port| port == "uplink"), "it is no tap");
}

/// An ifb keeps its signal, and so does a dummy, as some network cards do.
fn a_port_that_is_down() {
    run("ip link add br0 type bridge; ip link add uplink type ifb || ip link add uplink type dummy
         ip link set uplink master br0");
    let signal = || {
        let snapshot = collect(&["br0"]);
        let network = snapshot.network.known().expect("the network can be seen");
        let port = network.resolve("uplink").expect("it is a port");
        (port.carrier, port.has_wired_signal())
    };
    assert_eq!(signal(), (true, false));
    run("ip link set uplink up");
    assert_eq!(signal(), (true, true));
}

fn wait_until(is_done: impl Fn() -> bool) {
    for _ in 0..400 {
        if is_done() {
            return;
        }
        thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("it did not happen within two seconds");
}

fn user_namespaces() {
    for (option, owner) in [("-Ur", NetOwner::Above), ("-Urn", NetOwner::Within)] {
        let user = USER.to_string();
        let mut child = Command::new("setpriv")
            .args(["--reuid", &user, "--regid", &user, "--clear-groups", "unshare", option, "sleep", "60"])
            .spawn()
            .expect("setpriv is installed");
        let file = |name: &str| fs::read_to_string(format!("/proc/{}/{name}", child.id())).unwrap_or_default();
        wait_until(|| file("comm") == "sleep\n" && file("gid_map").contains(&user));
        let snapshot = host::collect(&Request { pid: Some(child.id()), ..Request::default() });
        let _ = child.kill();
        let _ = child.wait();
        let snapshot = snapshot.expect("root may look into every process");
        let process = snapshot.process.known().expect("/proc shows it");
        let map = IdMap { root: Some(USER), ranges: vec![(USER, 1)] };
        let expected = UserNamespace { initial: false, users: map.clone(), groups: map };
        assert_eq!(process.user_namespace, expected, "{option}");
        assert_eq!(process.net_owner, Fact::Known(owner), "{option}");
        assert_ne!(process.capabilities.effective, 0, "it is root in there");
        assert_eq!(snapshot.subject.uid, USER);
        let access = &snapshot.acl.files.first().expect("the ACL was looked for").readable.subject;
        assert!(matches!(access, Fact::Known(_)), "{access:?}: it was asked from within");
    }
}

fn another_process() {
    let here = (std::env::current_dir().ok(), fs::read_link("/proc/thread-self/ns/mnt").ok());
    let script = format!(
        "mount -t tmpfs -o mode=0755 tmpfs /mnt; cp /bin/true /mnt/helper; chmod 0700 /mnt/helper; mkdir /mnt/acls
         ip link add br7 type bridge; cd /mnt/acls
         echo ready; exec setpriv --reuid {USER} --regid {USER} --groups {GROUP} --no-new-privs sleep 60"
    );
    let mut child = Command::new("unshare")
        .args(["-mn", "/bin/sh", "-ec", &script])
        .stdout(Stdio::piped())
        .spawn()
        .expect("unshare is installed");
    let mut ready = [0; 6];
    std::io::Read::read_exact(&mut child.stdout.take().expect("it has an output"), &mut ready).expect("it is ready");
    // It becomes another user right after.
    wait_until(|| {
        fs::read_to_string(format!("/proc/{}/status", child.id()))
            .is_ok_and(|status| status.contains(&format!("Uid:\t{USER}")))
    });
    let request = Request { pid: Some(child.id()), helper: Some("/mnt/helper".into()), ..Request::default() };
    let snapshot = host::collect(&request);
    let _ = child.kill();
    let _ = child.wait();
    let snapshot = snapshot.expect("root may look into every process");
    assert_eq!((snapshot.subject.uid, snapshot.subject.gid), (USER, USER));
    assert_eq!(snapshot.subject.groups, [GROUP]);
    let process = snapshot.process.known().expect("/proc shows it");
    assert!(process.no_new_privs);
    assert_eq!(process.directory.as_deref(), Some(Path::new("/mnt/acls")));
    assert_eq!(snapshot.helper.executable, Fact::Known(Answer::No(Errno::EACCES)), "its own mount, its own rights");
    let network = snapshot.network.known().expect("its network can be seen");
    assert!(network.resolve("br7").is_some(), "its own network");
    assert_eq!(
        (std::env::current_dir().ok(), fs::read_link("/proc/thread-self/ns/mnt").ok()),
        here,
        "and we are still here"
    );
}
