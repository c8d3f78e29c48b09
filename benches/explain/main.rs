//! `explain -f` on a log of 1 GiB beside ripgrep with the same patterns, with no, a hundred and a million known errors in it.
//!
//! `cargo bench --bench explain`; `BENCH_MIB=64` takes a smaller log. ripgrep is Debian's package.

#![allow(clippy::print_stdout, reason = "the table is what this program is for")]

#[allow(dead_code, reason = "the other bench uses the rest of it")]
#[path = "../figures/measure.rs"]
pub(crate) mod measure;

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::Context as _;
use bridge_doctor::catalogue;
use measure::{Figure, compare, peak};

const DOCTOR: &str = env!("CARGO_BIN_EXE_bridge-doctor");
/// The errors that are put between the lines.
const ERRORS: [&str; 3] = [
    "Nov 23 06:00:00 host libvirtd[77]: failed to create tun device: Operation not permitted",
    "failed to get mtu of bridge `br0': No such device",
    "qemu-system-x86_64: -netdev bridge,id=n0,br=br0: bridge helper failed",
];
/// Words of ordinary lines, some of which stand in known errors, too.
const WORDS: &str = "systemd session opened closed user root interface link ready connection established timeout started \
    stopped service unit entered state network open could not device eth0 port bridge error warning info debug";

/// How many known errors are put into a log.
pub(crate) const ERRORS_IN_LOG: [u64; 3] = [0, 100, 1_000_000];

/// One log.
pub(crate) struct Run {
    /// Beside ripgrep, where that is installed.
    pub(crate) figure: Option<Figure>,
    /// The peak memory of `explain`.
    pub(crate) kibibytes: i64,
}

fn main() -> anyhow::Result<()> {
    let mebibytes = mebibytes()?;
    println!(
        "| known errors in {mebibytes} MiB | against | ratio of times (median) | peak memory | pairs |\n|---|---|---|---|---|"
    );
    for errors in ERRORS_IN_LOG {
        let Run { figure, kibibytes } = run(mebibytes, errors)?;
        if let Some(figure) = figure {
            let (ratio, pairs) = (figure.quantile(0.5), figure.ratios.len());
            println!("| {errors} | ripgrep | {ratio:.2} | {kibibytes} KiB | {pairs} |");
        } else {
            println!("| {errors} | ripgrep | NOT RUN: apt-get install ripgrep | {kibibytes} KiB | 0 |");
        }
    }
    Ok(())
}

/// The size of a log.
pub(crate) fn mebibytes() -> anyhow::Result<u64> {
    Ok(std::env::var("BENCH_MIB").ok().map_or(Ok(1024), |number| number.parse())?)
}

/// Measures `explain` on a log of this size, with this many known errors in it.
pub(crate) fn run(mebibytes: u64, errors: u64) -> anyhow::Result<Run> {
    let folder = tempfile::tempdir()?;
    let patterns = folder.path().join("patterns");
    std::fs::write(&patterns, ripgrep_patterns())?;
    let log = folder.path().join("log");
    write_log(&log, mebibytes << 20, errors).context("the log")?;
    let (log, patterns) = (log.to_str().context("a name")?, patterns.to_str().context("a name")?);
    let doctor = [DOCTOR, "explain", "-f", log];
    let figure = if Path::new("/usr/bin/rg").exists() {
        Some(compare(&doctor, &["rg", "--count", "--file", patterns, log], 5)?)
    } else {
        None
    };
    Ok(Run { figure, kibibytes: peak(&doctor)? })
}

/// The catalogue's patterns as ripgrep takes them: it has no use for names, and searches line by line.
fn ripgrep_patterns() -> String {
    let mut patterns = String::new();
    for (_, error) in catalogue::errors() {
        let mut pattern = error.pattern.replace(r"(?:\s*\n\s*(?P<line>\S[^\n]*))?", "").replace(r"[^\n]", ".");
        while let Some((before, after)) = pattern.split_once("(?P<") {
            let unnamed = after.split_once('>').map_or(after, |(_, group)| group);
            pattern = format!("{before}(?:{unnamed}");
        }
        patterns += &(pattern.replace(r"\n", "") + "\n");
    }
    patterns
}

/// Lines of a log, with the errors spread evenly over it.
fn write_log(path: &Path, size: u64, errors: u64) -> anyhow::Result<()> {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut log = BufWriter::new(File::create(path)?);
    let mut random: usize = 1;
    let mut next = |limit: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % limit
    };
    let mut pool = Vec::new();
    for _ in 0..10_000 {
        let text: Vec<&str> = (0..10).filter_map(|_| words.get(next(words.len())).copied()).collect();
        pool.push(format!(
            "Nov 23 06:{:02}:{:02} host daemon[{}]: {}\n",
            next(60),
            next(60),
            next(9999),
            text.join(" ")
        ));
    }
    let (mut written, mut put) = (0, 0);
    for line in pool.iter().cycle() {
        if written >= size {
            break;
        }
        log.write_all(line.as_bytes())?;
        written += line.len() as u64;
        while put < errors && put * size < written * errors {
            let error = ERRORS.iter().cycle().nth(usize::try_from(put % 3)?).copied().unwrap_or_default();
            writeln!(log, "{error}")?;
            written += error.len() as u64 + 1;
            put += 1;
        }
    }
    log.flush().context("the log")
}
