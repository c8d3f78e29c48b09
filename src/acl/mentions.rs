//! What a file names, whatever the rest of it is worth: where a collector has to look.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use super::RuleKind;
use super::piece::Pieces;
use super::statement::{Meaning, Statement, meaning};

/// The files that `include` lines name, in their order.
pub fn included_files(content: &[u8]) -> Vec<PathBuf> {
    let names = commands(content).filter(|(found, _)| *found == Meaning::Include);
    names.map(|(_, name)| PathBuf::from(OsStr::from_bytes(name))).collect()
}

/// The bridges that `allow` lines name, in their order; `all` names none.
pub fn allowed_bridges(content: &[u8]) -> Vec<String> {
    let names = commands(content).filter(|(found, name)| *found == Meaning::Rule(RuleKind::Allow) && *name != b"all");
    names.filter_map(|(_, name)| String::from_utf8(name.to_vec()).ok()).collect()
}

/// The statements that the helper takes, one each as it would be written anew; comments and errors are left out.
pub fn rules(content: &[u8]) -> Vec<Vec<u8>> {
    let keyword = |found| match found {
        Meaning::Rule(RuleKind::Allow) => Some(&b"allow "[..]),
        Meaning::Rule(RuleKind::Deny) => Some(&b"deny "[..]),
        Meaning::Include => Some(&b"include "[..]),
        Meaning::TooLong | Meaning::Unknown => None,
    };
    commands(content).filter_map(|(found, argument)| Some([keyword(found)?, argument].concat())).collect()
}

fn commands(content: &[u8]) -> impl Iterator<Item = (Meaning, &[u8])> {
    Pieces::new(content).filter_map(|piece| match Statement::parse(piece.text) {
        Statement::Command { keyword, argument } => Some((meaning(keyword.text, argument.text), argument.text)),
        Statement::Nothing | Statement::Bare(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_where_they_stand_and_beyond_an_error() {
        let content =
            b"# include /no\n include /etc/a b\r\nallow br0\nallow all\ninclude\tx\0y\nnonsense\nallow br1\ndeny br2\n";
        assert_eq!(included_files(content), [PathBuf::from("/etc/a b"), PathBuf::from("x")]);
        assert_eq!(allowed_bridges(content), ["br0", "br1"]);
    }
}
