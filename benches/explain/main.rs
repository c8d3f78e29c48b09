//! `explain -f` on a log of 1 GiB beside ripgrep, with no, a hundred and a million known errors in it.
//!
//! `cargo bench --bench explain`; `BENCH_MIB=64` takes a smaller log, with fewer errors in proportion. ripgrep is Debian's
//! package, and searches for the same: once for the catalogue's regular expressions (`rg --count -f PATTERNS`), without the
//! names of their groups, which it does not take twice; and once, as someone who is in a hurry would, for their longest
//! fixed texts only (`rg --count -F -f TEXTS`), which finds less and costs it least. It counts lines and prints nothing,
//! while `explain` joins them to incidents and names their causes. A regular expression may match in a line of any kind, so
//! that ripgrep's takes minutes for a log of 1 GiB; it is given a small one, and the ratio is that of throughputs.

#![allow(clippy::print_stdout, reason = "the table is what this program is for")]

#[allow(dead_code, reason = "the other bench uses the rest of it")]
#[path = "../figures/measure.rs"]
mod measure;

mod log;
mod rival;

use std::path::Path;

use anyhow::Context as _;
use measure::{compare, peak};

const DOCTOR: &str = env!("CARGO_BIN_EXE_bridge-doctor");
const RIPGREP: &str = "/usr/bin/rg";
/// The log for ripgrep's slow run.
const SMALL_MIB: u64 = 2;
const GIBIBYTE_IN_MIB: u64 = 1024;

fn main() -> anyhow::Result<()> {
    let mebibytes: u64 = std::env::var("BENCH_MIB").ok().map_or(Ok(GIBIBYTE_IN_MIB), |number| number.parse())?;
    anyhow::ensure!(Path::new(RIPGREP).exists(), "there is nothing to compare with: apt-get install ripgrep");
    let folder = tempfile::tempdir()?;
    let place = |name: &str| folder.path().join(name).into_os_string().into_string().ok().context("a name");
    let (expressions, texts, log) = (place("expressions")?, place("texts")?, place("log")?);
    std::fs::write(&expressions, rival::expressions())?;
    std::fs::write(&texts, rival::texts()?)?;
    println!("| known errors in {mebibytes} MiB | against | ratio of times (median) | peak memory | pairs |");
    println!("|---|---|---|---|---|");
    for errors in [0, 100, 1_000_000] {
        let doctor = [DOCTOR, "explain", "-f", &log];
        let small = SMALL_MIB.min(mebibytes);
        for (mebibytes, rival, pairs) in [
            (mebibytes, ["--count", "-F", "-f", texts.as_str()], 5),
            (small, ["--count", "--no-messages", "-f", expressions.as_str()], 1),
        ] {
            let errors = if errors > 100 { errors * mebibytes / GIBIBYTE_IN_MIB } else { errors };
            log::write(Path::new(&log), mebibytes << 20, errors).context("the log")?;
            let memory = peak(&doctor)?;
            let ripgrep: Vec<&str> = [RIPGREP].into_iter().chain(rival).chain([log.as_str()]).collect();
            let figure = compare(&doctor, &ripgrep, pairs)?;
            let name = if rival.contains(&"-F") { "fixed texts" } else { "expressions" };
            println!(
                "| {errors} in {mebibytes} MiB | `rg`, {name} | {:.3} | {memory} KiB | {} |",
                figure.ratio, figure.pairs
            );
        }
    }
    Ok(())
}
