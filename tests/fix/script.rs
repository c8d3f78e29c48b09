//! The script: every shell takes it, and it reaches the state that the plan foresees, or changes nothing.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bridge_doctor::engine::Options;
use bridge_doctor::fix::{self, Choice};
use bridge_doctor::report::Plan;
use bridge_doctor::report::plan::script;
use bridge_doctor::snapshot::{Fact, Snapshot};
use insta::assert_snapshot;

use crate::faults::{FAULTS, acl, acl_missing, unprivileged, with};
use crate::shown::{plan, plan_for, written};
use crate::untested;

const SHELLS: [&[&str]; 3] = [&["sh"], &["dash"], &["busybox", "sh"]];

/// The shells that this machine has.
fn shells() -> impl Iterator<Item = &'static [&'static str]> {
    let is_there = |shell: &&[&str]| untested::has(shell[0], "the scripts of fix").expect("every shell must be tested");
    SHELLS.into_iter().filter(is_there)
}

fn check(script: &str, what: &str) {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    fs::write(file.path(), script).expect("it can be written");
    assert!(script.is_ascii(), "{what}: {script}");
    for shell in shells() {
        let output = run(shell, &["-n"], file.path());
        assert!(output.status.success(), "{what}: {shell:?}: {}\n{script}", String::from_utf8_lossy(&output.stderr));
    }
    if untested::has("shellcheck", "the scripts of fix").expect("everything must be tested here") {
        let output = Command::new("shellcheck").args(["--shell=sh", "--severity=style"]).arg(file.path()).output();
        let output = output.expect("it runs");
        assert!(output.status.success(), "{what}: {}\n{script}", String::from_utf8_lossy(&output.stdout));
    }
}

fn run(shell: &[&str], options: &[&str], file: &Path) -> Output {
    let mut command = Command::new(shell[0]);
    command.args(&shell[1..]).args(options).arg(file).env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    command.output().unwrap_or_else(|error| panic!("{shell:?}: {error}"))
}

#[test]
fn every_shell_takes_the_script_of_every_fault() {
    for fault in FAULTS {
        let options = Options { bridges: vec![fault.bridge.to_owned()], expect: fault.expect, ..Options::default() };
        let plan = fix::plan(&fault.host(), &options, &Choice { ids: vec![fault.cause.to_owned()] });
        check(&script::render(&plan), fault.name);
    }
}

#[test]
fn the_script_of_a_host_is_readable() {
    let host = with(|host| {
        unprivileged(host);
        host.helper.statoverride = Some("root root 0755".to_owned());
        acl(host, "# ours\nalow br0\nallow virbr0");
    });
    let text = script::render(&plan_for(&host, &["br0", "virbr0"], &["helper-setuid", "acl-syntax"]));
    check(&text, "three steps");
    assert_snapshot!(text);
}

/// A directory whose ACL and helper are those of a snapshot.
struct Place {
    directory: tempfile::TempDir,
    host: Snapshot,
}

impl Place {
    /// Puts the ACL at this name below a new directory.
    fn new(name: &str, content: Option<&[u8]>) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join(name);
        let host = with(|host| {
            acl_missing(host);
            host.acl.path.clone_from(&path);
            let file = &mut host.acl.files[0];
            file.path.clone_from(&path);
            file.owners.clear();
            if let Some(content) = content {
                let healthy = crate::faults::healthy();
                *file = healthy.acl.files[0].clone();
                file.path.clone_from(&path);
                file.owners[0].path.clone_from(&path);
                file.content = Fact::Known(bridge_doctor::snapshot::Bytes(content.to_vec()));
            }
        });
        if let Some(content) = content {
            fs::create_dir_all(path.parent().expect("it has one")).expect("a directory");
            fs::write(&path, content).expect("the ACL can be written");
        }
        Self { directory, host }
    }

    fn plan(&self) -> Plan {
        plan_for(&self.host, &["br0"], &["acl-file", "acl-syntax", "acl-allows"])
    }

    fn path(&self) -> &PathBuf {
        &self.host.acl.path
    }

    fn run(&self, shell: &[&str], text: &str) -> Output {
        let file = self.directory.path().join("fix.sh");
        fs::write(&file, text).expect("the script can be written");
        if is_root() {
            return run(shell, &[], &file);
        }
        // In a user namespace of its own everybody is root of what is theirs.
        let mut command = vec!["unshare", "--user", "--map-root-user"];
        command.extend(shell);
        run(&command, &[], &file)
    }
}

/// Whether a script can act as root on what a test owns.
fn can_act() -> bool {
    let namespaces = || Command::new("unshare").args(["--user", "--map-root-user", "true"]).output();
    let can = is_root() || namespaces().is_ok_and(|output| output.status.success());
    if !can {
        let said = untested::say("what the scripts of fix do", "this user may make no user namespace");
        said.expect("everything must be tested here");
    }
    can
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// A name, the content of an ACL, and what it is to be afterwards.
type Case = (&'static str, Option<&'static [u8]>, &'static [u8]);

const CASES: &[Case] = &[
    ("missing", None, b"allow br0\n"),
    ("empty", Some(b""), b"allow br0\n"),
    ("complete", Some(b"# ours\ndeny br7\n"), b"# ours\ndeny br7\nallow br0\n"),
    ("unfinished", Some(b"# ours\n\n# end"), b"# ours\n\n# end\nallow br0\n"),
    ("a slip", Some(b"# one\n# two\nalow br0\n# three\n"), b"# one\n# two\nallow br0\n# three\n"),
    ("a slip in the first line", Some(b"alow br0\n# three"), b"allow br0\n# three"),
    ("a slip in the last line", Some(b"# one\nallow=br0"), b"# one\nallow br0"),
    ("two slips", Some(b"Allow br0\n# \xff%s\\n\nDENY br7\n"), b"allow br0\n# \xff%s\\n\ndeny br7\n"),
    (
        "a comment behind",
        Some(b"# a\nallow br0 # office, second floor\n# z\n"),
        b"# a\n# office, second floor\nallow br0\n# z\n",
    ),
    ("a byte order mark", Some(b"\xef\xbb\xbfallow br0\r\n# \r\n"), b"allow br0\r\n# \r\n"),
];

#[test]
fn it_reaches_what_the_plan_foresees() {
    if !can_act() {
        return;
    }
    for (name, before, after) in CASES {
        for shell in shells() {
            let place = Place::new("etc/bridge.conf", *before);
            let plan = place.plan();
            let text = script::render(&plan);
            check(&text, name);
            let output = place.run(shell, &text);
            assert!(output.status.success(), "{name}: {}\n{text}", String::from_utf8_lossy(&output.stderr));
            let found = fs::read(place.path()).expect("the ACL is there");
            assert_eq!(found, *after, "{name}, {shell:?}\n{text}");
            assert_eq!(fs::metadata(place.path()).expect("it is there").permissions().mode() & 0o7777, 0o644);
            let foreseen = plan
                .actions
                .iter()
                .fold(place.host.clone(), |facts, planned| fix::simulate(&facts, &planned.action, &planned.effect));
            assert_eq!(
                foreseen.acl.files[0].content.known().map(|bytes| bytes.0.clone()),
                Some(after.to_vec()),
                "{name}"
            );
            // What is done already is passed over.
            let again = place.run(shell, &text);
            assert!(again.status.success(), "{name}: {}", String::from_utf8_lossy(&again.stderr));
            assert_eq!(fs::read(place.path()).expect("the ACL is there"), *after, "{name}, again");
        }
    }
}

#[test]
fn it_refuses_another_state_and_changes_nothing() {
    if !can_act() {
        return;
    }
    for (name, before, _) in CASES {
        let place = Place::new("etc/bridge.conf", *before);
        let text = script::render(&place.plan());
        fs::create_dir_all(place.path().parent().expect("it has one")).expect("a directory");
        fs::write(place.path(), "# somebody else was faster\n").expect("the ACL can be written");
        let output = place.run(SHELLS[0], &text);
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("refused, and nothing was changed: "), "{name}");
        assert_eq!(fs::read(place.path()).expect("it is there"), b"# somebody else was faster\n", "{name}");
    }
    let place = Place::new("etc/bridge.conf", None);
    fs::create_dir_all(place.path().parent().expect("it has one")).expect("a directory");
    std::os::unix::fs::symlink("/dev/null", place.path()).expect("a link");
    let output = place.run(SHELLS[0], &script::render(&place.plan()));
    assert_eq!(output.status.code(), Some(1), "it wrote through a link");
}

#[test]
fn odd_paths_are_safe() {
    if !can_act() {
        return;
    }
    for name in [
        "two words/bridge.conf",
        "it's/bridge.conf",
        "a\nb\n\n/bridge.conf",
        "$(touch pwned)`id`/bridge.conf",
        "-rf/bridge.conf",
        "\u{1b}[31m\"é/bridge conf\n",
        "100%s\\n/bridge.conf",
    ] {
        for before in [None, Some(&b"# ours\n"[..])] {
            let place = Place::new(name, before);
            let plan = place.plan();
            let text = script::render(&plan);
            check(&text, name);
            for shell in shells() {
                let output = place.run(shell, &text);
                let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
                assert!(output.status.success(), "{name:?}: {complaint}\n{text}");
            }
            let after = fs::read(place.path()).expect("the ACL is there");
            assert!(after.ends_with(b"allow br0\n"), "{name:?}");
            let names: Vec<_> = fs::read_dir(place.directory.path()).expect("a directory").collect();
            assert_eq!(names.len(), 2, "{name:?}: {names:?}");
        }
    }
}

#[test]
fn nothing_to_do_is_a_script_as_well() {
    let text = script::render(&plan(&crate::faults::healthy()));
    check(&text, "healthy");
    assert!(text.contains("nothing has to be done"), "{text}");
}

#[test]
fn what_is_left_to_a_person_is_a_comment() {
    let host = with(|host| acl(host, "allow br0\ndeny br0\n"));
    let text = script::render(&plan(&host));
    check(&text, "denied");
    assert!(
        text.contains("# Left for you (acl-denied)") && !text.contains("\nsed"),
        "{text}\n{}",
        written(&plan(&host))
    );
}

/// A helper in a directory of its own, on a platform that sets its mode alone.
fn helper_at(path: &Path) -> Snapshot {
    with(|host| {
        host.machine.os.id = "fedora".to_owned();
        unprivileged(host);
        host.helper.path = path.to_owned();
        host.helper.real_path = Some(path.to_owned());
        host.helper.owners.truncate(1);
        host.helper.owners[0].path = path.to_owned();
        host.helper.statoverride = None;
    })
}

#[test]
fn a_mode_is_set_where_it_is_as_it_was() {
    if !can_act() {
        return;
    }
    for (mode, code, after) in [(0o755, 0, 0o4755), (0o4755, 0, 0o4755), (0o700, 1, 0o700)] {
        let place = Place::new("etc/bridge.conf", None);
        let helper = place.directory.path().join("the helper\n");
        fs::write(&helper, "a program").expect("it can be written");
        fs::set_permissions(&helper, fs::Permissions::from_mode(mode)).expect("it is ours");
        let plan = plan_for(&helper_at(&helper), &["br0"], &["helper-setuid"]);
        let text = script::render(&plan);
        check(&text, "a mode");
        let output = place.run(SHELLS[0], &text);
        assert_eq!(output.status.code(), Some(code), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(fs::metadata(&helper).expect("it is there").permissions().mode() & 0o7777, after, "from {mode:o}");
    }
}

#[test]
fn a_link_is_made_where_nothing_stands() {
    if !can_act() {
        return;
    }
    for shell in shells() {
        let place = Place::new("etc/bridge.conf", None);
        let (here, there) = (place.directory.path().join("here"), place.directory.path().join("it's there"));
        fs::write(&there, "a program").expect("it can be written");
        let mut host = helper_at(&here);
        let mut inode = host.helper.file.known().and_then(|file| file.clone().ok()).expect("it has one");
        inode.mode = 0o4755;
        host.helper.others =
            vec![bridge_doctor::snapshot::OtherHelper { path: there.clone(), real_path: there.clone(), inode }];
        host.helper.file = Fact::Known(Err(bridge_doctor::snapshot::Errno::ENOENT));
        host.helper.executable =
            Fact::Known(bridge_doctor::snapshot::Answer::No(bridge_doctor::snapshot::Errno::ENOENT));
        host.helper.real_path = None;
        host.helper.owners.clear();
        let text = script::render(&plan_for(&host, &["br0"], &["helper-path"]));
        check(&text, "a link");
        for _ in 0..2 {
            let output = place.run(shell, &text);
            assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
            assert_eq!(fs::read_link(&here).expect("a link"), there);
        }
        fs::remove_file(&here).expect("it is ours");
        fs::write(&here, "somebody's").expect("it can be written");
        assert_eq!(place.run(shell, &text).status.code(), Some(1));
        assert_eq!(fs::read(&here).expect("it is there"), b"somebody's");
    }
}

#[test]
fn a_step_that_fails_is_named_and_the_way_on() {
    if !can_act() {
        return;
    }
    for shell in shells() {
        let place = Place::new("etc/bridge.conf", None);
        let text = script::render(&place.plan());
        let broken = text.replace("    chown 0:0 ", "    false ");
        assert_ne!(broken, text);
        let output = place.run(shell, &broken);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        let step = "step 1 of 2, make the directory ";
        assert!(said.contains(step) && said.contains(" failed: ") && said.contains("run this again"), "{said}");
        assert!(!place.path().exists(), "it went on: {broken}");
        // As it says.
        let again = place.run(shell, &text);
        assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
        assert!(place.path().exists(), "{text}");
    }
}
