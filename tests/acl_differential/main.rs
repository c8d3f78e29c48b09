//! Does our reading of an ACL agree with the real helper's, byte for byte?
//!
//! `ACL_CASES` sets how many random trees are tried (3,000), `ACL_SEED` the first seed, `HELPER_UNDER_TEST` the helper.

mod disk;
mod generate;
mod includes;
mod oracle;
mod random;
mod random_trees;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};

use oracle::Oracle;

type Test = fn(&Oracle) -> Result<(), Failed>;

const TESTS: [(&str, Test); 5] = [
    ("random_trees", random_trees::agree),
    ("self_include_ends_when_descriptors_run_out", includes::self_include),
    ("two_back_edges_never_end", includes::two_back_edges),
    ("deep_includes_overflow_the_stack", includes::deep_chain),
    ("wide_includes_without_a_cycle_never_end", includes::wide_tree),
];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // They share one /etc and the limits of this process.
    arguments.test_threads = Some(1);
    if arguments.list {
        return libtest_mimic::run(&arguments, trials(None)).exit_code();
    }
    match Oracle::new() {
        Ok(oracle) => libtest_mimic::run(&arguments, trials(Some(Arc::new(oracle)))).exit_code(),
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "NOT RUN: acl_differential {why}");
            let conclusion = libtest_mimic::run(&arguments, trials(None));
            if lab_is_required() { ExitCode::FAILURE } else { conclusion.exit_code() }
        }
    }
}

fn lab_is_required() -> bool {
    std::env::var_os("CI").is_some() || std::env::var_os("BRIDGE_DOCTOR_REQUIRE_LAB").is_some_and(|value| value == "1")
}

/// The tests; without an oracle they count as ignored.
fn trials(oracle: Option<Arc<Oracle>>) -> Vec<Trial> {
    let trial = |(name, test): (&str, Test)| match oracle.clone() {
        Some(oracle) => Trial::test(name, move || test(&oracle)),
        None => Trial::test(name, || Err("there is no helper to compare with".into())).with_ignored_flag(true),
    };
    TESTS.into_iter().map(trial).collect()
}
