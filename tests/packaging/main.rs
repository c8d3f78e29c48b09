//! Completions, manual, packages and the files for other engines, each taken by the real program that it is for.
//!
//! A trial is a script beside this file; it gets the program under test as `BRIDGE_DOCTOR`. Where a tool is missing it
//! says so, and fails if `CI` or `BRIDGE_DOCTOR_REQUIRE_LAB` is set.

#[path = "../common/untested.rs"]
mod untested;

use std::process::{Command, ExitCode, Stdio};

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
const MOUNTS: &[&str] = &["--mount"];
const HOST: &[&str] = &["--mount", "--net", "--uts", "--ipc"];

/// What a script ends with that finds no way to test here.
const CANNOT: i32 = 77;

const SCRIPTS: [Script; 12] = [
    Script { name: "ansible", tools: &["ansible-playbook", "ip", "python3"], namespaces: HOST },
    Script { name: "completions-bash", tools: &["bash", "ip", "script"], namespaces: NETWORK },
    Script { name: "completions-fish", tools: &["fish", "ip"], namespaces: NETWORK },
    Script { name: "completions-zsh", tools: &["zsh", "ip", "script"], namespaces: NETWORK },
    Script { name: "deb", tools: &["cargo-deb", "dpkg", "lintian", "strip"], namespaces: MOUNTS },
    Script { name: "man", tools: &["man", "mandoc", "lexgrog", "col"], namespaces: &[] },
    Script { name: "node-problem-detector", tools: &["python3"], namespaces: &[] },
    Script { name: "prometheus", tools: &["promtool"], namespaces: &[] },
    Script { name: "recipes", tools: &["guile", "nix-instantiate"], namespaces: &[] },
    Script { name: "rpm", tools: &["cargo-generate-rpm", "rpm", "strip", "systemctl"], namespaces: MOUNTS },
    Script { name: "shell", tools: &["shellcheck"], namespaces: &[] },
    Script { name: "systemd", tools: &["systemd-analyze", "ip"], namespaces: HOST },
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = SCRIPTS.iter().map(|script| Trial::test(script.name, || script.run())).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

impl Script {
    fn run(&self) -> Result<(), Failed> {
        let what = format!("tests/packaging/{}", self.name);
        if !self.namespaces.is_empty() && !nix::unistd::geteuid().is_root() {
            return Ok(untested::say(&what, "it takes root")?);
        }
        for tool in self.tools {
            if !untested::has(tool, &what)? {
                return Ok(());
            }
        }
        let path = format!("{}/tests/packaging/{}", env!("CARGO_MANIFEST_DIR"), self.name);
        let mut command = if self.namespaces.is_empty() {
            Command::new(path)
        } else {
            let mut command = Command::new("unshare");
            command.args(self.namespaces).arg(path);
            command
        };
        let output = command.env("BRIDGE_DOCTOR", env!("CARGO_BIN_EXE_bridge-doctor")).stdin(Stdio::null()).output()?;
        let [shown, complaint] = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        match output.status.code() {
            Some(0) => Ok(()),
            Some(CANNOT) => Ok(untested::say(&what, complaint.trim())?),
            _ => Err(format!("{}\n{shown}\n{complaint}", output.status).into()),
        }
    }
}
