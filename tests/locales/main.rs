//! What the real libvirt shows, in many languages, with causes that are known because they were made.

#[path = "../common/untested.rs"]
mod untested;

use std::path::Path;
use std::process::{Command, ExitCode};

use bridge_doctor::explain;
use libtest_mimic::{Arguments, Failed, Trial};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/locales/transcribe.sh");
const LOCALES: [&str; 10] = ["en_US", "de_DE", "es_ES", "fr_FR", "ja_JP", "ko_KR", "pt_BR", "ru_RU", "uk_UA", "zh_CN"];
/// Ways to fail, for each language.
const CAUSES: usize = 8;
/// What the script needs, beside root.
const NEEDED: [&str; 4] = [
    "/usr/bin/virsh",
    "/usr/bin/qemu-system-x86_64",
    "/usr/lib/qemu/qemu-bridge-helper",
    "/usr/share/i18n/locales/ja_JP",
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if let Some(reason) = missing() {
        let said = untested::say("libvirt's messages in other languages", &reason);
        return ExitCode::from(u8::from(said.is_err()));
    }
    libtest_mimic::run(&arguments, vec![Trial::test("libvirt in ten languages", languages)]).exit_code()
}

fn missing() -> Option<String> {
    if !nix::unistd::geteuid().is_root() {
        return Some("it takes root".to_owned());
    }
    let absent = NEEDED.iter().find(|path| !Path::new(path).exists())?;
    Some(format!("{absent} is not installed; as root, tests/run installs it"))
}

fn languages() -> Result<(), Failed> {
    let text = transcribe()?;
    let records: Vec<(&str, &str)> = text.split("== ").skip(1).filter_map(|record| record.split_once('\n')).collect();
    if records.len() != LOCALES.len() * CAUSES {
        return Err(format!("{} transcripts in place of {}:\n{text}", records.len(), LOCALES.len() * CAUSES).into());
    }
    let wrong: Vec<String> = records.iter().filter_map(|(title, shown)| wrong(title, shown)).collect();
    if wrong.is_empty() { Ok(()) } else { Err(format!("{}\n{}", wrong.len(), wrong.join("\n")).into()) }
}

/// Says what is wrong with the explanation of a transcript.
fn wrong(title: &str, shown: &str) -> Option<String> {
    let (_, cause) = title.split_once(' ')?;
    let found = explain::text(shown.as_bytes()).matches;
    let causes: Vec<&str> = found.iter().flat_map(|one| &one.causes).map(|cause| cause.id).collect();
    // The reason of a helper that cannot be run is in the words of the language, and newer libvirts pass such a file over
    // as if it were not there: it need not come first.
    let told = !cause.starts_with("helper-not-executable") || shown.contains("Permission denied");
    let right = if told { causes.first() == Some(&cause) } else { causes.contains(&cause) };
    (found.len() != 1 || !right).then(|| format!("{title}: {causes:?} by {} incidents\n{shown}", found.len()))
}

fn transcribe() -> Result<String, Failed> {
    let folder = tempfile::tempdir()?;
    let run = Command::new("unshare")
        .args(["--mount", "--net", "--pid", "--fork", "--kill-child", "sh", SCRIPT])
        .arg(folder.path())
        .args(LOCALES)
        .output()?;
    if !run.status.success() {
        return Err(format!("{}: {}", run.status, String::from_utf8_lossy(&run.stderr)).into());
    }
    Ok(String::from_utf8_lossy(&run.stdout).into_owned())
}
