//! Real guests: QEMU, and libvirt's session driver, succeed and fail where `attach` says so.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};

use super::tools::{Attached, LIMIT, attach, has};
use crate::doctor;
use crate::oracle::Verdict;
use crate::sandbox::place::LAB;
use crate::sandbox::{Credentials, Sandbox, files};
use crate::state::{State, singles};
use crate::trial::{over_states, trial};

const QEMU: &str = "/usr/bin/qemu-system-x86_64";
/// The directories of Alice's session; her home is emptied with each state.
const SESSION: &str = "session";

/// The trials.
pub fn trials() -> Vec<Trial> {
    vec![
        over_states("guests: QEMU in every single state", singles, qemu_agrees),
        trial("guests: libvirt's session driver", libvirt),
    ]
}

fn qemu_agrees(sandbox: &Sandbox, state: &State, helper: &Verdict) -> Result<(), String> {
    let there = has("qemu-system-x86_64", "qemu-system-x86").map_err(|failed| format!("{failed:?}"))?;
    // QEMU waits for ever for a helper that never ends, and takes a comma for the end of a name.
    if !there || helper.outcome == "crashed" || state.bridge().contains(',') {
        return Ok(());
    }
    let arguments = ["attach", "--format=json", &format!("--bridge={}", state.bridge())].map(str::to_owned);
    let answer = doctor::call_within(sandbox, state.credentials(), arguments, LIMIT)?;
    let attached = super::tools::json(&answer)?;
    let (works, said) = qemu(sandbox, state).map_err(|error| format!("QEMU: {error}"))?;
    let line = attached["stderr"].as_str().filter(|_| !works).unwrap_or_default();
    // It looks for the helper from where it stands itself.
    let said = said.replace("/bin/../", "/");
    if works == (attached["outcome"] == "attached") && said.contains(line) {
        return Ok(());
    }
    Err(format!("QEMU works: {works}, and says {said:?}\nattach: {attached:#}"))
}

/// Whether QEMU gets its network, and what it says.
fn qemu(sandbox: &Sandbox, state: &State) -> std::io::Result<(bool, String)> {
    let mut qemu = doctor::command(QEMU);
    qemu.args([
        "-machine",
        "none",
        "-nodefaults",
        "-no-user-config",
        "-S",
        "-display",
        "none",
        "-monitor",
        "stdio",
        "-netdev",
    ])
    .arg(format!("bridge,id=net0,br={}", state.bridge()))
    .stdin(Stdio::piped())
    .stdout(Stdio::null())
    .stderr(Stdio::piped());
    state.credentials().put_on(&mut qemu, &sandbox.namespaces)?;
    let mut qemu = qemu.spawn()?;
    if let Some(mut monitor) = qemu.stdin.take() {
        // Where it has ended already, its status tells.
        let _ = monitor.write_all(b"quit\n");
    }
    let ended = qemu.wait_with_output()?;
    Ok((ended.status.success(), String::from_utf8_lossy(&ended.stderr).into_owned()))
}

/// States that differ in where they stop, the healthy one among them.
const STATES: [&str; 7] =
    ["", "helper:0755", "acl:missing", "acl:another-bridge", "tun:missing", "bridge:missing", "bridge:down"];

fn libvirt(sandbox: &Sandbox) -> Result<(), Failed> {
    if !has("virsh", "libvirt-clients")?
        || !has("libvirtd", "libvirt-daemon")?
        || !has("qemu-system-x86_64", "qemu-system-x86")?
    {
        return Ok(());
    }
    let mut session = Session::start(sandbox)?;
    for named in STATES {
        let state = State::parse(named)?;
        sandbox.realise(&state)?;
        let attached = attach(sandbox, &[&format!("--bridge={}", state.bridge())])?;
        let (works, said) = session.create(sandbox, state.bridge())?;
        let line = attached.json["stderr"].as_str().unwrap_or_default();
        let agree = works == (attached.json["outcome"] == "attached") && (works || told(&said, line));
        attached.demand(agree, &format!("{state}: libvirt works: {works}, and says {said:?}"))?;
        expected(&attached, works, named)?;
    }
    session.end()
}

/// libvirt shows the helper's words where its reader was fast enough to get them.
fn told(said: &str, line: &str) -> bool {
    said.contains(line) || said.contains("failed to communicate with bridge helper")
}

/// What is broken must fail, or this trial would compare nothing.
fn expected(attached: &Attached, works: bool, named: &str) -> Result<(), Failed> {
    let should = matches!(named, "" | "bridge:down");
    attached.demand(works == should, &format!("`{named}` should work: {should}"))
}

/// libvirt's daemon for Alice.
struct Session(Child);

impl Session {
    fn start(sandbox: &Sandbox) -> Result<Self, Failed> {
        for directory in ["run", "config", "cache", "data"] {
            let path = format!("{LAB}/{SESSION}/{directory}");
            files::directory(&path, 0o700)?;
            files::own(&path, crate::sandbox::ALICE, crate::sandbox::ALICE, 0o700)?;
        }
        let mut daemon = at_home("/usr/sbin/libvirtd");
        daemon.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Credentials::ALICE.put_on(&mut daemon, &sandbox.namespaces)?;
        let session = Self(daemon.spawn()?);
        let socket = format!("{LAB}/{SESSION}/run/libvirt/libvirt-sock");
        let started = Instant::now();
        while !std::path::Path::new(&socket).exists() {
            if started.elapsed() > Duration::from_secs(20) {
                return Err("libvirtd does not listen".into());
            }
            sleep(Duration::from_millis(20));
        }
        Ok(session)
    }

    /// Whether libvirt starts a guest on the bridge, and what it says; the guest is ended again.
    fn create(&mut self, sandbox: &Sandbox, bridge: &str) -> Result<(bool, String), Failed> {
        let domain = format!(
            "<domain type='qemu'><name>guest</name><memory unit='MiB'>16</memory>\
             <os><type arch='x86_64' machine='pc'>hvm</type></os><devices><emulator>{QEMU}</emulator>\
             <interface type='bridge'><source bridge='{bridge}'/><model type='virtio'/></interface></devices></domain>"
        );
        let file = format!("{LAB}/{SESSION}/guest.xml");
        files::write(&file, domain, 0o644)?;
        let virsh = |arguments: &[&str]| -> Result<(bool, String), Failed> {
            let mut virsh = at_home("/usr/bin/virsh");
            virsh.args(["-c", "qemu:///session"]).args(arguments).stdin(Stdio::null());
            Credentials::ALICE.put_on(&mut virsh, &sandbox.namespaces)?;
            let ended = virsh.output()?;
            Ok((ended.status.success(), String::from_utf8_lossy(&ended.stderr).into_owned()))
        };
        let created = virsh(&["create", "--paused", &file])?;
        if created.0 {
            virsh(&["destroy", "guest"])?;
        }
        Ok(created)
    }

    fn end(&mut self) -> Result<(), Failed> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

fn at_home(program: &str) -> Command {
    let mut command = doctor::command(program);
    command
        .env("XDG_RUNTIME_DIR", format!("{LAB}/{SESSION}/run"))
        .env("XDG_CONFIG_HOME", format!("{LAB}/{SESSION}/config"))
        .env("XDG_CACHE_HOME", format!("{LAB}/{SESSION}/cache"))
        .env("XDG_DATA_HOME", format!("{LAB}/{SESSION}/data"));
    command
}
