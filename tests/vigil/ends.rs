//! What ends a wait or a watch: a signal, the process in question, a reader who goes, and what cannot be asked.

use std::process::{Child, Command, Stdio};

use nix::sys::signal::Signal;

use crate::doctor::{Doctor, LONG};
use crate::place::run;

pub(crate) const TESTS: &[(&str, fn())] = &[
    ("a signal ends a wait with the last state", signals),
    ("the process in question ends", process),
    ("a process in namespaces of its own", namespaces),
    ("a reader who goes", reader),
    ("a format without lines", formats),
    ("no such process", no_process),
];

fn signals() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let doctor = Doctor::check(&["--wait", LONG, "--bridge", "br0", "--only", "bridge-exists"]);
        doctor.until_it_waits();
        doctor.signal(signal);
        let (code, out, err) = doctor.end();
        assert_eq!((code, err.as_str()), (Some(1), ""), "{signal}");
        assert!(out.contains("No: 1 problem."), "{signal}: {out}");
    }
}

/// A process that waits for the end of its input, in namespaces that were made by this line of shell.
fn sleeper(line: &str) -> Child {
    let script = format!("{line}\necho ready; exec cat");
    let mut child = Command::new("unshare")
        .args(["-mn", "/bin/sh", "-ec", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("unshare is installed");
    let mut ready = [0; 6];
    std::io::Read::read_exact(child.stdout.as_mut().expect("a pipe"), &mut ready).expect("it is ready");
    child
}

fn process() {
    let mut sleeper = sleeper("true");
    let pid = sleeper.id().to_string();
    let mut watch = Doctor::start(&["--pid", &pid, "--watch", "--bridge", "br0", "--only", "bridge-exists"]);
    let wait = Doctor::start(&["--pid", &pid, "--wait", LONG, "--bridge", "br0", "--only", "bridge-exists"]);
    assert!(watch.line().contains("[fail]"));
    wait.until_it_waits();
    drop(sleeper.stdin.take());
    let _ = sleeper.wait();
    assert_eq!(watch.end(), (Some(1), String::new(), String::new()));
    let (code, out, _) = wait.end();
    assert_eq!(code, Some(1));
    assert!(out.contains("bridge-exists"), "the last state: {out}");
}

fn namespaces() {
    let mut sleeper = sleeper("mount -t tmpfs -o mode=0755 none /etc/qemu");
    let pid = sleeper.id().to_string();
    let options =
        ["--pid", &pid, "--helper", "/mnt/helper", "--watch", "--bridge", "br0", "--only", "bridge-exists,acl-file"];
    let mut doctor = Doctor::start(&options);
    assert!(doctor.line().contains("acl-missing, bridge-missing"));
    // Here, and not there.
    run("ip link add br0 type bridge; echo allow br0 > /etc/qemu/bridge.conf");
    let there = |line: &str| run(&format!("nsenter -t {pid} -n -m /bin/sh -ec '{line}'"));
    there("ip link add br0 type bridge");
    assert!(doctor.line().contains("bridge-exists on br0: cleared"));
    there("echo allow br0 > /etc/qemu/bridge.conf");
    assert!(doctor.line().contains("acl-file: cleared"));
    drop(sleeper.stdin.take());
    let _ = sleeper.wait();
    assert_eq!(doctor.end(), (Some(0), String::new(), String::new()));
}

fn reader() {
    let mut doctor = Doctor::check(&["--watch", "--bridge", "br0", "--only", "bridge-exists"]);
    doctor.line();
    doctor.until_it_waits();
    let status = doctor.stop_reading().wait().expect("it ends by itself");
    assert_eq!(status.code(), Some(1));
}

fn formats() {
    for format in ["junit", "tap", "prometheus", "github", "markdown"] {
        let (code, out, err) = Doctor::check(&["--watch", "--format", format]).end();
        assert_eq!((code, out.as_str()), (Some(2), ""), "{format}");
        assert!(err.starts_with("bridge-doctor: a watch prints a line for each change"), "{err}");
    }
}

fn no_process() {
    for how in [&["--watch"][..], &["--wait", "1s"]] {
        let (code, _, err) = Doctor::start(&[&["--pid", "4194304"], how].concat()).end();
        assert_eq!(code, Some(2));
        assert!(err.starts_with("bridge-doctor: there is no process 4194304: --pid"), "{err}");
    }
}
