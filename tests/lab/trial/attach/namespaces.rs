//! `attach --sandbox`: needs no helper, no bridge and no root, and says what forbids it.

use libtest_mimic::{Failed, Trial};

use super::tools::{Attached, attach, interfaces, open_to_all};
use crate::doctor;
use crate::sandbox::place::{DOCTOR, clear_acl, clear_helper, clear_tun};
use crate::sandbox::{Net, Sandbox, run};
use crate::trial::trial;

/// The trials.
pub fn trials() -> Vec<Trial> {
    vec![
        trial("sandbox: without helper, bridge and root", with_nothing),
        trial("sandbox: without a tun device", without_tun),
        trial("sandbox: where namespaces are forbidden", forbidden),
    ]
}

fn with_nothing(sandbox: &Sandbox) -> Result<(), Failed> {
    open_to_all(sandbox)?;
    sandbox.enter_net(Net::Empty)?;
    clear_helper()?;
    clear_acl()?;
    let before = interfaces()?;
    let attached = attach(sandbox, &["--sandbox"])?;
    let whole = attached.forwarding() == "pass" && attached.json["forwarding"]["received"] == 4;
    attached.demand(attached.exit == 0 && whole && attached.json["helper"].is_null(), "the kernel carries frames")?;
    attached.demand(interfaces()? == before, "nothing outside is touched")?;
    let human = doctor::call(sandbox, crate::sandbox::Credentials::ALICE, ["attach", "--sandbox"])?;
    if human.stdout.contains("It proves nothing about the helper") {
        return Ok(());
    }
    Err(format!("it must say what it does not prove: {}", human.stdout).into())
}

fn without_tun(sandbox: &Sandbox) -> Result<(), Failed> {
    open_to_all(sandbox)?;
    clear_tun()?;
    let attached = attach(sandbox, &["--sandbox"])?;
    let told = attached.reason().contains("/dev/net/tun does not open: No such file or directory");
    attached.demand(attached.exit == 1 && attached.json["errno"] == "ENOENT" && told, "the device is named")
}

/// The setting counts for each user namespace alone, so that one of the lab's own can be closed.
fn forbidden(sandbox: &Sandbox) -> Result<(), Failed> {
    open_to_all(sandbox)?;
    let script = format!("echo 0 > /proc/sys/user/max_user_namespaces; exec {DOCTOR} attach --sandbox --format=json");
    let mut unshare = doctor::command("/usr/bin/unshare");
    unshare.args(["--user", "--map-root-user", "/bin/sh", "-c", &script]);
    let answer = doctor::answer(&run(&mut unshare, doctor::LIMIT)?)?;
    let attached = Attached { exit: answer.exit, json: super::tools::json(&answer)? };
    let told = attached.reason().contains("/proc/sys/user/max_user_namespaces is 0");
    attached.demand(attached.exit == 3 && attached.json["outcome"] == "not-started" && told, "the setting is named")
}
