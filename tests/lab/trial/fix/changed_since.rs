//! `undo` after somebody has been at work: their changes stay, all that does not rest upon them goes back, and a
//! damaged run is named and stands in nobody's way for longer than it must.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use libtest_mimic::{Failed, Trial};

use super::asked::fresh;
use super::host::{self, JOURNAL};
use super::tree::Tree;
use crate::doctor::{self, Answer};
use crate::sandbox::place::{ACL, DOCTOR, HELPER};
use crate::sandbox::{Credentials, Sandbox, files, run};

const FAULTS: &str = "helper:0755,acl:missing";
const FIX: [&str; 5] = ["fix", "--user", "alice", "--bridge=br0", "--yes"];
const OVERRIDES: &str = "/var/lib/dpkg/statoverride";

/// The trials.
pub fn trials() -> Vec<Trial> {
    vec![
        super::super::trial("undo: what somebody changed since stays, and the rest goes back", kept),
        super::super::trial("undo: what belongs together stays together", together),
        super::super::trial("undo: an upgrade of the helper is in nobody's way", upgraded),
        super::super::trial("undo: a bridge that is in use is not taken away", in_use),
        super::super::trial("undo: a damaged run is named, and how to go on without it", damaged),
        super::super::trial("undo: of a fix whose result nobody could be told", untold),
    ]
}

fn call(sandbox: &Sandbox, arguments: &[&str]) -> Result<Answer, String> {
    doctor::call(sandbox, Credentials::ROOT, arguments)
}

fn expect(answer: &Answer, exit: i32, words: &[&str]) -> Result<(), Failed> {
    let said = format!("{}{}", answer.stdout, answer.stderr);
    match words.iter().find(|word| !said.contains(**word)) {
        None if answer.exit == exit => Ok(()),
        missing => Err(format!("exit {} (expected {exit}), lacks {missing:?}: {said}", answer.exit).into()),
    }
}

fn append(path: &str, text: &str) -> std::io::Result<()> {
    OpenOptions::new().append(true).open(path)?.write_all(text.as_bytes())
}

/// A host that was mended.
fn mended(sandbox: &Sandbox) -> Result<Tree, Failed> {
    let before = fresh(sandbox, FAULTS)?;
    expect(&call(sandbox, &FIX)?, 0, &["made and verified"])?;
    Ok(before)
}

fn kept(sandbox: &Sandbox) -> Result<(), Failed> {
    host::prepare(sandbox)?;
    let before = mended(sandbox)?;
    let ours = fs::read(ACL)?;
    append(ACL, "# mine\n")?;
    let theirs = Tree::of(&[ACL])?;
    let edited = Tree::now()?;
    let words = [ACL, "somebody changed it since", "+# mine", "sudo rm"];
    expect(&call(sandbox, &["undo", "--dry-run"])?, 1, &words)?;
    edited.same(&Tree::now()?)?;
    expect(&call(sandbox, &["undo", "--yes"])?, 1, &words)?;
    theirs.same(&Tree::of(&[ACL])?)?;
    let places = ["/usr/lib/qemu", "/var/lib/dpkg"];
    before.without(&["/etc/qemu"]).same(&Tree::now()?.without(&["/etc/qemu"]))?;
    expect(&call(sandbox, &["undo", "--list"])?, 0, &["partly-undone"])?;
    // The same once more is no more, and a fix is not held up by it.
    let rest = Tree::now()?;
    expect(&call(sandbox, &["undo", "--yes"])?, 1, &[ACL, "somebody changed it since"])?;
    rest.same(&Tree::now()?)?;
    expect(&call(sandbox, &FIX)?, 0, &["made and verified"])?;
    expect(&call(sandbox, &["undo", "--yes"])?, 0, &["is taken back"])?;
    rest.same(&Tree::now()?)?;
    // Once it is as the run left it, the run goes back whole, and only what it has left.
    fs::write(ACL, ours)?;
    files::chmod(HELPER, 0o4711)?;
    let since = Tree::of(&places)?;
    expect(&call(sandbox, &["undo", "1", "--yes"])?, 0, &["is taken back"])?;
    since.same(&Tree::of(&places)?)?;
    before.without(&places).same(&Tree::now()?.without(&places))?;
    Ok(())
}

fn together(sandbox: &Sandbox) -> Result<(), Failed> {
    host::prepare(sandbox)?;
    let before = mended(sandbox)?;
    append(OVERRIDES, "root root 4711 /usr/bin/other\n")?;
    let places = ["/usr/lib/qemu", "/var/lib/dpkg"];
    let theirs = Tree::of(&places)?;
    expect(&call(sandbox, &["undo", "--yes"])?, 1, &[OVERRIDES, "+root root 4711 /usr/bin/other", HELPER, "together"])?;
    theirs.same(&Tree::of(&places)?)?;
    before.without(&places).same(&Tree::now()?.without(&places))?;
    Ok(())
}

fn damaged(sandbox: &Sandbox) -> Result<(), Failed> {
    host::prepare(sandbox)?;
    mended(sandbox)?;
    let first = runs()?.pop().ok_or("no run")?;
    fs::write(first.join("000001.json"), "{")?;
    let name = first.file_name().unwrap_or_default().to_string_lossy().into_owned();
    // The last run may be half done: nothing goes on without a person's word, and that word is told.
    files::chmod(HELPER, 0o755)?;
    let aside = format!("sudo mv {JOURNAL}/{name} {JOURNAL}.{name}");
    let before = Tree::now()?;
    for command in [&FIX[..], &["undo", "--yes"], &["undo", "1", "--yes"]] {
        expect(&call(sandbox, command)?, 4, &["000001.json", &aside])?;
    }
    expect(&call(sandbox, &["undo", "--list"])?, 4, &[&name, "damaged", "000001.json", &aside])?;
    let listed: serde_json::Value = serde_json::from_str(&call(sandbox, &["undo", "--list", "--format=json"])?.stdout)?;
    if listed["runs"][0]["state"] != "damaged" || !listed["runs"][0]["problem"].is_string() {
        return Err(format!("the list: {listed}").into());
    }
    before.same(&Tree::now()?)?;
    if !Command::new("sh").args(["-c", aside.trim_start_matches("sudo ")]).status()?.success() {
        return Err(aside.into());
    }
    expect(&call(sandbox, &FIX)?, 0, &["made and verified"])?;
    // An older one was settled before the next began.
    let older = "000000-20260101T000000Z";
    fs::rename(format!("{JOURNAL}.{name}"), format!("{JOURNAL}/{older}"))?;
    files::chmod(HELPER, 0o755)?;
    expect(&call(sandbox, &FIX)?, 0, &["made and verified"])?;
    expect(&call(sandbox, &["undo", "--yes"])?, 0, &["is taken back"])?;
    expect(&call(sandbox, &["undo", older, "--yes"])?, 4, &["000001.json", &format!("{JOURNAL}.{older}")])
}

fn runs() -> std::io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(JOURNAL)?.flatten().map(|entry| entry.path());
    let mut runs: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    runs.sort();
    Ok(runs)
}

fn untold(sandbox: &Sandbox) -> Result<(), Failed> {
    host::prepare(sandbox)?;
    let before = fresh(sandbox, FAULTS)?;
    for (arguments, told) in [(&FIX[..], "is in force"), (&["undo", "--yes"], "is undone all the same")] {
        let mut shell = doctor::command("/bin/sh");
        shell.args(["-c", &format!("{DOCTOR} {} >/dev/full", arguments.join(" "))]);
        Credentials::ROOT.put_on(&mut shell, &sandbox.namespaces)?;
        let answer = doctor::answer(&run(&mut shell, doctor::LIMIT)?)?;
        let run = runs()?.pop().ok_or("no run")?;
        let name = run.file_name().unwrap_or_default().to_string_lossy().into_owned();
        expect(&answer, 4, &[&name, told, "No space left"])?;
    }
    before.same(&Tree::now()?)?;
    Ok(())
}

fn in_use(sandbox: &Sandbox) -> Result<(), Failed> {
    const BRIDGE: &str = "labbr0";
    host::prepare(sandbox)?;
    host::leave_container()?;
    let before = fresh(sandbox, "")?;
    let ip = |words: &str| Command::new("ip").args(words.split(' ')).status().map(|status| status.success());
    let fix = ["fix", "--user", "alice", "--bridge=labbr0", "--yes"];
    let expect = |arguments: &[&str], exit: i32, words: &[&str]| expect(&call(sandbox, arguments)?, exit, words);
    for (use_it, leave_it, by) in [
        ("link set vlan-ish master labbr0", "link set vlan-ish nomaster", "vlan-ish"),
        ("address add 192.0.2.77/24 dev labbr0", "address flush dev labbr0", "192.0.2.77"),
    ] {
        expect(&fix, 0, &["labbr0", "made and verified"])?;
        let mended = Tree::now()?;
        if !ip(use_it)? {
            return Err(use_it.into());
        }
        expect(&["undo", "--yes"], 1, &[BRIDGE, "in use", by])?;
        mended.without(&["/etc/qemu"]).same(&Tree::now()?.without(&["/etc/qemu"]))?;
        if !ip(leave_it)? {
            return Err("the bridge is gone".into());
        }
        expect(&["undo", "--yes"], 0, &["is taken back"])?;
        before.same(&Tree::now()?)?;
    }
    // As a boot would take it away.
    expect(&fix, 0, &["labbr0", "made and verified"])?;
    if !ip("link delete labbr0")? {
        return Err("it was taken away before".into());
    }
    expect(&["undo", "--yes"], 0, &["is taken back"])?;
    before.same(&Tree::now()?)?;
    Ok(())
}

fn upgraded(sandbox: &Sandbox) -> Result<(), Failed> {
    host::prepare(sandbox)?;
    let before = mended(sandbox)?;
    let mode = fs::metadata(HELPER)?.permissions().mode() & 0o7777;
    let content = [fs::read(HELPER)?, b"a newer one".to_vec()].concat();
    // As dpkg unpacks it: another file, with the mode that the override asks for.
    files::write(format!("{HELPER}.dpkg-new"), &content, mode)?;
    fs::rename(format!("{HELPER}.dpkg-new"), HELPER)?;
    expect(&call(sandbox, &["undo", "--yes"])?, 0, &["is taken back"])?;
    before.without(&[HELPER]).same(&Tree::now()?.without(&[HELPER]))?;
    let now = fs::metadata(HELPER)?.permissions().mode() & 0o7777;
    if now == 0o755 && fs::read(HELPER)? == content { Ok(()) } else { Err(format!("mode {now:o}").into()) }
}
