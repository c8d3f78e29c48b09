//! An action in words: what it is, what it does, what takes it back.

use super::standing;
use crate::platform::{Action, Effect, LineEdit, ModeChange, shell};
use crate::report::{FoundFile, Preimage};
use crate::snapshot::{Kind, Snapshot};

/// The word for its kind in JSON.
pub(super) fn kind(action: &Action) -> &'static str {
    match action {
        Action::MakeDirectory { .. } => "make-directory",
        Action::WriteFile { .. } => "write-file",
        Action::EditFile { .. } => "edit-file",
        Action::SetMode { .. } => "set-mode",
        Action::SetCapabilities { .. } => "set-capabilities",
        Action::MakeLink { .. } => "make-link",
        Action::MakeDevice { .. } => "make-device",
        Action::Run { .. } => "run",
    }
}

/// What it does, in one line that begins with a verb.
pub(super) fn summary(action: &Action, effect: &Effect) -> String {
    match action {
        Action::MakeDirectory { path, .. } => format!("make the directory {}", path.display()),
        Action::WriteFile { path, .. } => format!("write {}", path.display()),
        Action::EditFile { path, edits, .. } => {
            format!("{} in {}", edits.iter().map(edit).collect::<Vec<_>>().join(", "), path.display())
        }
        Action::SetMode { path, owner, mode } => {
            let owner = owner.as_ref().map(|(user, group)| format!("owner {user}:{group}"));
            let mode = mode.map(|mode| match mode {
                ModeChange::Set(bits) => format!("mode {bits:04o}"),
                ModeChange::Add(bits) => format!("permission bits {bits:04o} as well"),
                ModeChange::Remove(bits) => format!("no permission bits {bits:04o}"),
            });
            let what: Vec<String> = mode.into_iter().chain(owner).collect();
            format!("give {} {}", path.display(), what.join(" and "))
        }
        Action::SetCapabilities { path, net_admin: true } => format!("give {} cap_net_admin=ep", path.display()),
        Action::SetCapabilities { path, net_admin: false } => {
            format!("take all file capabilities off {}", path.display())
        }
        Action::MakeLink { path, target } => format!("link {} to {}", path.display(), target.display()),
        Action::MakeDevice { path, .. } => format!("make the device {}", path.display()),
        Action::Run { argv, .. } => run(argv, effect),
    }
}

fn edit(edit: &LineEdit) -> String {
    let text = |line: &[u8]| String::from_utf8_lossy(line).into_owned();
    match edit {
        LineEdit::Append(line) => format!("add `{}`", text(line)),
        LineEdit::Replace { line, to, .. } if to.is_empty() => format!("take line {line} out"),
        LineEdit::Replace { line, .. } => format!("correct line {line}"),
    }
}

fn run(argv: &[String], effect: &Effect) -> String {
    match effect {
        Effect::Owned { path, group, mode } => {
            format!("give {} mode {mode:04o} and owner root:{group}, also after upgrades", path.display())
        }
        Effect::LinkUp(name) => format!("set {name} up"),
        Effect::Mtu(name, mtu) => format!("set the MTU of {name} to {mtu}"),
        Effect::BridgeMade { name, addressed: true } => format!("start the network of libvirt that makes {name}"),
        Effect::BridgeMade { name, .. } => format!("make the bridge {name}, without ports"),
        Effect::ForwardsIp => "let the host forward IPv4 now".to_owned(),
        Effect::TunReady => "make the tun device ready".to_owned(),
        Effect::Evident | Effect::Prepares | Effect::LibvirtRuns(_) => format!("run {}", shell::argv(argv)),
    }
}

/// What takes it back.
pub(super) fn undo(before: &Snapshot, action: &Action, effect: &Effect) -> String {
    let found = standing::preimage(before, action, effect);
    match (action, &found) {
        (Action::Run { undo: Some(undo), .. }, _) => shell::argv(undo),
        (Action::Run { writes, .. }, _) if !writes.is_empty() => {
            let files: Vec<String> = writes.iter().map(|path| path.display().to_string()).collect();
            format!("puts back {}", files.join(", "))
        }
        (Action::Run { .. }, _) => "nothing: it ends with the next boot, or with what was made before it".to_owned(),
        (Action::MakeDirectory { .. }, _) => "removes the directory, if it is empty".to_owned(),
        (Action::MakeLink { .. }, Preimage::Standing(FoundFile { target: Some(target), .. })) => {
            format!("leads the link to {} again", target.display())
        }
        (Action::MakeLink { .. }, _) => "removes the link".to_owned(),
        (Action::MakeDevice { .. }, Preimage::Standing(FoundFile { target: Some(target), .. })) => {
            format!("puts the link to {} back", target.display())
        }
        (Action::MakeDevice { .. }, _) => "removes the device".to_owned(),
        (Action::WriteFile { .. }, Preimage::Absent | Preimage::Free) | (Action::EditFile { .. }, Preimage::Absent) => {
            "removes the file".to_owned()
        }
        (Action::WriteFile { .. } | Action::EditFile { .. }, _) => "puts the file back as it was".to_owned(),
        (Action::SetCapabilities { .. }, _) => "puts the file capabilities back as they were".to_owned(),
        (Action::SetMode { .. }, Preimage::Standing(found)) => {
            let what = if found.kind == Kind::Directory { "the directory" } else { "the file" };
            format!("gives {what} mode {:04o} and its owner again", found.mode)
        }
        (Action::SetMode { .. }, _) => "gives it its mode and owner again".to_owned(),
    }
}
