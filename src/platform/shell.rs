//! Words of a shell command.

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// The path as one word of a shell command.
pub fn path(path: &Path) -> String {
    quote(path.as_os_str().as_bytes())
}

/// The text as one word of a shell command.
pub fn word(text: &str) -> String {
    quote(text.as_bytes())
}

/// A program and its arguments as one command.
pub fn argv(words: &[String]) -> String {
    words.iter().map(|argument| word(argument)).collect::<Vec<_>>().join(" ")
}

/// The bytes as the one argument of `printf` that prints them, on every shell.
pub fn format(bytes: &[u8]) -> String {
    let mut quoted = String::from("'");
    for &byte in bytes {
        match byte {
            b'\'' => quoted.push_str(r"'\''"),
            b'\\' => quoted.push_str(r"\\"),
            b'%' => quoted.push_str("%%"),
            b'\n' => quoted.push_str(r"\n"),
            b'\t' => quoted.push_str(r"\t"),
            b' '..=b'~' => quoted.push(char::from(byte)),
            _ => {
                let _ = write!(quoted, "\\{byte:03o}");
            }
        }
    }
    quoted.push('\'');
    quoted
}

/// The script of `sed` that puts these lines in the place of one; without any it takes the line away.
pub fn sed(line: usize, to: &[Vec<u8>]) -> String {
    if to.is_empty() {
        return word(&format!("{line}d"));
    }
    let mut replacement = Vec::new();
    for &byte in to.join(&b'\n').iter() {
        match byte {
            b'\n' => replacement.extend(b"\\n"),
            b'/' | b'&' | b'\\' => replacement.extend([b'\\', byte]),
            byte => replacement.push(byte),
        }
    }
    quote(&[format!("{line}s/.*/").as_bytes(), &replacement, b"/"].concat())
}

/// Leaves plain words alone, puts the rest in single quotes, and spells out what cannot be typed or seen.
fn quote(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.is_empty() && bytes.iter().all(|byte| is_plain(*byte)) => text.to_owned(),
        Ok(text) if !text.chars().any(char::is_control) => format!("'{}'", text.replace('\'', r"'\''")),
        _ => spelled_out(bytes),
    }
}

/// Bytes without a meaning of their own in any shell, wherever they stand in a word.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/._-+:@%,".contains(&byte)
}

/// `$'…'`, which bash, zsh, ksh and busybox know.
fn spelled_out(bytes: &[u8]) -> String {
    let mut quoted = String::from("$'");
    for &byte in bytes {
        match byte {
            b'\'' | b'\\' => {
                quoted.push('\\');
                quoted.push(char::from(byte));
            }
            b' '..=b'~' => quoted.push(char::from(byte)),
            b'\n' => quoted.push_str("\\n"),
            b'\t' => quoted.push_str("\\t"),
            // Three octal digits: a hexadecimal escape would run on into a digit that follows it.
            _ => {
                let _ = write!(quoted, "\\{byte:03o}");
            }
        }
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;

    #[test]
    fn a_shell_reads_back_every_word() {
        let words: [&[u8]; 12] = [
            b"/usr/lib/qemu/qemu-bridge-helper",
            b"",
            b"two words",
            b"it's",
            b"$(reboot)`id`",
            b"a\nb",
            b"tab\there",
            b"\xff\xfe1",
            b"quote'and\nnewline",
            b"back\\slash\n",
            b"~root",
            b"a;b&c|d>e",
        ];
        for word in words {
            let script = format!("printf %s {}", quote(word));
            let output = std::process::Command::new("bash").args(["-c", &script]).output().expect("bash runs");
            assert_eq!(output.stdout, word, "{script}");
        }
    }

    #[test]
    fn plain_paths_stay_readable() {
        assert_eq!(path(Path::new("/etc/qemu/bridge.conf")), "/etc/qemu/bridge.conf");
        assert_eq!(path(Path::new("/opt/my vm/helper")), "'/opt/my vm/helper'");
        assert_eq!(path(Path::new(OsStr::from_bytes(b"/a\xff"))), r"$'/a\377'");
    }
}
