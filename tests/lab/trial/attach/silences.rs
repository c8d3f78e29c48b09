//! The helper attaches, and no frame passes: each silent cause is named.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use libtest_mimic::{Failed, Trial};

use super::tools::{attach, attach_as, has, kernel_without, open_to_all, system};
use crate::doctor;
use crate::sandbox::{Credentials, Sandbox, knows_vlans};
use crate::trial::trial;

/// The trials.
pub fn trials() -> Vec<Trial> {
    vec![
        trial("silence: a bridge that is down", bridge_down),
        trial("silence: a bridge whose ports are in no VLAN", no_vlan),
        trial("silence: the spanning tree lets frames pass after its delay", spanning_tree),
        trial("silence: the spanning tree takes longer than the user waits", impatience),
        trial("silence: isolated ports", isolated),
        trial("silence: a chain of the bridge family", bridge_family),
        trial("silence: br_netfilter and a chain that drops", br_netfilter),
        trial("silence: a bridge with one port left", one_port_left),
    ]
}

fn bridge_down(sandbox: &Sandbox) -> Result<(), Failed> {
    open_to_all(sandbox)?;
    let attached = attach(sandbox, &["--bridge=brdown"])?;
    let lost = attached.exit == 1 && attached.json["outcome"] == "attached" && attached.forwarding() == "fail";
    attached.demand(lost && attached.reason().contains("`brdown` is down"), "it attaches and loses")?;
    told_by(sandbox, "brdown", "bridge-down")
}

fn no_vlan(sandbox: &Sandbox) -> Result<(), Failed> {
    if !knows_vlans() {
        return kernel_without("VLANs on bridges");
    }
    open_to_all(sandbox)?;
    let attached = attach(sandbox, &["--bridge=brnovlan"])?;
    let lost = attached.exit == 1 && attached.json["port_state"] == "forwarding" && attached.forwarding() == "fail";
    attached.demand(lost && attached.reason().contains("VLAN"), "it attaches and loses")?;
    told_by(sandbox, "brnovlan", "vlan-filtered")?;
    let attached = attach(sandbox, &["--bridge=brvlan"])?;
    attached.demand(attached.exit == 0, "ports of one VLAN reach each other")
}

/// Whether `check --attach` has one failure for one fault, and what frames showed waits for it.
fn told_by(sandbox: &Sandbox, bridge: &str, cause: &str) -> Result<(), Failed> {
    let arguments = ["check", "--attach", "--format=json", "--bridge", bridge];
    let report = doctor::call(sandbox, Credentials::ALICE, arguments)?.report()?;
    let failed = report.checks("fail");
    let forwarding = report.json["checks"].as_array().and_then(|checks| {
        checks.iter().find(|check| check["id"] == "forwarding").map(|check| check["blocked_by"].clone())
    });
    if failed.len() == 1 && failed[0].1 == cause && forwarding == Some(cause.into()) && report.exit == 1 {
        return Ok(());
    }
    Err(format!("exit {}, failed {failed:?}, forwarding waits for {forwarding:?}", report.exit).into())
}

/// The port listens for two seconds and learns for two more.
fn with_spanning_tree(sandbox: &Sandbox) -> Result<(), Failed> {
    open_to_all(sandbox)?;
    system("ip link add brslow up type bridge stp_state 1 forward_delay 200")
}

fn spanning_tree(sandbox: &Sandbox) -> Result<(), Failed> {
    with_spanning_tree(sandbox)?;
    let attached = attach(sandbox, &["--bridge=brslow", "--timeout=20s"])?;
    let waited = attached.json["seconds"].as_f64().is_some_and(|seconds| (3.0..15.0).contains(&seconds));
    attached.demand(attached.exit == 0 && waited && attached.json["port_state"] == "forwarding", "it waits")?;
    shows_progress()
}

/// Progress is for terminals, which `script` lends.
fn shows_progress() -> Result<(), Failed> {
    let command = format!("{} attach --user alice --bridge brslow --timeout 20s", crate::sandbox::place::DOCTOR);
    let mut script = doctor::command("/usr/bin/script");
    script.env("TERM", "xterm").args(["--quiet", "--return", "--command", &command, "/dev/null"]);
    let ended = script.stdin(Stdio::null()).output()?;
    let text = String::from_utf8_lossy(&ended.stdout);
    if ended.status.success() && text.contains("waiting for the ports to forward") && text.contains("Yes:") {
        return Ok(());
    }
    Err(format!("no progress was shown ({}): {text:?}", ended.status).into())
}

fn impatience(sandbox: &Sandbox) -> Result<(), Failed> {
    with_spanning_tree(sandbox)?;
    let attached = attach(sandbox, &["--bridge=brslow", "--timeout=1s"])?;
    let told = attached.reason().contains("spanning tree") && attached.reason().contains("--timeout 6s");
    attached.demand(attached.exit == 1 && attached.forwarding() == "fail" && told, "it says how long it takes")?;
    attached.demand(attached.json["port_state"] == "listening", "the state of the port is seen")
}

/// Isolates each new tap while the spanning tree still keeps it from forwarding.
fn isolated(sandbox: &Sandbox) -> Result<(), Failed> {
    with_spanning_tree(sandbox)?;
    let script = "while :; do for tap in /sys/class/net/brslow/brif/tap*; do \
                  bridge link set dev ${tap##*/} isolated on; done; sleep 0.1; done";
    let mut isolator = Isolator(Command::new("/bin/sh").args(["-c", script]).stderr(Stdio::null()).spawn()?);
    let attached = attach(sandbox, &["--bridge=brslow", "--timeout=20s"])?;
    isolator.end()?;
    let lost = attached.exit == 1 && attached.forwarding() == "fail" && attached.json["forwarding"]["received"] == 0;
    attached.demand(lost && attached.reason().contains("isolated"), "isolated ports are named")
}

/// A shell that ends with the trial, whatever comes of it.
struct Isolator(Child);

impl Isolator {
    fn end(&mut self) -> std::io::Result<()> {
        self.0.kill()?;
        self.0.wait().map(drop)
    }
}

impl Drop for Isolator {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

fn bridge_family(sandbox: &Sandbox) -> Result<(), Failed> {
    if !has("nft", "nftables")? {
        return Ok(());
    }
    open_to_all(sandbox)?;
    system("nft 'add table bridge house; add chain bridge house gate { type filter hook forward priority 0; }'")?;
    let attached = attach(sandbox, &["--bridge=br0"])?;
    attached.demand(attached.exit == 0, "a chain that accepts is no silence")?;
    system("nft add rule bridge house gate ether type 0x88b5 drop")?;
    let attached = attach(sandbox, &["--bridge=br0"])?;
    let unseen = attached.exit == 1 && attached.reason().contains("only root may read");
    attached.demand(unseen, "Alice is told who can look")?;
    let attached = attach_as(sandbox, Credentials::ROOT, &["--bridge=br0", "--user=alice"])?;
    attached.demand(attached.reason().contains("`bridge house gate` drops"), "root is told the chain")?;
    system("nft 'flush chain bridge house gate; chain bridge house gate { policy drop; }'")?;
    let attached = attach_as(sandbox, Credentials::ROOT, &["--bridge=br0", "--user=alice"])?;
    attached.demand(attached.reason().contains("`bridge house gate` drops"), "a policy drops as well")
}

/// Docker's way: plain Ethernet passes, IP does not.
fn br_netfilter(sandbox: &Sandbox) -> Result<(), Failed> {
    const SETTING: &str = "/proc/sys/net/bridge/bridge-nf-call-iptables";
    if !has("nft", "nftables")? {
        return Ok(());
    }
    if !Path::new(SETTING).exists() {
        return kernel_without("br_netfilter, or has not loaded it (`modprobe br_netfilter`)");
    }
    open_to_all(sandbox)?;
    std::fs::write(SETTING, "1")?;
    system(
        "nft 'add table ip filter; add chain ip filter FORWARD { type filter hook forward priority 0; policy drop; }'",
    )?;
    let attached = attach_as(sandbox, Credentials::ROOT, &["--bridge=br0", "--user=alice"])?;
    let half = attached.forwarding() == "fail" && attached.json["forwarding"]["received"] == 2;
    let told = attached.reason().contains("br_netfilter") && attached.reason().contains("ip filter FORWARD");
    attached.demand(attached.exit == 1 && half && told, "plain frames pass and IP does not")?;
    let attached = attach(sandbox, &["--bridge=br0"])?;
    attached.demand(attached.exit == 1 && attached.reason().contains("br_netfilter"), "Alice is told, too")?;
    std::fs::write(SETTING, "0")?;
    let attached = attach(sandbox, &["--bridge=br0"])?;
    attached.demand(attached.exit == 0, "without br_netfilter the chain sees nothing")
}

fn one_port_left(sandbox: &Sandbox) -> Result<(), Failed> {
    open_to_all(sandbox)?;
    sandbox.enter_net(crate::sandbox::Net::Crowded)?;
    system("ip link set a0 nomaster")?;
    let attached = attach(sandbox, &["--bridge=br0"])?;
    let told = attached.forwarding() == "skip" && attached.reason().contains("Exchange full");
    attached.demand(attached.exit == 3 && attached.json["outcome"] == "attached" && told, "one tap sends no frame")
}
