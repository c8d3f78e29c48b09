//! Whole processes, timed in turn so that a drifting machine harms both alike.

use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context as _;

/// Two commands beside each other.
pub(crate) struct Figure {
    /// The median over the pairs of the first command's time by the second's.
    pub(crate) ratio: f64,
    /// How many pairs were run.
    pub(crate) pairs: usize,
}

/// Runs both commands in turn, after one run of each that does not count.
pub(crate) fn compare(first: &[&str], second: &[&str], pairs: usize) -> anyhow::Result<Figure> {
    seconds(first)?;
    seconds(second)?;
    let ratios = (0..pairs).map(|_| Ok(seconds(first)? / seconds(second)?)).collect::<anyhow::Result<Vec<f64>>>()?;
    Ok(Figure { ratio: median(&ratios), pairs })
}

/// The times of several runs, in seconds.
pub(crate) fn times(command: &[&str], runs: usize) -> anyhow::Result<Vec<f64>> {
    seconds(command)?;
    (0..runs).map(|_| seconds(command)).collect()
}

/// The middle value.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The largest resident set of one run, in KiB.
pub(crate) fn peak(command: &[&str]) -> anyhow::Result<i64> {
    let mut timed = vec!["-f", "%M", "-o", "/run/peak"];
    timed.extend(command);
    Command::new("/usr/bin/time")
        .args(timed)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .context("/usr/bin/time")?;
    let text = std::fs::read_to_string("/run/peak").context("/run/peak")?;
    text.lines().last().unwrap_or_default().trim().parse().with_context(|| format!("`{text}` is no number of KiB"))
}

fn seconds(command: &[&str]) -> anyhow::Result<f64> {
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
