//! `--wait`: each kind of change ends it.

use crate::doctor::{Doctor, LONG};
use crate::place::{HELPER, run};

pub(crate) const TESTS: &[(&str, fn())] = &[
    ("a bridge appears", bridge),
    ("a bridge is set up", up),
    ("a bridge appears between the look and the wait", race),
    ("an acl is written", acl),
    ("an acl changes in place", acl_in_place),
    ("an acl is renamed into its place", acl_renamed),
    ("an included file appears behind a link", included),
    ("the helper becomes privileged", helper),
    ("the helper's mount honours its privilege", mount),
    ("the tun device appears", tun),
    ("a user appears", user),
    ("where no file can be watched it looks often", blind),
    ("a strict wait waits for warnings", strict),
    ("the time is over", over),
    ("no change is needed", at_once),
];

/// Waits for these checks, changes the host once it waits, and must end because all is right.
#[track_caller]
fn ends_by(checks: &str, further: &[&str], change: &str) {
    let options = ["--wait", LONG, "--bridge", "br0", "--only", checks];
    let doctor = Doctor::check(&[&options, further].concat());
    doctor.until_it_waits();
    run(change);
    let (code, out, err) = doctor.end();
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
}

fn bridge() {
    ends_by("bridge-exists", &[], "ip link add br0 type bridge");
}

fn up() {
    run("ip link add br0 type bridge");
    ends_by("bridge-up", &[], "ip link set br0 up");
}

fn race() {
    for delay in 0..40 {
        let doctor = Doctor::check(&["--wait", LONG, "--bridge", "br0", "--only", "bridge-exists"]);
        std::thread::sleep(std::time::Duration::from_millis(delay));
        run("ip link add br0 type bridge");
        assert_eq!(doctor.end().0, Some(0), "after {delay} ms");
        run("ip link del br0");
    }
}

fn acl() {
    ends_by("acl-file,acl-allows", &[], "echo allow br0 > /etc/qemu/bridge.conf");
    run("rm -r /etc/qemu/bridge.conf");
    // Made by one who writes it in pieces, and opens it to others last.
    ends_by(
        "acl-file,acl-allows",
        &[],
        "umask 077; touch /etc/qemu/bridge.conf; sleep 0.1
        echo 'allow br9' > /etc/qemu/bridge.conf; echo allow br0 >> /etc/qemu/bridge.conf; sleep 0.1
        chmod 644 /etc/qemu/bridge.conf",
    );
}

fn acl_in_place() {
    run("echo allow br9 > /etc/qemu/bridge.conf");
    ends_by("acl-allows", &[], "echo allow br0 >> /etc/qemu/bridge.conf");
}

fn acl_renamed() {
    run("echo allow br9 > /etc/qemu/bridge.conf; echo allow br0 > /etc/qemu/new");
    ends_by("acl-allows", &[], "mv /etc/qemu/new /etc/qemu/bridge.conf");
    run(
        "mkdir /mnt/there; echo allow br9 > /mnt/there/bridge.conf; ln -sf /mnt/there/bridge.conf /etc/qemu/bridge.conf",
    );
    ends_by(
        "acl-allows",
        &[],
        "mkdir /mnt/new; echo allow br0 > /mnt/new/bridge.conf
        mv /mnt/there /mnt/old; mv /mnt/new /mnt/there",
    );
}

fn included() {
    run("ln -s /mnt/far/deep /etc/qemu/more; echo include /etc/qemu/more/acl > /etc/qemu/bridge.conf");
    ends_by("acl-allows", &[], "mkdir /mnt/far; mkdir /mnt/far/deep; echo allow br0 > /mnt/far/deep/acl");
}

fn helper() {
    run("chmod 0755 /mnt/helper");
    ends_by("helper-setuid", &[], "chmod 4755 /mnt/helper");
    run("rm /mnt/helper");
    ends_by("helper-path,helper-setuid", &[], "cp /bin/true /mnt/helper; chmod 4755 /mnt/helper");
}

fn mount() {
    run("mount -o remount,nosuid /mnt");
    ends_by("helper-mount", &[], "mount -o remount,suid /mnt");
}

fn tun() {
    ends_by("tun-device", &[], "mknod /dev/net/tun c 10 200; chmod 666 /dev/net/tun");
}

fn user() {
    run("mkdir /mnt/upper /mnt/work
        mount -t overlay overlay -o lowerdir=/etc,upperdir=/mnt/upper,workdir=/mnt/work /etc
        ip link add br0 type bridge");
    let check = |longest| {
        let options = ["--user", "latecomer", "--helper", HELPER, "--bridge", "br0", "--only", "bridge-exists"];
        Doctor::start(&[&options[..], &["--wait", longest]].concat())
    };
    let (code, _, err) = check("300ms").end();
    assert_eq!(code, Some(2));
    assert!(err.contains("there is no user `latecomer`"), "{err}");
    let doctor = check(LONG);
    doctor.until_it_waits();
    run("cp /etc/passwd /etc/passwd+; echo latecomer:x:4321:4321::/:/bin/sh >> /etc/passwd+
        mv /etc/passwd+ /etc/passwd");
    let (code, out, err) = doctor.end();
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
}

fn blind() {
    let doctor = Doctor::without_inotify(&["--wait", LONG, "--bridge", "br0", "--only", "acl-file,acl-allows"]);
    doctor.until_it_waits();
    run("echo allow br0 > /etc/qemu/bridge.conf");
    let (code, out, err) = doctor.end();
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
}

fn strict() {
    run("echo allow all > /etc/qemu/bridge.conf");
    let doctor = Doctor::check(&["--wait", LONG, "--bridge", "br0", "--only", "acl-exposure"]);
    assert_eq!(doctor.end().0, Some(0), "a warning is none to wait for");
    ends_by("acl-exposure", &["--strict"], "echo allow br0 > /etc/qemu/bridge.conf");
}

fn over() {
    let doctor = Doctor::check(&["--wait", "300ms", "--bridge", "br0", "--only", "bridge-exists"]);
    let (code, out, err) = doctor.end();
    assert_eq!((code, err.as_str()), (Some(1), ""));
    assert!(out.contains("bridge-exists") && out.contains("No: 1 problem."), "{out}");
    let doctor =
        Doctor::check(&["--wait", "300ms", "--bridge", "br0", "--only", "bridge-exists", "--format", "nagios"]);
    let (code, out, _) = doctor.end();
    assert_eq!(code, Some(2));
    assert!(out.starts_with("BRIDGE CRITICAL - nobody on br0: bridge-missing"), "{out}");
}

fn at_once() {
    run("ip link add br0 type bridge");
    let doctor = Doctor::check(&["--wait", LONG, "--bridge", "br0", "--only", "bridge-exists", "--format", "json"]);
    let (code, out, err) = doctor.end();
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let report: serde_json::Value = serde_json::from_str(&out).expect("one document");
    assert_eq!(report["status"], "pass");
}
