//! The figures of the design, each as a ratio against something on the same machine, side by side in one run.
//!
//! `cargo bench --bench figures` as root builds a working host in private namespaces first; nothing outside of them changes.
//! With `-- --readme` the table goes into the README, too. `BENCH_MIB=64` takes smaller logs for `explain`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the table is what this program is for")]

#[allow(dead_code, reason = "as a bench of its own it has its own table")]
#[path = "../explain/main.rs"]
mod explain;
mod list;
mod scene;
mod table;

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use explain::{Rival, measure};
use measure::{Figure, compare, instructions, peak, quantile, seconds, sorted};
use scene::Scene;
use table::Table;

const DOCTOR: &str = env!("CARGO_BIN_EXE_bridge-doctor");
const CHECK: [&str; 6] = [DOCTOR, "check", "--bridge", "br0", "--user", "nobody"];
/// With the uplink as many as leave room for one more.
const PORTS: usize = 1021;
/// As many as a bridge can have.
const TAPS: usize = 1023;
/// What tells the machine of one table from that of another.
const MACHINE: &str = r#"printf '%s, %s processors of kind %s, Linux %s, libvirt %s, %s' "$(. /etc/os-release; echo "$PRETTY_NAME")" \
    "$(nproc)" "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)" "$(uname -r)" \
    "$(virt-host-validate --version | tr -dc 0-9.)" "$(rg --version | head -n 1)""#;

/// Set where this program has started itself again.
const UNDISTURBED: &str = "BENCH_UNDISTURBED";

fn main() -> anyhow::Result<()> {
    if !nix::unistd::geteuid().is_root() {
        anyhow::bail!(
            "the figures need a working host, which only root can build in namespaces: try `sudo -E cargo bench --bench figures`"
        );
    }
    if std::env::var_os(UNDISTURBED).is_none() {
        return undisturbed();
    }
    let to_readme = std::env::args().any(|argument| argument == "--readme");
    let mebibytes = explain::mebibytes()?;
    anyhow::ensure!(!to_readme || mebibytes == 1024, "the README's figures are those of whole logs");
    let machine = Command::new("sh").args(["-c", MACHINE]).output()?;
    let machine = format!("Measured on {}.", String::from_utf8_lossy(&machine.stdout));
    let mut table = Table::default();
    check(&mut table)?;
    explained(&mut table, mebibytes)?;
    println!("{}\n{machine}", table.markdown());
    if to_readme {
        table.write_to_readme(&machine)?;
    }
    for missing in &table.missing {
        eprintln!("\n*** NOT MEASURED: {missing}");
    }
    anyhow::ensure!(table.missing.is_empty(), "not everything was measured");
    Ok(())
}

/// Starts this program once more, before everything else that wants the processor: on a busy machine the longer of two
/// commands would be interrupted more often, and no ratio would mean anything.
fn undisturbed() -> anyhow::Result<()> {
    let itself = std::env::current_exe()?;
    let status = Command::new("chrt")
        .args(["-f", "1"])
        .arg(itself)
        .args(std::env::args_os().skip(1))
        .env(UNDISTURBED, "1")
        .status()
        .context("chrt: try `apt-get install util-linux`")?;
    anyhow::ensure!(status.success(), "chrt: {status}");
    Ok(())
}

fn check(table: &mut Table) -> anyhow::Result<()> {
    let scene = Scene::build()?;
    beside(table, "true", &CHECK, &["/bin/true"], 201)?;
    if Path::new("/usr/bin/virt-host-validate").exists() {
        beside(table, "validate", &CHECK, &["virt-host-validate", "qemu"], 101)?;
    } else {
        table.not_run("validate", "`apt-get install libvirt-clients`");
    }
    if Path::new("/usr/bin/time").exists() {
        let peaks = (0..11).map(|_| Ok(peak(&CHECK)? as f64)).collect::<anyhow::Result<Vec<f64>>>()?;
        let peaks = sorted(peaks.into_iter().map(|kibibytes| kibibytes / 1024.0));
        let [low, middle, high] = [0.25, 0.5, 0.75].map(|part| quantile(&peaks, part));
        table.value("memory", &format!("{middle:.1} MiB"), &format!("{low:.1} to {high:.1}"), peaks.len());
    } else {
        table.not_run("memory", "`apt-get install time`");
    }
    attach_beside_the_helper(table)?;
    let empty = Series::take()?;
    scene.add_ports("br0", PORTS)?;
    Series::take()?.beside(&empty, table, "ports");
    scene.remove_ports(PORTS)?;
    scene.replace_uplink_by_taps(TAPS)?;
    Series::take()?.beside(&empty, table, "taps");
    scene.remove_ports(TAPS)?;
    scene.add_interfaces(10_000)?;
    Series::take()?.beside(&empty, table, "interfaces");
    scene.write_acl((0..1_000_000).map(|number| format!("allow b{number}\n")).chain(["allow br0\n".to_owned()]))?;
    let acl = [DOCTOR, "acl", scene::ACL];
    let helper = |path| [path, "--use-vnet", "--br=absent", "--fd=0"];
    let figure = compare(&acl, &helper(scene::HELPER), 31)?;
    // valgrind takes no setuid program.
    table.ratio("acl", &figure, Some((instructions(&acl)?, instructions(&helper(scene::PLAIN_HELPER))?)));
    Ok(())
}

/// Both commands in turn, and their instructions.
fn beside(table: &mut Table, id: &str, first: &[&str], second: &[&str], pairs: usize) -> anyhow::Result<()> {
    let figure = compare(first, second, pairs)?;
    table.ratio(id, &figure, Some((instructions(first)?, instructions(second)?)));
    Ok(())
}

/// `check` on one state of the host; two states cannot be had in turn, so `/bin/true` stands between.
struct Series {
    figure: Figure,
    instructions: u64,
}

impl Series {
    fn take() -> anyhow::Result<Self> {
        Ok(Self { figure: compare(&CHECK, &["/bin/true"], 101)?, instructions: instructions(&CHECK)? })
    }

    fn beside(&self, empty: &Self, table: &mut Table, id: &str) {
        let usual = empty.figure.quantile(0.5);
        let ratios = self.figure.ratios.iter().map(|ratio| (*ratio, usual));
        table.ratio(id, &Figure::of(ratios), Some((self.instructions, empty.instructions)));
    }
}

/// `--fd=0` is no socket, which the helper finds out last: it has done all of its work by then.
fn attach_beside_the_helper(table: &mut Table) -> anyhow::Result<()> {
    const PAIRS: usize = 101;
    let attach = [DOCTOR, "attach", "--bridge", "br0", "--user", "nobody"];
    let helper = [scene::HELPER, "--use-vnet", "--br=br0", "--fd=0"];
    let more = (0..PAIRS)
        .map(|_| Ok((seconds(&attach)? - seconds(&helper)? - seconds(&helper)?) * 1000.0))
        .collect::<anyhow::Result<Vec<f64>>>()?;
    let more = sorted(more);
    let [low, middle, high] = [0.25, 0.5, 0.75].map(|part| quantile(&more, part));
    table.value("attach", &format!("{middle:+.1} ms"), &format!("{low:+.1} to {high:+.1}"), PAIRS);
    Ok(())
}

/// `explain` beside ripgrep; without the instructions, which valgrind would count for hours.
fn explained(table: &mut Table, mebibytes: u64) -> anyhow::Result<()> {
    if !Path::new(explain::RIPGREP).exists() {
        table.not_run("explain-0", "`apt-get install ripgrep`");
        return Ok(());
    }
    let mut largest = 0.0_f64;
    for errors in explain::ERRORS_IN_LOG {
        let id = format!("explain-{errors}");
        let run = explain::run(mebibytes, errors, Rival::FixedTexts)?;
        largest = largest.max(run.kibibytes as f64);
        table.ratio(&id, &run.figure, None);
    }
    table.value("explain-memory", &format!("{:.1} MiB", largest / 1024.0), "", explain::ERRORS_IN_LOG.len());
    Ok(())
}
