//! Includes that do not do what they seem to do. The helper is silent about all of them.

use std::os::unix::ffi::OsStrExt as _;

use super::pattern::{split_comment, unquote};
use super::remark::{Remarks, Said, file_name};
use crate::acl::{DiagnosticLevel, Include, IncludeResult, Outcome, Reading};
use crate::snapshot::Errno;

pub(super) fn look(reading: &Reading, remarks: &mut Remarks) {
    if reading.outcome == Outcome::Endless {
        endless(reading, remarks);
    }
    for include in &reading.includes {
        let mut warn = |code, say: &dyn Fn() -> Said| remarks.add(DiagnosticLevel::Warning, code, include.place, say);
        match include.result {
            IncludeResult::Read => {}
            IncludeResult::NotOpened(errno) => warn("include-not-opened", &|| not_opened(include, errno)),
            IncludeResult::Broken => warn("include-broken", &|| broken(include, reading)),
            IncludeResult::Endless => {}
            IncludeResult::Cycle if reading.outcome == Outcome::Endless => {}
            IncludeResult::Cycle => warn("include-cycle", &|| {
                Said::new(
                    "this file is being read already: the helper opens it again and again until it has no descriptor \
                     left, and then goes on",
                )
            }),
            IncludeResult::Unknown => remarks.add(DiagnosticLevel::Note, "include-unseen", include.place, || {
                Said::new("this file could not be looked into: it may hold rules that decide otherwise")
            }),
        }
    }
}

fn endless(reading: &Reading, remarks: &mut Remarks) {
    let of = |result| reading.includes.iter().find(|include| include.result == result);
    let (back, without_end) = (of(IncludeResult::Cycle), of(IncludeResult::Endless));
    if let Some(include) = without_end.or(back).or_else(|| reading.includes.last()) {
        remarks.add(DiagnosticLevel::Error, "include-endless", include.place, || {
            Said::new(if without_end.is_some() {
                "this is a pipe or a device without an end: the helper never gets to its own"
            } else if back.is_some() {
                "this file is being read already: the helper crashes or never ends"
            } else {
                "the includes are so deep or so many that the helper crashes or never ends"
            })
        });
    }
}

fn not_opened(include: &Include, errno: Errno) -> Said {
    let path = include.path.as_os_str().as_bytes();
    let ignored = format!("this include is ignored in silence: {} ({errno})", errno.text());
    if let Some(inner) = unquote(path) {
        return Said::new(format!("{ignored}; quotes are part of the file's name")).write(&[b"include ", inner]);
    }
    if let Some((before, comment)) = split_comment(path).filter(|(before, _)| !before.is_empty()) {
        return Said::new(format!("{ignored}; a comment must stand on its own line")).write(&[
            comment,
            b"\ninclude ",
            before,
        ]);
    }
    if path.iter().any(|byte| b"*?[".contains(byte)) {
        return Said::new(format!("{ignored}; it takes one file and no pattern"));
    }
    if path.starts_with(b"~") {
        return Said::new(format!("{ignored}; `~` is not expanded"));
    }
    if !path.is_empty() && include.path.is_relative() {
        return Said::new(format!("{ignored}; a relative name is looked up from QEMU's working directory"));
    }
    Said::new(ignored)
}

fn broken(include: &Include, reading: &Reading) -> Said {
    let file = reading.files.iter().position(|path| path.as_os_str() == include.path.as_os_str());
    let error = file.and_then(|file| reading.errors.get(file).copied().flatten());
    Said::new(match error {
        Some(place) => format!(
            "the helper reads this file up to the error in line {} of `{}` and goes on here",
            place.line,
            file_name(reading.file(place))
        ),
        None => "the helper reads this file up to its error and goes on here".to_owned(),
    })
}
