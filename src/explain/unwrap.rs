//! Takes a line out of what terminals, loggers and serialisers put around it.

use std::borrow::Cow;

/// A line without colours, and with escaped line ends made into real ones.
pub(super) fn clean(line: &[u8]) -> Cow<'_, [u8]> {
    match without_colours(line) {
        Cow::Borrowed(line) => unescaped(line),
        Cow::Owned(line) => Cow::Owned(unescaped(&line).into_owned()),
    }
}

/// A text without terminal escape sequences.
pub(super) fn without_colours(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\x1b', text).is_none() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(anstream::adapter::strip_bytes(text).into_vec())
}

/// What JSON, a syslog daemon or a shell wrote as `\n`, `\t`, `\"`, `\u001b` or `#012`, however often it was quoted.
fn unescaped(line: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr::memchr2(b'\\', b'#', line) else { return Cow::Borrowed(line) };
    let (head, mut rest) = line.split_at(first);
    let mut plain = head.to_vec();
    while let Some((&byte, after)) = rest.split_first() {
        let (replacement, length) = match byte {
            b'\\' => backslash(rest),
            b'#' if after.starts_with(b"012") => (Some(b'\n'), 4),
            b'#' if after.starts_with(b"033") => (Some(b'\x1b'), 4),
            _ => (Some(byte), 1),
        };
        plain.extend(replacement);
        rest = rest.get(length..).unwrap_or_default();
    }
    if plain.contains(&b'\x1b') { Cow::Owned(without_colours(&plain).into_owned()) } else { Cow::Owned(plain) }
}

/// What a run of backslashes with a letter stands for, and how long it is.
fn backslash(rest: &[u8]) -> (Option<u8>, usize) {
    let run = rest.iter().take_while(|byte| **byte == b'\\').count();
    let after = rest.get(run..).unwrap_or_default();
    match after.first() {
        Some(b'n') => (Some(b'\n'), run + 1),
        Some(b't') => (Some(b'\t'), run + 1),
        Some(b'r') => (None, run + 1),
        Some(quote @ (b'"' | b'\'' | b'/')) => (Some(*quote), run + 1),
        Some(b'u') => match after.get(1..5).and_then(code) {
            Some(byte) => (Some(byte), run + 5),
            None => (Some(b'\\'), 1),
        },
        _ => (Some(b'\\'), 1),
    }
}

/// The ASCII character of four hexadecimal digits.
fn code(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits).ok()?;
    u8::from_str_radix(digits.strip_prefix("00")?, 16).ok().filter(u8::is_ascii)
}

#[cfg(test)]
mod tests {
    use super::clean;

    fn cleaned(line: &str) -> String {
        String::from_utf8_lossy(&clean(line.as_bytes())).into_owned()
    }

    #[test]
    fn colours_are_taken_out_also_in_the_middle_of_a_word() {
        assert_eq!(
            cleaned("\x1b[0;1;31mfailed to create \x1b[01;31m\x1b[Ktun\x1b[m device\x1b[0m"),
            "failed to create tun device"
        );
        assert_eq!(cleaned("#033[31mred#033[0m"), "red");
        assert_eq!(cleaned(r"\u001b[31mred\u001b[0m"), "red");
    }

    #[test]
    fn escaped_line_ends_are_line_ends_however_often_they_were_quoted() {
        assert_eq!(cleaned(r#"{"m":"a\nb\\n\"c\""}"#), "{\"m\":\"a\nb\n\"c\"\"}");
        assert_eq!(cleaned("a#012b"), "a\nb");
        assert_eq!(cleaned(r"don\u0027t"), "don't");
    }

    #[test]
    fn other_backslashes_stay() {
        assert_eq!(cleaned(r"C:\dir \x1 \uzzzz \"), r"C:\dir \x1 \uzzzz \");
        assert_eq!(cleaned("issue #12 and #0123"), "issue #12 and \n3");
    }
}
