//! Counting states and collecting where two sides differ.

use std::io::Write as _;
use std::time::Instant;

use libtest_mimic::Failed;

use crate::doctor::Report;
use crate::oracle::Verdict;
use crate::state::State;

const SHOWN: usize = 20;

/// What a trial over many states found.
#[derive(Debug)]
pub struct Tally {
    name: &'static str,
    started: Instant,
    states: usize,
    differences: Vec<String>,
}

impl Tally {
    /// Nothing so far.
    pub fn new(name: &'static str) -> Self {
        Self { name, started: Instant::now(), states: 0, differences: Vec::new() }
    }

    /// Counts a state, and its difference where there is one.
    pub fn add(&mut self, state: &State, outcome: Result<(), String>) {
        self.states += 1;
        if let Err(difference) = outcome {
            self.differences.push(format!("{state}\n    {}", difference.trim_end().replace('\n', "\n    ")));
        }
    }

    /// Reports; any difference is a failure, and so is a trial that saw no state.
    pub fn finish(self) -> Result<(), Failed> {
        let summary = format!(
            "{}: {} states, {} differences ({:.1} s)",
            self.name,
            self.states,
            self.differences.len(),
            self.started.elapsed().as_secs_f32()
        );
        if self.states > 0 && self.differences.is_empty() {
            let _ = writeln!(std::io::stderr(), "{summary}");
            return Ok(());
        }
        let shown: Vec<_> = self.differences.iter().take(SHOWN).map(String::as_str).collect();
        Err(Failed::from(format!("{summary}\n{}", shown.join("\n"))))
    }
}

/// Whether the doctor predicts what the helper did.
pub fn agrees(report: &Report, helper: &Verdict) -> Result<(), String> {
    match report.prediction() {
        Some(prediction) if prediction == *helper => Ok(()),
        Some(prediction) => Err(format!("helper: {helper}\ndoctor: {prediction}")),
        None => Err(format!("helper: {helper}\ndoctor: no prediction; root causes {:?}", report.root_causes())),
    }
}
