//! An action as the commands that a person would type.

use std::path::Path;

use super::{Action, LineEdit, shell};
use crate::snapshot::{AclFile, Fact, Snapshot};

/// The commands, with the word before each that makes it run as root.
pub(super) fn of(action: &Action, root: &str, snapshot: &Snapshot) -> Vec<String> {
    let as_root = |command: String| format!("{root} {command}");
    match action {
        Action::MakeDirectory { path, mode } => {
            vec![as_root(format!("install -d -m {mode:04o} {}", shell::path(path)))]
        }
        Action::WriteFile { path, content, mode } => {
            let file = shell::path(path);
            let mut commands = vec![format!("printf {} | {root} tee {file}", shell::format(content))];
            if *mode != 0o644 {
                commands.push(as_root(format!("chmod {mode:04o} {file}")));
            }
            commands
        }
        Action::EditFile { path, edits, mode } => edit(path, edits, *mode, root, snapshot),
        Action::SetMode { path, owner, mode } => {
            let file = shell::path(path);
            let owner = owner
                .iter()
                .map(|(user, group)| as_root(format!("chown {}:{} {file}", shell::word(user), shell::word(group))));
            owner.chain(mode.iter().map(|mode| as_root(format!("chmod {} {file}", mode.for_chmod())))).collect()
        }
        Action::SetCapabilities { path, net_admin: true } => {
            vec![as_root(format!("setcap cap_net_admin=ep {}", shell::path(path)))]
        }
        Action::SetCapabilities { path, net_admin: false } => vec![as_root(format!("setcap -r {}", shell::path(path)))],
        Action::MakeLink { path, target } => {
            vec![as_root(format!("ln -sfn {} {}", shell::path(target), shell::path(path)))]
        }
        Action::MakeDevice { path, major, minor, mode } => {
            let file = shell::path(path);
            let make = as_root(format!("mknod -m {mode:04o} {file} c {major} {minor}"));
            // The only device that is ever made.
            let link = snapshot.tun.link.as_ref().map(|_| as_root(format!("rm {file}")));
            link.into_iter().chain([make]).collect()
        }
        Action::Run { argv, .. } => vec![as_root(shell::argv(argv))],
    }
}

fn edit(path: &Path, edits: &[LineEdit], mode: u32, root: &str, snapshot: &Snapshot) -> Vec<String> {
    let file = shell::path(path);
    let standing = snapshot.acl.standing_at(path);
    let mut unfinished = standing.is_some_and(is_unfinished);
    let mut commands: Vec<String> = edits
        .iter()
        .rev()
        .filter_map(|edit| match edit {
            LineEdit::Replace { line, to, .. } => Some(format!("{root} sed -i {} {file}", shell::sed(*line, to))),
            LineEdit::Append(_) => None,
        })
        .collect();
    for line in LineEdit::appended(edits) {
        let start: &[u8] = if std::mem::take(&mut unfinished) { b"\n" } else { b"" };
        let text = shell::format(&[start, line, b"\n"].concat());
        commands.push(format!("printf {text} | {root} tee -a {file}"));
    }
    if standing.is_some_and(|file| matches!(file.inode, Fact::Known(Err(_)))) {
        commands.push(format!("{root} chmod {mode:04o} {file}"));
    }
    commands
}

/// Whether an added line would run on from the last one.
fn is_unfinished(file: &AclFile) -> bool {
    file.content.known().is_some_and(|content| !matches!(content.0.last(), None | Some(b'\n')))
}
