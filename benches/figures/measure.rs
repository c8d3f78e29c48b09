//! Whole processes, timed in turn so that a drifting machine harms both alike.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context as _;

/// Two commands beside each other.
pub(crate) struct Figure {
    /// The ratios of the first command's time to the second's, of each pair, in order of size.
    pub(crate) ratios: Vec<f64>,
}

impl Figure {
    /// From the times of pairs.
    pub(crate) fn of(pairs: impl IntoIterator<Item = (f64, f64)>) -> Self {
        Self { ratios: sorted(pairs.into_iter().map(|(first, second)| first / second)) }
    }

    /// The value below which this part of the pairs lies.
    pub(crate) fn quantile(&self, part: f64) -> f64 {
        quantile(&self.ratios, part)
    }
}

/// Runs both commands in turn, after one run of each that does not count.
pub(crate) fn compare(first: &[&str], second: &[&str], pairs: usize) -> anyhow::Result<Figure> {
    seconds(first)?;
    seconds(second)?;
    let times = (0..pairs).map(|_| Ok((seconds(first)?, seconds(second)?))).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(Figure::of(times))
}

/// Values in order of size.
pub(crate) fn sorted(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values
}

/// The value below which this part of sorted ones lies.
pub(crate) fn quantile(sorted: &[f64], part: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * part).round() as usize).copied().unwrap_or(f64::NAN)
}

/// The largest resident set of one run, in KiB.
pub(crate) fn peak(command: &[&str]) -> anyhow::Result<i64> {
    let folder = tempfile::tempdir()?;
    let note = folder.path().join("peak");
    let note = note.to_str().context("a name")?;
    Command::new("/usr/bin/time")
        .args(["-f", "%M", "-o", note])
        .args(command)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .context("/usr/bin/time: try `apt-get install time`")?;
    let text = std::fs::read_to_string(note)?;
    text.lines().last().unwrap_or_default().trim().parse().with_context(|| format!("`{text}` is no number of KiB"))
}

/// How long one run takes.
pub(crate) fn seconds(command: &[&str]) -> anyhow::Result<f64> {
    let (program, arguments) = command.split_first().context("an empty command")?;
    let start = Instant::now();
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .with_context(|| (*program).to_owned())?;
    Ok(start.elapsed().as_secs_f64())
}

/// The instructions of one run outside of the kernel: by the processor's counter, or where a virtual machine has none, by
/// valgrind, which does not follow into other processes.
pub(crate) fn instructions(command: &[&str]) -> anyhow::Result<u64> {
    if let Some(counted) = by_counter(command) {
        return Ok(counted);
    }
    anyhow::ensure!(
        Path::new("/usr/bin/valgrind").exists(),
        "this machine counts no instructions: try `apt-get install valgrind`"
    );
    let output = Command::new("/usr/bin/valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .args(command)
        .stdin(Stdio::null())
        .output()?;
    let text = String::from_utf8_lossy(&output.stderr);
    let counted = text.lines().find_map(|line| line.split("Collected :").nth(1)).context("valgrind counted nothing")?;
    Ok(counted.trim().parse()?)
}

fn by_counter(command: &[&str]) -> Option<u64> {
    let output = Command::new("/usr/bin/perf")
        .args(["stat", "-x", ",", "-e", "instructions:u"])
        .args(command)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines().find(|line| line.contains("instructions"))?.split(',').next()?.parse().ok()
}
