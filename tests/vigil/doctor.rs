//! A bridge-doctor that runs while the host changes.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::place::HELPER;

/// So long that a test which needs the whole of it has failed: it ends by an exit code that is not 0.
pub(crate) const LONG: &str = "20s";

const DOCTOR: &str = env!("CARGO_BIN_EXE_bridge-doctor");

/// One run.
pub(crate) struct Doctor {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Doctor {
    /// Starts `check` with these options, as root for a user without rights.
    pub(crate) fn check(options: &[&str]) -> Self {
        Self::start(&[&["--user", "nobody", "--helper", HELPER], options].concat())
    }

    /// Starts `check` with these options and no others.
    pub(crate) fn start(options: &[&str]) -> Self {
        Self::spawn(Command::new(DOCTOR).arg("check").args(options))
    }

    /// The same in a user namespace that has no inotify instance to give.
    pub(crate) fn without_inotify(options: &[&str]) -> Self {
        // It is opened outside: the way to it may lead through a home that root in there may not enter.
        let outside = "exec 9<\"$0\"; exec unshare -U --map-root-user /bin/sh -ec \"$@\"";
        let inside = "echo 0 > /proc/sys/user/max_inotify_instances; exec /proc/self/fd/9 check \"$@\"";
        Self::spawn(Command::new("/bin/sh").args(["-ec", outside, DOCTOR, inside, "sh"]).args(options))
    }

    fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("bridge-doctor starts");
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, out }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next line of its output; it waits for one.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).expect("text");
        line.trim_end().to_owned()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(i32::try_from(self.pid()).expect("a number")), signal).expect("it is there");
    }

    /// Closes the pipe that it writes to.
    pub(crate) fn stop_reading(self) -> Child {
        drop(self.out);
        self.child
    }

    /// Returns once it has looked and waits for a change: it sleeps in `poll`, and goes on to.
    pub(crate) fn until_it_waits(&self) {
        for _ in 0..4000 {
            let name = std::fs::read_to_string(format!("/proc/{}/wchan", self.pid())).unwrap_or_default();
            let call = std::fs::read_to_string(format!("/proc/{}/syscall", self.pid())).unwrap_or_default();
            let polls = call.starts_with("7 ") || call.starts_with("73 ") || name.contains("poll");
            if polls {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let state = std::fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap_or_default();
        panic!("it never waits: {state}");
    }

    /// Its exit code, the rest of its output, and what it complains of.
    pub(crate) fn end(mut self) -> (Option<i32>, String, String) {
        let (mut out, mut err) = (String::new(), String::new());
        self.out.read_to_string(&mut out).expect("text");
        self.child.stderr.take().expect("a pipe").read_to_string(&mut err).expect("text");
        (self.child.wait().expect("it ends").code(), out, err)
    }
}
