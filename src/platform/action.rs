//! One change to a host, typed: what `fix` does, what a report prints to do by hand, and what a script holds.

use std::path::PathBuf;

use crate::acl;

/// A change that can be shown, taken and taken back.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Action {
    /// Makes a directory, and those above it that are missing; one that stands is left as it is.
    MakeDirectory {
        /// Where.
        path: PathBuf,
        /// Permission bits of what is made; it belongs to root.
        mode: u32,
    },
    /// Gives a file this content. One that stands keeps its mode, owner and extended attributes.
    WriteFile {
        /// Where; its directory stands or is made before.
        path: PathBuf,
        /// All of it.
        content: Vec<u8>,
        /// Permission bits of a new file; it belongs to root.
        mode: u32,
    },
    /// Changes lines of a text file and leaves every other byte; a missing file counts as an empty one.
    EditFile {
        /// Where; its directory stands or is made before.
        path: PathBuf,
        /// The changes; line numbers are those before any of them.
        edits: Vec<LineEdit>,
        /// Permission bits of a new file; it belongs to root.
        mode: u32,
    },
    /// Sets owner, group and permission bits of what stands there, the owner first: a change of owner takes setuid away.
    SetMode {
        /// What; never a symbolic link.
        path: PathBuf,
        /// User and group by name, where they change.
        owner: Option<(String, String)>,
        /// The permission bits, where they change.
        mode: Option<ModeChange>,
    },
    /// Gives a program the one file capability that the helper needs, or takes all of them away.
    SetCapabilities {
        /// What; never a symbolic link.
        path: PathBuf,
        /// `cap_net_admin=ep`; else none.
        net_admin: bool,
    },
    /// Makes a symbolic link. A link that stands is replaced, a file never.
    MakeLink {
        /// Where the link stands.
        path: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// Makes a character device of root's. A link that stands is replaced, anything else never.
    MakeDevice {
        /// Where.
        path: PathBuf,
        /// The driver.
        major: u32,
        /// The device of that driver.
        minor: u32,
        /// Permission bits.
        mode: u32,
    },
    /// Runs a program, without a shell.
    Run {
        /// The program and its arguments.
        argv: Vec<String>,
        /// The program that takes it back, where restoring `writes` does not.
        undo: Option<Vec<String>>,
        /// Files that the program is known to change, kept before it runs and put back by an undo.
        writes: Vec<PathBuf>,
    },
}

/// A change to the lines of a text file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LineEdit {
    /// Adds a line at the end, closing an unfinished last line before it.
    Append(
        /// The line, without its newline.
        Vec<u8>,
    ),
    /// Puts other lines in the place of one.
    Replace {
        /// Its number, from 1.
        line: usize,
        /// What stands there, without its newline; anything else is refused.
        from: Vec<u8>,
        /// What stands there afterwards, without newlines; empty: the line goes.
        to: Vec<Vec<u8>>,
    },
}

impl LineEdit {
    /// The lines that are replaced, each with what takes its place.
    pub fn replacements(edits: &[Self]) -> Vec<(usize, Vec<Vec<u8>>)> {
        let replacement = |edit: &Self| match edit {
            Self::Replace { line, to, .. } => Some((*line, to.clone())),
            Self::Append(_) => None,
        };
        edits.iter().filter_map(replacement).collect()
    }

    /// The lines that are added at the end.
    pub fn appended(edits: &[Self]) -> impl Iterator<Item = &[u8]> {
        edits.iter().filter_map(|edit| match edit {
            Self::Append(line) => Some(line.as_slice()),
            Self::Replace { .. } => None,
        })
    }

    /// The content after all of these.
    pub fn applied(edits: &[Self], content: &[u8]) -> Vec<u8> {
        let replaced = acl::edited(content, &Self::replacements(edits));
        Self::appended(edits).fold(replaced, |content, line| acl::appended(&content, line))
    }
}

/// A change of permission bits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ModeChange {
    /// All twelve bits.
    Set(u32),
    /// These bits as well.
    Add(u32),
    /// Without these bits.
    Remove(u32),
}

impl ModeChange {
    /// The permission bits afterwards.
    pub fn applied(self, mode: u32) -> u32 {
        match self {
            Self::Set(bits) => bits,
            Self::Add(bits) => mode | bits,
            Self::Remove(bits) => mode & !bits,
        }
    }

    /// The change as `chmod` takes it.
    pub fn for_chmod(self) -> String {
        match self {
            Self::Set(bits) => format!("{bits:04o}"),
            Self::Add(bits) => symbolic(bits, '+'),
            Self::Remove(bits) => symbolic(bits, '-'),
        }
    }
}

/// `a+r`, `go-w`: who has the same bits in common is named together.
fn symbolic(bits: u32, sign: char) -> String {
    let classes = [('u', bits >> 6 & 7), ('g', bits >> 3 & 7), ('o', bits & 7)];
    let mut clauses: Vec<String> = Vec::new();
    for (letter, mask) in [('r', 4), ('w', 2), ('x', 1)] {
        let who: String = classes.iter().filter(|(_, bits)| bits & mask != 0).map(|(class, _)| *class).collect();
        let who = if who == "ugo" { "a".to_owned() } else { who };
        match clauses.last_mut() {
            _ if who.is_empty() => {}
            Some(last) if last.starts_with(&format!("{who}{sign}")) => last.push(letter),
            _ => clauses.push(format!("{who}{sign}{letter}")),
        }
    }
    clauses.join(",")
}

#[cfg(test)]
mod tests {
    use super::ModeChange;

    #[test]
    fn modes_are_written_as_people_write_them() {
        assert_eq!(ModeChange::Set(0o4755).for_chmod(), "4755");
        assert_eq!(ModeChange::Add(0o444).for_chmod(), "a+r");
        assert_eq!(ModeChange::Add(0o555).for_chmod(), "a+rx");
        assert_eq!(ModeChange::Remove(0o022).for_chmod(), "go-w");
        assert_eq!(ModeChange::Add(0o051).for_chmod(), "g+r,go+x");
    }
}
