//! What bridge-doctor says about the same state.

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value as Json;

use crate::oracle::Verdict;
use crate::sandbox::place::{DOCTOR, HOME};
use crate::sandbox::{Credentials, Ended, Sandbox, run};
use crate::state::State;

/// No answer may take longer.
pub const LIMIT: Duration = Duration::from_secs(5);

/// One run of bridge-doctor.
#[derive(Debug)]
pub struct Answer {
    /// Its exit code.
    pub exit: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// A report in JSON, and how the run ended.
#[derive(Debug)]
pub struct Report {
    /// The exit code.
    pub exit: i32,
    /// The report.
    pub json: Json,
}

/// Runs bridge-doctor in the sandbox with these credentials.
pub fn call<A: AsRef<OsStr>>(
    sandbox: &Sandbox,
    credentials: Credentials,
    arguments: impl IntoIterator<Item = A>,
) -> Result<Answer, String> {
    let mut doctor = command(DOCTOR);
    doctor.args(arguments);
    credentials.put_on(&mut doctor, &sandbox.namespaces).map_err(|error| format!("the lab: {error}"))?;
    let ended = run(&mut doctor, LIMIT).map_err(|error| format!("bridge-doctor does not start: {error}"))?;
    answer(&ended)
}

/// A program that starts in the lab's directory with hardly an environment.
pub fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", HOME).current_dir(HOME);
    command
}

/// What a run left behind; a time-out, a signal and a panic are errors.
pub fn answer(ended: &Ended) -> Result<Answer, String> {
    let stderr = String::from_utf8_lossy(&ended.stderr).into_owned();
    let status = ended.status.ok_or_else(|| format!("bridge-doctor takes longer than {LIMIT:?}: {stderr}"))?;
    if let Some(signal) = status.signal() {
        return Err(format!("bridge-doctor ends by signal {signal}: {stderr}"));
    }
    if stderr.contains("panicked at") {
        return Err(format!("bridge-doctor panics: {stderr}"));
    }
    let stdout = String::from_utf8_lossy(&ended.stdout).into_owned();
    Ok(Answer { exit: status.code().unwrap_or(-1), stdout, stderr })
}

impl Answer {
    /// The report on standard output.
    pub fn report(&self) -> Result<Report, String> {
        let json = serde_json::from_str(&self.stdout)
            .map_err(|error| format!("exit {}, no JSON ({error}): {}{}", self.exit, self.stdout, self.stderr))?;
        Ok(Report { exit: self.exit, json })
    }
}

/// The arguments of `check` for a state.
pub fn check(state: &State) -> Vec<String> {
    vec!["check".to_owned(), "--format=json".to_owned(), format!("--bridge={}", state.bridge())]
}

/// Asked by the user of the state.
pub fn asked_by_user(sandbox: &Sandbox, state: &State) -> Result<Report, String> {
    call(sandbox, state.credentials(), check(state))?.report()
}

/// Asked by root with further arguments, such as `--user alice`.
pub fn asked_by_root(sandbox: &Sandbox, state: &State, further: &[&str]) -> Result<Report, String> {
    let further = further.iter().map(|&argument| argument.to_owned());
    call(sandbox, Credentials::ROOT, check(state).into_iter().chain(further))?.report()
}

/// Asked by root about a process that has the credentials of the state.
pub fn asked_about_process(sandbox: &Sandbox, state: &State) -> Result<Report, String> {
    let sleeper = Sleeper::start(sandbox, state).map_err(|error| format!("the lab: {error}"))?;
    asked_by_root(sandbox, state, &["--pid", &sleeper.0.id().to_string()])
}

struct Sleeper(Child);

impl Sleeper {
    fn start(sandbox: &Sandbox, state: &State) -> io::Result<Self> {
        let mut sleep = command("/bin/sleep");
        sleep.arg0("vm").arg("60").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        state.credentials().put_on(&mut sleep, &sandbox.namespaces)?;
        sleep.spawn().map(Self)
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Report {
    /// What it predicts for the bridge; none where it cannot tell.
    pub fn prediction(&self) -> Option<Verdict> {
        self.json["predictions"].as_array()?.first().map(Verdict::of_prediction)
    }

    /// The cause of what it predicts.
    pub fn predicted_cause(&self) -> Option<&str> {
        self.json["predictions"].as_array()?.first()?["cause"].as_str()
    }

    /// Id and cause of every check with this status.
    pub fn checks(&self, status: &str) -> Vec<(&str, &str)> {
        let all = self.json["checks"].as_array().map(Vec::as_slice).unwrap_or_default();
        all.iter()
            .filter(|check| check["status"] == status)
            .map(|check| (check["id"].as_str().unwrap_or_default(), check["cause"].as_str().unwrap_or_default()))
            .collect()
    }

    /// The root causes.
    pub fn root_causes(&self) -> Vec<&str> {
        let all = self.json["root_causes"].as_array().map(Vec::as_slice).unwrap_or_default();
        all.iter().filter_map(Json::as_str).collect()
    }
}
