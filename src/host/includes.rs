//! Just enough of the ACL's grammar to find the files and bridges that it names.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

/// The files that `include` lines name, in their order.
pub(super) fn include_names(content: &[u8]) -> Vec<PathBuf> {
    arguments(content, b"include").map(|name| PathBuf::from(OsStr::from_bytes(name))).collect()
}

/// The bridges that `allow` lines name, in their order, `all` left out.
pub(super) fn allowed_names(content: &[u8]) -> Vec<String> {
    let names = arguments(content, b"allow").filter(|name| *name != b"all");
    names.filter_map(|name| String::from_utf8(name.to_vec()).ok()).collect()
}

fn arguments<'a>(content: &'a [u8], keyword: &'static [u8]) -> impl Iterator<Item = &'a [u8]> {
    content.split(|&byte| byte == b'\n').filter_map(move |line| {
        let line = line.split(|&byte| byte == 0).next().unwrap_or_default().trim_ascii();
        let at = memchr::memchr(b' ', line).or_else(|| memchr::memchr(b'\t', line))?;
        (&line[..at] == keyword).then(|| line[at + 1..].trim_ascii_start())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_where_they_stand() {
        let content = b"# include /no\n include /etc/a b\r\nallow br0\nallow all\ninclude\tx\0y\ndeny br1\n";
        assert_eq!(include_names(content), [PathBuf::from("/etc/a b"), PathBuf::from("x")]);
        assert_eq!(allowed_names(content), ["br0"]);
    }
}
