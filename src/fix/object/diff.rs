//! How one object becomes another, as a unified diff.

use std::fmt::Write as _;
use std::path::Path;

use similar::TextDiff;

use crate::fix::{Attributes, Object};
use crate::snapshot::to_hex;

/// Lines shown around a change.
const CONTEXT: usize = 3;

impl Object {
    /// How this becomes `other`: lines for kind, mode, owner and attributes, then those of the text.
    pub fn diff(&self, other: &Self, path: &Path) -> String {
        let side = |object: &Self| match object {
            Self::Absent {} => "/dev/null".to_owned(),
            _ => path.display().to_string(),
        };
        let mut text = format!("--- {}\n+++ {}\n", side(self), side(other));
        let (old, new) = (self.properties(), other.properties());
        for line in old.iter().filter(|line| !new.contains(line)) {
            let _ = writeln!(text, "-{line}");
        }
        for line in new.iter().filter(|line| !old.contains(line)) {
            let _ = writeln!(text, "+{line}");
        }
        text.push_str(&self.content_diff(other));
        text
    }

    fn content_diff(&self, other: &Self) -> String {
        let bytes = |object: &Self| match object {
            Self::File { content: Some(content), .. } => content.clone(),
            _ => Vec::new(),
        };
        let keeps = |object: &Self| matches!(object, Self::File { content: None, .. });
        if keeps(self) || keeps(other) {
            return String::new();
        }
        let (old, new) = (bytes(self), bytes(other));
        match (std::str::from_utf8(&old), std::str::from_utf8(&new)) {
            _ if old == new => String::new(),
            (Ok(old), Ok(new)) => TextDiff::from_lines(old, new).unified_diff().context_radius(CONTEXT).to_string(),
            _ => format!("Binary content: {} bytes become {}\n", old.len(), new.len()),
        }
    }

    fn properties(&self) -> Vec<String> {
        let kind = format!("kind {}", self.kind());
        match self {
            Self::Absent {} => Vec::new(),
            Self::Link { target, uid, gid } => {
                let target = String::from_utf8_lossy(&target.0);
                vec![kind, format!("target {target}"), format!("owner {uid}:{gid}")]
            }
            Self::File { attributes, .. } | Self::Directory { attributes } | Self::Node { attributes, .. } => {
                [vec![kind], attributes.lines()].concat()
            }
        }
    }
}

impl Attributes {
    fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("mode {:04o}", self.mode), format!("owner {}:{}", self.uid, self.gid)];
        for (name, value) in &self.extended {
            lines.push(format!("{name} 0x{}", to_hex(&value.0)));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(content: &str, mode: u32) -> Object {
        Object::File { content: Some(content.as_bytes().to_vec()), attributes: Attributes::of_root(mode) }
    }

    #[test]
    fn mode_and_text_are_told() {
        let diff = file("a\nb\n", 0o644).diff(&file("a\n", 0o600), Path::new("/x"));
        assert_eq!(diff, "--- /x\n+++ /x\n-mode 0644\n+mode 0600\n@@ -1,2 +1 @@\n a\n-b\n");
    }

    #[test]
    fn what_is_new_comes_from_nothing() {
        let diff = (Object::Absent {}).diff(&file("a\n", 0o644), Path::new("/x"));
        assert_eq!(diff, "--- /dev/null\n+++ /x\n+kind a file\n+mode 0644\n+owner 0:0\n@@ -0,0 +1 @@\n+a\n");
    }
}
