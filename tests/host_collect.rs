//! What is collected of the machine that the tests run on, and of trees made for them.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use bridge_doctor::host::{self, Error, Request};
use bridge_doctor::snapshot::{Answer, Errno, Fact, PathSource, Snapshot};

/// A directory for one test, removed at its end.
struct Tree(PathBuf);

impl Tree {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("bridge-doctor-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a directory for the test");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("everybody may look into it");
        Self(path)
    }

    fn write(&self, path: &str, content: &[u8]) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().expect("below the tree")).expect("its directory");
        fs::write(path, content).expect("a file of the tree");
    }

    fn link(&self, path: &str, target: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().expect("below the tree")).expect("its directory");
        symlink(target, path).expect("a link of the tree");
    }

    fn collect(&self) -> Snapshot {
        let request = Request { root: Some(self.0.clone()), user: Some(me()), ..Request::default() };
        host::collect(&request).expect("a tree can always be seen")
    }
}

/// The number of the user who runs the test: with it the answers are those of this very process.
fn me() -> String {
    nix::unistd::geteuid().to_string()
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_snapshot_of_this_machine_survives_json() {
    let snapshot =
        host::collect(&Request { everything: true, ..Request::default() }).expect("this machine can be seen");
    let text = serde_json::to_string_pretty(&snapshot).expect("a snapshot is JSON");
    let again: Snapshot = serde_json::from_str(&text).expect("its own JSON can be read");
    assert_eq!(again, snapshot);
    let network = snapshot.network.known().expect("every process sees its interfaces");
    assert!(network.resolve("lo").is_some_and(|lo| lo.index == 1), "every network has its loopback");
}

#[test]
fn errors_say_what_and_what_next() {
    let error = |request: &Request| {
        let error = host::collect(request).expect_err("nothing can be collected");
        let typed = error.downcast_ref::<Error>().expect("the error has a type").clone();
        (typed, error.to_string())
    };
    let (unknown, text) = error(&Request { user: Some("rooot".into()), ..Request::default() });
    assert!(unknown.is_usage());
    assert_eq!(text, "--user: there is no user `rooot`; did you mean `root`?");
    let (gone, text) = error(&Request { pid: Some(u32::MAX), ..Request::default() });
    assert_eq!(gone, Error::NoSuchProcess { pid: u32::MAX });
    assert!(text.contains("pgrep"), "{text}");
    let (absent, text) = error(&Request { root: Some("/no such tree".into()), ..Request::default() });
    assert_eq!(absent, Error::Root { path: "/no such tree".into(), errno: Errno::ENOENT });
    assert!(!absent.is_usage() && text.contains("/no such tree"), "{text}");
}

#[test]
fn an_empty_tree_has_no_helper_and_says_where_it_would_be() {
    let tree = Tree::new("empty");
    tree.write("etc/os-release", b"ID=rocky\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"9.4\"\n");
    let snapshot = tree.collect();
    assert_eq!(snapshot.helper.source, PathSource::NotFound);
    assert_eq!(snapshot.helper.path, Path::new("/usr/libexec/qemu-bridge-helper"));
    assert_eq!(snapshot.helper.file, Fact::Known(Err(Errno::ENOENT)));
    assert_eq!(snapshot.acl.path, Path::new("/etc/qemu-kvm/bridge.conf"));
    assert!(!snapshot.acl.path_from_helper);
    assert_eq!(snapshot.process, Fact::NeedsLiveHost);
    assert_eq!(snapshot.network, Fact::NeedsLiveHost);
    assert_eq!(snapshot.tun.driver, Fact::NeedsLiveHost);
}

#[test]
fn a_chain_goes_through_links_of_directories() {
    let tree = Tree::new("chain");
    tree.link("run/wrappers", "/var/wrappers");
    tree.link("var/wrappers/bin", "../real/./bin");
    tree.write("var/real/bin/qemu-bridge-helper.7", b"#!/bin/sh -e\n");
    tree.link("var/real/bin/qemu-bridge-helper", "qemu-bridge-helper.7");
    let helper = tree.collect().helper;
    assert_eq!(helper.path, Path::new("/run/wrappers/bin/qemu-bridge-helper"));
    let chain = helper.chain.known().expect("all of it can be seen");
    let steps: Vec<_> = chain.iter().map(|step| (step.path.to_str(), step.target.to_str())).collect();
    let expected = [
        (Some("/run/wrappers"), Some("/var/wrappers")),
        (Some("/var/wrappers/bin"), Some("../real/./bin")),
        (Some("/var/real/bin/qemu-bridge-helper"), Some("qemu-bridge-helper.7")),
    ];
    assert_eq!(steps, expected);
    assert_eq!(helper.real_path.as_deref(), Some(Path::new("/var/real/bin/qemu-bridge-helper.7")));
    let owners: Vec<_> = helper.owners.iter().map(|owned| owned.path.to_str().unwrap_or_default()).collect();
    assert!(["/", "/run", "/var", "/var/real", "/var/real/bin"].iter().all(|path| owners.contains(path)), "{owners:?}");
}

#[test]
fn a_loop_ends() {
    let tree = Tree::new("loop");
    tree.link("usr/libexec/qemu-bridge-helper", "other");
    tree.link("usr/libexec/other", "qemu-bridge-helper");
    let helper = tree.collect().helper;
    assert_eq!(helper.file, Fact::Known(Err(Errno::ELOOP)));
    assert_eq!(helper.executable, Fact::Known(Answer::No(Errno::ELOOP)));
    assert_eq!(helper.real_path, None);
    assert_eq!(helper.chain.known().map(Vec::len), Some(40));
}

#[test]
fn a_hostile_tree_shows_nothing_of_the_machine() {
    let tree = Tree::new("hostile");
    let secret = Tree::new("secret");
    secret.write("bridge.conf", b"allow outside\n");
    let outside = secret.0.join("bridge.conf");
    let up = format!("{}{}", "../".repeat(40), outside.display());
    tree.link("etc/qemu/bridge.conf", "/etc/qemu/real.conf");
    let includes = "include /etc/qemu/absolute\ninclude /etc/qemu/up\ninclude /etc/qemu/fifo\ninclude /etc/qemu/sparse\n\
                    include relative\ninclude /etc/qemu/real.conf\nallow inside\n";
    tree.write("etc/qemu/real.conf", includes.as_bytes());
    tree.link("etc/qemu/absolute", outside.to_str().expect("a plain path"));
    tree.link("etc/qemu/up", &up);
    let fifo = tree.0.join("etc/qemu/fifo");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::from_bits_truncate(0o644)).expect("a named pipe");
    let sparse = fs::File::create(tree.0.join("etc/qemu/sparse")).expect("a file");
    sparse.set_len(10 << 30).expect("a hole of 10 GiB");
    let acl = tree.collect().acl;
    let file = |path: &str| acl.file(Path::new(path)).unwrap_or_else(|| panic!("{path} is collected"));
    assert_eq!(
        file("/etc/qemu/bridge.conf").content.known().map(|content| content.0.as_slice()),
        Some(includes.as_bytes())
    );
    for path in ["/etc/qemu/absolute", "/etc/qemu/up"] {
        assert_eq!(file(path).inode, Fact::Known(Err(Errno::ENOENT)), "{path} leads nowhere in the tree");
        assert_eq!(file(path).readable.subject, Fact::Known(Answer::No(Errno::ENOENT)), "{path}");
    }
    assert!(matches!(&file("/etc/qemu/fifo").content, Fact::Unknown(why) if why.because.contains("no regular file")));
    assert!(matches!(&file("/etc/qemu/sparse").content, Fact::Unknown(why) if why.because.contains("64 MiB")));
    assert_eq!(file("relative").content, Fact::NeedsLiveHost);
    assert_eq!(acl.files.len(), 7, "and the file that includes itself is met once more by its other name");
}

#[test]
fn libvirt_s_setting_comes_before_the_known_places() {
    let tree = Tree::new("libvirt");
    let entry = format!("me:x:{}:{}::/root:/bin/sh\n", me(), nix::unistd::getegid());
    tree.write("etc/passwd", entry.as_bytes());
    tree.write("usr/lib/qemu/qemu-bridge-helper", b"");
    tree.write("root/.config/libvirt/qemu.conf", b"# x\nbridge_helper = \"/opt/helper\"\n");
    let driver = b"\x7fELF\0qemu-bridge-helper\0".as_slice();
    tree.write("usr/lib/x86_64-linux-gnu/libvirt/connection-driver/libvirt_driver_qemu.so", driver);
    let network = b"<network><name>default</name><bridge name='virbr0'/></network>";
    tree.write("etc/libvirt/qemu/networks/default.xml", network);
    tree.link("etc/libvirt/qemu/networks/autostart/default.xml", "/etc/libvirt/qemu/networks/default.xml");
    let snapshot = tree.collect();
    assert_eq!(snapshot.helper.path, Path::new("/opt/helper"));
    let file = PathBuf::from("/root/.config/libvirt/qemu.conf");
    assert_eq!(snapshot.helper.source, PathSource::LibvirtConfiguration(file));
    let others: Vec<_> = snapshot.helper.others.iter().map(|other| other.path.as_path()).collect();
    assert_eq!(others, [Path::new("/usr/lib/qemu/qemu-bridge-helper")]);
    assert_eq!(snapshot.libvirt.helper, Fact::Known(Some("/opt/helper".into())));
    let lookup = snapshot.libvirt.lookup.known().expect("the driver can be read");
    assert!(matches!(lookup, bridge_doctor::snapshot::HelperLookup::Search(places) if places.len() == 4));
    let networks = snapshot.libvirt.networks.known().expect("the definitions can be read");
    assert!(networks.len() == 1 && networks[0].autostart && networks[0].bridge.as_deref() == Some("virbr0"));
}

#[test]
fn a_group_that_owns_the_helper_has_a_name_even_if_the_user_is_not_in_it() {
    let tree = Tree::new("group");
    let gid = nix::unistd::Gid::from_raw(if nix::unistd::geteuid().is_root() {
        4003
    } else {
        nix::unistd::getegid().as_raw()
    });
    tree.write("etc/passwd", b"alice:x:4001:4002::/home/alice:/bin/sh\n");
    tree.write("etc/group", format!("machines:x:{gid}:\n").as_bytes());
    tree.write("usr/lib/qemu/qemu-bridge-helper", b"");
    nix::unistd::chown(&tree.0.join("usr/lib/qemu/qemu-bridge-helper"), None, Some(gid)).expect("it is ours");
    let request = Request { root: Some(tree.0.clone()), user: Some("alice".to_owned()), ..Request::default() };
    let subject = host::collect(&request).expect("alice is known").subject;
    assert!(subject.group_names.contains(&(gid.as_raw(), "machines".to_owned())), "{:?}", subject.group_names);
    assert!(!subject.groups.contains(&gid.as_raw()), "a name makes nobody a member");
}

#[test]
fn any_file_can_be_read_as_an_acl() {
    let tree = Tree::new("acl");
    let more = tree.0.join("more");
    tree.write("acl", format!("include {}\nallow br1\n", more.display()).as_bytes());
    tree.write("more", b"deny br1\n");
    let acl = host::acl_files(&tree.0.join("acl"), Some(&me())).expect("it is there");
    let paths: Vec<_> = acl.files.iter().map(|file| file.path.clone()).collect();
    assert_eq!(paths, [tree.0.join("acl"), more]);
    assert!(acl.files.iter().all(|file| file.readable.subject == Fact::Known(Answer::Yes)));
}

#[test]
fn a_process_of_one_s_own_can_be_asked_about() {
    let mut child = std::process::Command::new("sleep").arg("60").current_dir("/usr").spawn().expect("there is sleep");
    let snapshot = host::collect(&Request { pid: Some(child.id()), ..Request::default() });
    let _ = child.kill();
    let _ = child.wait();
    let snapshot = snapshot.expect("everybody may look into processes of their own");
    let own = host::collect(&Request { user: Some(me()), ..Request::default() }).expect("this machine can be seen");
    assert_eq!(snapshot.subject.uid.to_string(), me());
    assert_eq!(snapshot.subject.groups, own.subject.groups);
    assert_eq!(snapshot.helper, own.helper);
    assert_eq!(snapshot.tun, own.tun);
    let (process, like) =
        (snapshot.process.known().expect("/proc shows it"), own.process.known().expect("and this one"));
    assert_eq!(process.pid, Some(child.id()));
    assert_eq!(process.directory.as_deref(), Some(Path::new("/usr")));
    assert_eq!(process.capabilities, like.capabilities);
    assert_eq!(process.user_namespace, like.user_namespace);
    assert_eq!(process.net_owner, like.net_owner);
    assert_eq!((process.open_files, process.stack), (like.open_files, like.stack));
}

/// The helper is another process than the one that looks.
#[test]
fn what_each_process_has_of_its_own_is_not_taken_for_the_helpers() {
    let tree = Tree::new("own-process");
    let shared = format!("/proc/self/root{}", tree.0.join("more.conf").display());
    let acl = format!("include /proc/self/cmdline\ninclude /dev/stdin\ninclude {shared}\n");
    tree.write("more.conf", b"allow br0\n");
    tree.write("bridge.conf", acl.as_bytes());
    let seen = host::acl_files(&tree.0.join("bridge.conf"), Some(&me())).expect("the file is there");
    let known = |path: &str| seen.file(Path::new(path)).expect("it is included").content.known().is_some();
    assert!(!known("/proc/self/cmdline"));
    assert!(!known("/dev/stdin"));
    assert!(known(&shared));
}
