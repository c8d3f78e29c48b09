//! The formats are accepted by the programs that they are for.

use bridge_doctor::exit::Exit;
use bridge_doctor::report::{junit, prometheus, tap};

use crate::samples::{Sample, samples};
use crate::tools::{consume, consume_file, said};

/// Without `--strict`, whose renderings differ in the words only, and each kind of report once.
fn distinct() -> impl Iterator<Item = Sample> {
    samples().into_iter().enumerate().filter(|(at, _)| at % 7 == 0 || *at < 16).map(|(_, sample)| sample)
}

#[test]
fn prove_takes_tap_and_agrees_with_the_exit_code() {
    let folder = tempfile::tempdir().expect("a directory");
    for (at, Sample { name, report, run }) in distinct().enumerate() {
        let file = folder.path().join(format!("{at}.tap"));
        std::fs::write(&file, tap::render(&report, &run)).expect("a file");
        let Some(output) = consume_file("prove", &["--norc"], &file) else { return };
        let said = said(&output);
        assert!(!said.contains("Parse errors") && !said.contains("Bad plan"), "{name}: {said}");
        // A report without any check is none that `check` prints.
        if !report.checks.is_empty() {
            let good = Exit::of(&report, run.strict) == Exit::Healthy;
            assert_eq!(output.status.success(), good, "{name}: {said}");
        }
    }
}

#[test]
fn promtool_takes_the_metrics_without_a_remark() {
    for Sample { name, report, run } in distinct() {
        let Some(output) = consume("promtool", &["check", "metrics"], &prometheus::render(&report, &run)) else {
            return;
        };
        assert!(output.status.success() && said(&output).is_empty(), "{name}: {}", said(&output));
    }
}

#[test]
fn junit_follows_the_schema() {
    let folder = tempfile::tempdir().expect("a directory");
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/formats/junit.xsd");
    for (at, Sample { name, report, run }) in distinct().enumerate() {
        let file = folder.path().join(format!("{at}.xml"));
        std::fs::write(&file, junit::render(&report, &run).expect("XML")).expect("a file");
        let Some(output) = consume_file("xmllint", &["--noout", "--nonet", "--schema", schema], &file) else { return };
        assert!(output.status.success(), "{name}: {}", said(&output));
    }
}
