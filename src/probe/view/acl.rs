//! The ACL as it would read if the file itself could be opened.

use std::borrow::Cow;
use std::path::Path;

use super::answer;
use crate::acl::{self, Diagnostic, IncludeResult, Opened, Outcome, Place, Reading, Source};
use crate::helper;
use crate::probe::{Case, Judgement};
use crate::snapshot::{AclFile, Answer, Fact, Snapshot};

/// The files, where a fault of the first one hides nothing about the rest: what `acl-file` finds is its own fault.
pub(in crate::probe) struct Files<'a> {
    snapshot: &'a Snapshot,
}

impl Source for Files<'_> {
    fn open(&self, path: &Path) -> Opened<'_> {
        self.snapshot.acl.file(path).map_or(Opened::Unknown, |file| self.opened(file))
    }
}

impl<'a> Files<'a> {
    /// The files of this case.
    pub(in crate::probe) fn of(case: &Case<'a>) -> Self {
        Self { snapshot: case.snapshot }
    }

    /// What a person should know about them.
    pub(in crate::probe) fn lint(&self, reading: &Reading) -> Vec<Diagnostic> {
        acl::lint(reading, self)
    }

    fn opened(&self, file: &'a AclFile) -> Opened<'a> {
        match (answer::of(self.snapshot, &file.readable), file.content.known()) {
            (Fact::Known(Answer::No(errno)), None) => Opened::Failed(*errno),
            (Fact::Known(Answer::No(errno)), Some(_)) if !self.judged_by_acl_file(file) => Opened::Failed(*errno),
            (_, Some(content)) => Opened::Content(&content.0),
            (_, None) => acl::special(file).unwrap_or(Opened::Unknown),
        }
    }

    /// Whether the file is the ACL itself, or shut away by the same directory.
    fn judged_by_acl_file(&self, file: &AclFile) -> bool {
        let first = first(self.snapshot);
        file.path == self.snapshot.acl.path
            || file.closed_directory.is_some()
                && first.is_some_and(|first| first.closed_directory == file.closed_directory)
    }
}

/// What the helper would make of the ACL if the file itself could be opened.
pub fn read_acl(snapshot: &Snapshot) -> Reading {
    acl::read(&snapshot.acl.path, &Files { snapshot }, helper::limits(snapshot))
}

/// The same, given what the helper makes of the ACL: where it can open every file, one reading serves for both.
pub fn acl_as_it_stands<'a>(snapshot: &Snapshot, as_helper: &'a Reading) -> Cow<'a, Reading> {
    let files = Files { snapshot };
    let alike = snapshot.acl.files.iter().all(|file| files.opened(file) == acl::as_helper(file));
    if alike { Cow::Borrowed(as_helper) } else { Cow::Owned(read_acl(snapshot)) }
}

/// The ACL file itself.
pub(in crate::probe) fn first(snapshot: &Snapshot) -> Option<&AclFile> {
    snapshot.acl.file(&snapshot.acl.path)
}

/// The judgement where the ACL cannot be read to its end, for a check that needs its rules.
pub(in crate::probe) fn without_rules(case: &Case<'_>, reading: &Reading) -> Option<Judgement> {
    match reading.outcome {
        Outcome::Parsed => None,
        Outcome::Broken => Some(Judgement::unjudged("the ACL does not parse")),
        Outcome::NotOpened(_) => Some(Judgement::unjudged("the ACL does not open")),
        Outcome::Endless => {
            Some(Judgement::not_applicable("an include ends the helper, or never ends, before it decides"))
        }
        Outcome::Unknown => Some(unread(case)),
    }
}

/// The judgement where the content of the ACL is not known.
pub(in crate::probe) fn unread(case: &Case<'_>) -> Judgement {
    match first(case.snapshot) {
        Some(file) if file.content.known().is_none() => Judgement::missing(&file.content),
        _ => Judgement::unjudged("not every file of the ACL could be read"),
    }
}

/// Whether the remark is about an include, or about a file whose error makes its include count for little.
pub(in crate::probe) fn is_about_include(reading: &Reading, remark: &Diagnostic) -> bool {
    let mut broken = reading.includes.iter().filter(|include| include.result == IncludeResult::Broken);
    remark.code.starts_with("include") || broken.any(|include| include.path.to_string_lossy() == remark.file.as_str())
}

/// `FILE:LINE`.
pub(in crate::probe) fn at(reading: &Reading, place: &Place) -> String {
    let file = reading.file(*place).display();
    format!("{file}:{}", place.line)
}
