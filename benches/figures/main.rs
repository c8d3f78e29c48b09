//! The figures of the design, each as a ratio against something on the same machine, side by side in one run.
//!
//! `cargo bench` as root builds a working host in private namespaces first; nothing outside of them changes.

#![allow(clippy::print_stdout, reason = "the table is what this program is for")]

mod measure;
mod scene;

use std::path::Path;

use measure::{Figure, compare, peak};
use scene::Scene;

const DOCTOR: &str = env!("CARGO_BIN_EXE_bridge-doctor");

fn main() -> anyhow::Result<()> {
    if !nix::unistd::geteuid().is_root() {
        anyhow::bail!(
            "the figures need a working host, which only root can build in namespaces: try `sudo -E cargo bench`"
        );
    }
    let scene = Scene::build()?;
    let check = [DOCTOR, "check", "--bridge", "br0", "--user", "nobody"];
    println!("| what | against | ratio (median) | target | pairs |\n|---|---|---|---|---|");
    row("check on a working host", "/bin/true", "3", &compare(&check, &["/bin/true"], 201)?);
    if Path::new("/usr/bin/virt-host-validate").exists() {
        row(
            "check on a working host",
            "virt-host-validate qemu",
            "0.15",
            &compare(&check, &["virt-host-validate", "qemu"], 31)?,
        );
    } else {
        println!(
            "| check on a working host | virt-host-validate qemu | NOT RUN: apt-get install libvirt-clients | 0.15 | 0 |"
        );
    }
    println!("| its peak memory | | {} KiB | 8192 KiB | |", peak(&check)?);

    let empty = measure::times(&check, 101)?;
    scene.add_ports("br0", 1022)?;
    row_of_times("check with 1,022 ports on br0", "2", &measure::times(&check, 101)?, &empty);
    scene.remove_ports()?;
    scene.add_interfaces(10_000)?;
    row_of_times("check with 10,000 interfaces", "2", &measure::times(&check, 101)?, &empty);

    scene.write_acl((0..1_000_000).map(|number| format!("allow b{number}\n")).chain(["allow br0\n".to_owned()]))?;
    let acl = [DOCTOR, "acl", scene::ACL];
    let helper = [scene::HELPER, "--use-vnet", "--br=absent", "--fd=0"];
    row("acl on 1,000,001 rules", "qemu-bridge-helper", "1", &compare(&acl, &helper, 31)?);
    Ok(())
}

fn row(what: &str, against: &str, target: &str, figure: &Figure) {
    println!("| {what} | {against} | {:.2} | {target} | {} |", figure.ratio, figure.pairs);
}

fn row_of_times(what: &str, target: &str, with: &[f64], without: &[f64]) {
    let ratio = measure::median(with) / measure::median(without);
    println!("| {what} | check on a working host | {ratio:.2} | {target} | {} |", with.len());
}
