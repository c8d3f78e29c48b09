//! Programs that are run to look: by absolute path, with an empty environment, and not for ever.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use super::root::Root;

/// More than any of them has to say.
const LONGEST: u64 = 32 << 20;

/// The first of these programs that is installed where only root installs programs.
pub(super) fn find(root: &Root, names: &[&str]) -> Option<PathBuf> {
    let places = [
        "/usr/sbin",
        "/sbin",
        "/usr/bin",
        "/bin",
        "/run/current-system/sw/bin",
        "/run/current-system/profile/sbin",
        "/run/current-system/profile/bin",
    ];
    let paths = names.iter().flat_map(|name| places.map(|place| Path::new(place).join(name)));
    paths.into_iter().find(|path| root.exists(path))
}

/// What the program prints, or why it printed nothing for so long.
pub(super) fn output(program: &Path, arguments: &[&str], patience: Duration) -> Result<String, String> {
    let name = program.display();
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("`{name}` does not start: {error}"))?;
    let (sender, receiver) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        std::thread::spawn(move || {
            let mut text = Vec::new();
            let read = stdout.take(LONGEST).read_to_end(&mut text);
            // Nobody listens any more once the patience is at its end.
            let _ = sender.send(read.map(|_| text));
        });
    }
    let read = receiver.recv_timeout(patience);
    if read.is_err() {
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| format!("`{name}` was lost: {error}"))?;
    match read {
        Err(_) => Err(format!("`{name}` gave no answer within {} seconds", patience.as_secs())),
        Ok(Err(error)) => Err(format!("the answer of `{name}` cannot be read: {error}")),
        Ok(Ok(_)) if !status.success() => Err(format!("`{name}` failed: {status}")),
        Ok(Ok(text)) => Ok(String::from_utf8_lossy(&text).into_owned()),
    }
}
