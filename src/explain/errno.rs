//! What the C libraries print for an error number, wherever a message of the catalogue can end with it.

/// Shorter beginnings of a text stand for no text.
const TELLING: usize = 6;

/// The texts of glibc and, where it has others, of musl.
const TEXTS: &[&str] = &[
    "Address already in use",
    "Address family not supported by protocol",
    "Address in use",
    "Address not available",
    "Argument list too long",
    "Bad address",
    "Bad file descriptor",
    "Broken pipe",
    "Cannot allocate memory",
    "Cannot assign requested address",
    "Connection refused",
    "Connection reset by peer",
    "Device or resource busy",
    "Exchange full",
    "Exec format error",
    "File descriptor in bad state",
    "File exists",
    "Function not implemented",
    "Inappropriate ioctl for device",
    "Input/output error",
    "I/O error",
    "Interrupted system call",
    "Invalid argument",
    "Invalid exchange",
    "Is a directory",
    "Network is down",
    "No buffer space available",
    "No error information",
    "No file descriptors available",
    "No space left on device",
    "No such device or address",
    "No such device",
    "No such file or directory",
    "No such process",
    "Not a directory",
    "Not a socket",
    "Not a tty",
    "Not supported",
    "Numerical result out of range",
    "Operation not permitted",
    "Operation not supported",
    "Out of memory",
    "Package not installed",
    "Permission denied",
    "Protocol family not supported",
    "Protocol not supported",
    "Read-only file system",
    "Resource busy",
    "Resource temporarily unavailable",
    "Result not representable",
    "Socket not connected",
    "Socket operation on non-socket",
    "Symbolic link loop",
    "Text file busy",
    "Too many levels of symbolic links",
    "Too many open files in system",
    "Too many open files",
    "Too many references: cannot splice",
    "Transport endpoint is not connected",
];

/// How many bytes of what follows a colon are the text of an error; of two that fit the longer one is meant.
pub(super) fn length(text: &[u8]) -> Option<usize> {
    TEXTS.iter().filter(|known| text.starts_with(known.as_bytes())).map(|known| known.len()).max()
}

/// Whether this is the text of an error as a program in Go has it: with a small letter.
pub(super) fn is_of_go(text: &[u8]) -> bool {
    TEXTS.iter().any(|known| {
        let begins = text.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known.as_bytes()));
        begins && text.first().is_some_and(u8::is_ascii_lowercase)
    })
}

/// What a program or a pager puts where it cut a line off.
const MARKS: [&str; 3] = ["…", "...", ">"];

/// A text without the mark at its end.
pub(super) fn without_mark(text: &str) -> &str {
    let text = text.trim_end();
    MARKS.iter().find_map(|mark| text.strip_suffix(mark)).unwrap_or(text)
}

/// Letters in which a text may differ from the one that was meant, where somebody or something read it wrongly.
const MISREAD: usize = 2;

/// The texts that can have been meant by one that was cut off, misread or translated. None, where it is whole, or anything
/// else that a program may say.
pub(super) fn meant(text: &str) -> Vec<&'static str> {
    let left = without_mark(text).trim_end();
    if length(left.as_bytes()).is_some() {
        return Vec::new();
    }
    let some = |is_meant: &dyn Fn(&str) -> bool| -> Vec<&'static str> {
        TEXTS.iter().copied().filter(|text| is_meant(text)).collect()
    };
    let begun = some(&|text| text.starts_with(left));
    let is_near = |text: &str| text.len().abs_diff(left.len()) <= MISREAD;
    let misread = || some(&|text| is_near(text) && strsim::damerau_levenshtein(text, left) <= MISREAD);
    let translated = || some(&|_| !left.is_ascii());
    match begun.is_empty().then(misread) {
        None => begun,
        Some(misread) if misread.is_empty() => translated(),
        Some(misread) => misread,
    }
}

/// What is missing of a text that was cut off, where only one can have been meant.
pub(super) fn missing(text: &str) -> Option<&'static str> {
    let cut = without_mark(text).as_bytes();
    if cut.len() < TELLING || length(cut).is_some() {
        return None;
    }
    let mut meant = TEXTS.iter().filter(|known| known.as_bytes().starts_with(cut));
    let first = meant.next()?;
    // "No such device" begins another text and is itself one.
    if meant.all(|other| other.starts_with(first) || first.starts_with(other)) { first.get(cut.len()..) } else { None }
}

#[cfg(test)]
mod tests {
    use super::{TEXTS, length, meant, missing};

    #[test]
    fn the_longest_text_is_meant_and_what_follows_is_not() {
        assert_eq!(length(b"No such device or address"), Some(25));
        assert_eq!(length(b"No such device</pre>"), Some(14));
        assert_eq!(length(b"Nothing"), None);
    }

    #[test]
    fn a_text_that_is_not_whole_means_those_that_it_can_have_been() {
        assert_eq!(meant("Operation not"), ["Operation not permitted", "Operation not supported"]);
        assert_eq!(meant("Operation not permltted"), ["Operation not permitted"]);
        assert_eq!(meant(""), TEXTS);
        assert_eq!(meant("不允许的操作"), TEXTS);
        assert!(meant("Operation not permitted").is_empty());
        assert!(meant("anything else").is_empty());
    }

    #[test]
    fn a_text_that_was_cut_off_is_completed_where_it_is_clear() {
        assert_eq!(missing("Operation not perm"), Some("itted"));
        assert_eq!(missing("Operation not perm…"), Some("itted"));
        assert_eq!(missing("Operation not "), None);
        assert_eq!(missing("Operation not permitted"), None);
        assert_eq!(missing("Oper"), None);
    }
}
