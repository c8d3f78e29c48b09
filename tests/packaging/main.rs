//! Completions, manual, packages and the files for other engines, each taken by the real program that it is for.
//!
//! A trial is a script beside this file; it gets the program under test as `BRIDGE_DOCTOR`. Where a tool is missing it
//! says so, and fails if `CI` or `BRIDGE_DOCTOR_REQUIRE_LAB` is set.

use std::io::Write as _;
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};

/// A script, and what it needs.
struct Script {
    name: &'static str,
    /// Commands that must be there.
    tools: &'static [&'static str],
    /// Namespaces to run it in, which take root; in none, it needs no root.
    namespaces: &'static [&'static str],
}

const NETWORK: &[&str] = &["--net"];

const SCRIPTS: [Script; 4] = [
    Script { name: "completions-bash", tools: &["bash", "ip", "script"], namespaces: NETWORK },
    Script { name: "completions-fish", tools: &["fish", "ip"], namespaces: NETWORK },
    Script { name: "completions-zsh", tools: &["zsh", "ip", "script"], namespaces: NETWORK },
    Script { name: "man", tools: &["man", "mandoc", "lexgrog", "col"], namespaces: &[] },
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = SCRIPTS.iter().map(|script| Trial::test(script.name, || script.run())).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

impl Script {
    fn run(&self) -> Result<(), Failed> {
        if let Some(reason) = self.missing() {
            let note = format!("\n*** NOT TESTED: tests/packaging/{}: {reason}\n\n", self.name);
            // Where nobody listens, the exit code still tells.
            let _ = std::io::stderr().write_all(note.as_bytes());
            let required = ["CI", "BRIDGE_DOCTOR_REQUIRE_LAB"].iter().any(|name| std::env::var_os(name).is_some());
            return if required { Err(reason.into()) } else { Ok(()) };
        }
        let path = format!("{}/tests/packaging/{}", env!("CARGO_MANIFEST_DIR"), self.name);
        let mut command = if self.namespaces.is_empty() {
            Command::new(path)
        } else {
            let mut command = Command::new("unshare");
            command.args(self.namespaces).arg(path);
            command
        };
        let output = command.env("BRIDGE_DOCTOR", env!("CARGO_BIN_EXE_bridge-doctor")).output()?;
        if output.status.success() {
            return Ok(());
        }
        let [shown, complaint] = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        Err(format!("{}\n{shown}\n{complaint}", output.status).into())
    }

    fn missing(&self) -> Option<String> {
        if !self.namespaces.is_empty() && !nix::unistd::geteuid().is_root() {
            return Some("it takes root".to_owned());
        }
        let absent = self.tools.iter().find(|tool| !is_on_path(tool))?;
        Some(format!("{absent} is not installed; as root, tests/run installs it"))
    }
}

fn is_on_path(tool: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(tool).is_file())
}
