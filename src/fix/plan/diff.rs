//! What an action changes, as a unified diff: lines of text, and mode, owner, capabilities and links beside them.

use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::standing;
use crate::platform::{Action, LineEdit};
use crate::report::{FoundFile, Preimage};
use crate::snapshot::{FileCapabilities, Kind, Snapshot, Subject};

/// The changes between these facts, at every path that the action is known to change; none where nothing is known.
pub(super) fn of(before: &Snapshot, after: &Snapshot, action: &Action) -> Option<String> {
    let paths: Vec<PathBuf> = match action {
        Action::Run { writes, .. } => writes.clone(),
        other => other.path().into_iter().map(Path::to_owned).collect(),
    };
    let diffs: Vec<String> = paths
        .iter()
        .filter_map(|path| {
            let (old, new) = (standing::at(before, path), standing::at(after, path));
            // It knows all names that stood before, and those that the action brings.
            let subject = &after.subject;
            match (&old, &new) {
                (Preimage::Standing(old), Preimage::Standing(new)) => Some(changed(path, old, new, subject)),
                (Preimage::Absent | Preimage::Free, Preimage::Standing(new)) => Some(made(path, new, subject)),
                _ => unseen(path, action),
            }
        })
        .filter(|diff| !diff.is_empty())
        .collect();
    (!diffs.is_empty()).then(|| diffs.concat())
}

/// What the action says of a file that nobody looked at.
fn unseen(path: &Path, action: &Action) -> Option<String> {
    let shown = path.display();
    match action {
        Action::MakeDirectory { mode, .. } => {
            Some(format!("new directory {shown}\n+mode {mode:04o}\n+owner root:root\n"))
        }
        Action::WriteFile { content, mode, .. } => {
            let head = format!("--- /dev/null\n+++ {shown}\n+mode {mode:04o}\n+owner root:root\n");
            Some(head + &hunks("", &text(content)))
        }
        Action::EditFile { edits, .. } => {
            let lines = edits.iter().flat_map(|edit| match edit {
                LineEdit::Append(line) => vec![format!("+{}\n", text(line))],
                LineEdit::Replace { from, to, .. } => {
                    let new = to.iter().map(|line| format!("+{}\n", text(line)));
                    std::iter::once(format!("-{}\n", text(from))).chain(new).collect()
                }
            });
            Some(format!("--- {shown}\n+++ {shown}\n") + &lines.collect::<String>())
        }
        Action::MakeLink { target, .. } => Some(format!("--- /dev/null\n+++ {shown}\n+link to {}\n", target.display())),
        Action::SetMode { .. } | Action::SetCapabilities { .. } | Action::MakeDevice { .. } | Action::Run { .. } => {
            None
        }
    }
}

fn made(path: &Path, new: &FoundFile, subject: &Subject) -> String {
    let mut diff = format!("--- /dev/null\n+++ {}\n", path.display());
    for line in properties(new, subject) {
        diff += &format!("+{line}\n");
    }
    diff + &hunks("", &text(new.content.as_deref().unwrap_or_default()))
}

fn changed(path: &Path, old: &FoundFile, new: &FoundFile, subject: &Subject) -> String {
    let (before, after) = (properties(old, subject), properties(new, subject));
    let mut lines = String::new();
    for line in before.iter().filter(|line| !after.contains(line)) {
        lines += &format!("-{line}\n");
    }
    for line in after.iter().filter(|line| !before.contains(line)) {
        lines += &format!("+{line}\n");
    }
    if let (Some(old), Some(new)) = (&old.content, &new.content) {
        lines += &hunks(&text(old), &text(new));
    }
    if lines.is_empty() { lines } else { format!("--- {0}\n+++ {0}\n{lines}", path.display()) }
}

/// Mode, owner, capabilities and target, a line each.
fn properties(standing: &FoundFile, subject: &Subject) -> Vec<String> {
    if let Some(target) = &standing.target {
        return vec![format!("link to {}", target.display())];
    }
    let (user, group) = (subject.user_name(standing.uid), subject.group_name(standing.gid));
    let mut lines = vec![format!("mode {:04o}", standing.mode), format!("owner {user}:{group}")];
    if let Kind::CharDevice { major, minor } = standing.kind {
        lines.insert(0, format!("character device {major}:{minor}"));
    }
    if let Some(Some(found)) = standing.capabilities {
        lines.push(format!("security.capability {}", written(found)));
    }
    lines
}

fn written(found: FileCapabilities) -> String {
    let effective = if found.effective { ", effective" } else { "" };
    format!("permitted {:#x}, inheritable {:#x}{effective}", found.permitted, found.inheritable)
}

fn hunks(old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    diff.unified_diff().context_radius(3).to_string()
}

fn text(content: &[u8]) -> String {
    String::from_utf8_lossy(content).into_owned()
}
