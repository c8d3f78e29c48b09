//! Corrections of an ACL's lines, where only one makes sense.

use std::collections::BTreeMap;

use crate::acl::{self, Diagnostic};
use crate::platform::{self, Action, Declaration, LineEdit};
use crate::probe::{Case, Remedy};
use crate::snapshot::AclFile;

/// Lines longer than this are read in pieces.
const LONGEST_LINE: usize = 4095;

/// The lines as they should read, by file; what stays unclear is told beside them.
pub(in crate::probe) fn lines(case: &Case<'_>, diagnostics: &[Diagnostic]) -> Remedy {
    let mut edits: BTreeMap<String, Vec<LineEdit>> = BTreeMap::new();
    let mut unclear: Vec<&Diagnostic> = Vec::new();
    for diagnostic in diagnostics {
        match edit(case, diagnostic) {
            Some(edit) => {
                let known = edits.entry(diagnostic.file.clone()).or_default();
                if !known.iter().any(|other| line_of(other) == line_of(&edit)) {
                    known.push(edit);
                }
            }
            None => unclear.push(diagnostic),
        }
    }
    let remedy = edits.into_iter().fold(Remedy::default(), |remedy, (name, edits)| match file(case, &name) {
        Some(file) => remedy.then(corrected(case, file, edits)),
        None => remedy,
    });
    match unclear.first() {
        None => remedy,
        Some(first) => remedy.by_hand("only whoever wrote the line knows what was meant").with_note(advice(first)),
    }
}

fn corrected(case: &Case<'_>, file: &AclFile, edits: Vec<LineEdit>) -> Remedy {
    let platform = platform::of(&case.snapshot.machine);
    if platform.is_declarative() && file.path.as_os_str() == platform.expected_acl_path() {
        let corrected = acl::edited(file.bytes(), &LineEdit::replacements(&edits));
        return Remedy::declaration(Declaration::Acl(acl::rules(&corrected)));
    }
    Remedy::actions([Action::EditFile { path: file.real_path().to_owned(), edits, mode: 0o644 }])
}

fn line_of(edit: &LineEdit) -> Option<usize> {
    match edit {
        LineEdit::Replace { line, .. } => Some(*line),
        LineEdit::Append(_) => None,
    }
}

fn edit(case: &Case<'_>, diagnostic: &Diagnostic) -> Option<LineEdit> {
    let suggestion = diagnostic.suggestion.as_ref()?;
    let from = file(case, &diagnostic.file)?.line(diagnostic.line)?;
    let text = std::str::from_utf8(from).ok()?;
    if from.len() > LONGEST_LINE || from.contains(&0) || !is_the_only_one(diagnostic.code, text, suggestion) {
        return None;
    }
    // A carriage return at the end is white space to the helper, and the habit of the file.
    let end = if from.ends_with(b"\r") { "\r" } else { "" };
    let to = suggestion.lines().map(|line| format!("{line}{end}").into_bytes()).collect();
    Some(LineEdit::Replace { line: diagnostic.line, from: from.to_vec(), to })
}

/// Whether nothing else can have been meant: the command is said, if not quite as it is spelled.
fn is_the_only_one(code: &str, from: &str, to: &str) -> bool {
    match code {
        "trailing-comment" | "quotes" | "several-names" | "vertical-tab" | "name-too-long" => true,
        "unknown-command" | "invalid-line" => {
            let from = from.trim_start_matches('\u{feff}').trim_start();
            if ["#", "//", ";", "--"].iter().any(|mark| from.starts_with(mark)) || from.is_empty() {
                return true;
            }
            let said = first_word(from);
            to.lines().map(first_word).any(|command| is_meant(&said, &command))
        }
        _ => false,
    }
}

fn first_word(line: &str) -> String {
    line.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase()
}

/// One slip of a key at most, and no other command as near.
fn is_meant(said: &str, command: &str) -> bool {
    const COMMANDS: [&str; 3] = ["allow", "deny", "include"];
    let near = |other: &str| strsim::osa_distance(said, other) <= 1;
    COMMANDS.contains(&command) && near(command) && !COMMANDS.iter().any(|other| *other != command && near(other))
}

fn file<'a>(case: &Case<'a>, name: &str) -> Option<&'a AclFile> {
    case.snapshot.acl.files.iter().find(|file| file.path.to_string_lossy() == name)
}

/// The suggestion in words.
pub(in crate::probe) fn advice(diagnostic: &Diagnostic) -> String {
    let place = format!("{}, line {}", diagnostic.file, diagnostic.line);
    let lines: Vec<&str> = diagnostic.suggestion.iter().flat_map(|text| text.lines()).collect();
    match lines.as_slice() {
        [] => format!("Mend {place}."),
        [one] => format!("In {place}: {one}"),
        several => format!("In {place}, each on a line of its own: {}", several.join(" / ")),
    }
}
