//! Links the unwinder into the program, where the compiler has it as an archive: a library that only a panic needs would
//! else be loaded and relocated at every start, which takes longer than many a check.

use std::env;
use std::path::Path;
use std::process::Command;

const ARCHIVE: &str = "libgcc_eh.a";

/// Does so for the C library that Rust otherwise links dynamically, in builds that are not for debugging.
pub(crate) fn link() {
    println!("cargo::rerun-if-changed=build/unwinder.rs");
    println!("cargo::rerun-if-env-changed=RUSTC_LINKER");
    let is = |variable: &str, value: &str| env::var(variable).is_ok_and(|found| found == value);
    let is_dynamic = !env::var("CARGO_CFG_TARGET_FEATURE").is_ok_and(|features| features.contains("crt-static"));
    if !is("CARGO_CFG_TARGET_OS", "linux")
        || !is("CARGO_CFG_TARGET_ENV", "gnu")
        || !is("PROFILE", "release")
        || !is_dynamic
    {
        return;
    }
    let linker = env::var("RUSTC_LINKER").unwrap_or_else(|_| "cc".to_owned());
    let Ok(answer) = Command::new(linker).arg(format!("-print-file-name={ARCHIVE}")).output() else { return };
    let answer = String::from_utf8_lossy(&answer.stdout).into_owned();
    let archive = Path::new(answer.trim());
    // A compiler that has none prints the bare name; a linker that is no compiler prints nothing.
    if let (true, Some(folder)) = (archive.is_absolute() && archive.is_file(), archive.parent()) {
        println!("cargo::rustc-link-search=native={}", folder.display());
        println!("cargo::rustc-link-lib=static=gcc_eh");
    }
}
