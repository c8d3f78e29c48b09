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
pub(crate) mod measure;

mod log;
mod rival;

use std::path::Path;

use anyhow::Context as _;
use measure::{Figure, compare, peak};

const DOCTOR: &str = env!("CARGO_BIN_EXE_bridge-doctor");
pub(crate) const RIPGREP: &str = "/usr/bin/rg";
/// The log for ripgrep's slow run.
const SMALL_MIB: u64 = 2;
const GIBIBYTE_IN_MIB: u64 = 1024;

/// How many known errors are put into a log of 1 GiB.
pub(crate) const ERRORS_IN_LOG: [u64; 3] = [0, 100, 1_000_000];

/// What ripgrep searches for.
#[derive(Clone, Copy)]
pub(crate) enum Rival {
    /// The longest fixed text of each pattern.
    FixedTexts,
    /// The patterns.
    Expressions,
}

/// One log.
pub(crate) struct Run {
    /// Beside ripgrep.
    pub(crate) figure: Figure,
    /// The peak memory of `explain`, in KiB.
    pub(crate) kibibytes: i64,
}

fn main() -> anyhow::Result<()> {
    let mebibytes = mebibytes()?;
    anyhow::ensure!(Path::new(RIPGREP).exists(), "there is nothing to compare with: apt-get install ripgrep");
    println!("| known errors in | against | ratio of times (median) | peak memory | pairs |");
    println!("|---|---|---|---|---|");
    for errors in ERRORS_IN_LOG {
        for (rival, name, mebibytes) in [
            (Rival::FixedTexts, "fixed texts", mebibytes),
            (Rival::Expressions, "expressions", SMALL_MIB.min(mebibytes)),
        ] {
            let Run { figure, kibibytes } = run(mebibytes, errors, rival)?;
            println!(
                "| {errors} in {mebibytes} MiB | `rg`, {name} | {:.3} | {kibibytes} KiB | {} |",
                figure.quantile(0.5),
                figure.ratios.len()
            );
        }
    }
    Ok(())
}

/// The size of a log.
pub(crate) fn mebibytes() -> anyhow::Result<u64> {
    Ok(std::env::var("BENCH_MIB").ok().map_or(Ok(GIBIBYTE_IN_MIB), |number| number.parse())?)
}

/// Measures `explain` on a log of this size, with this many known errors in it, or in proportion where they are many.
pub(crate) fn run(mebibytes: u64, errors: u64, rival: Rival) -> anyhow::Result<Run> {
    let folder = tempfile::tempdir()?;
    let place = |name: &str| folder.path().join(name).into_os_string().into_string().ok().context("a name");
    let (patterns, log) = (place("patterns")?, place("log")?);
    let (text, option, pairs) = match rival {
        Rival::FixedTexts => (rival::texts()?, "-F", 5),
        Rival::Expressions => (rival::expressions(), "--no-messages", 1),
    };
    std::fs::write(&patterns, text)?;
    let errors = if errors > 100 { errors * mebibytes / GIBIBYTE_IN_MIB } else { errors };
    log::write(Path::new(&log), mebibytes << 20, errors).context("the log")?;
    let doctor = [DOCTOR, "explain", "-f", &log];
    let kibibytes = peak(&doctor)?;
    let figure = compare(&doctor, &[RIPGREP, "--count", option, "-f", &patterns, &log], pairs)?;
    Ok(Run { figure, kibibytes })
}
