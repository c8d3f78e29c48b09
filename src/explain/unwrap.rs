//! Takes a line out of what terminals, loggers, serialisers and web pages put around its letters.

use std::borrow::Cow;

/// A longer tag is none.
const LONGEST_TAG: usize = 128;
/// A line may have been quoted this often.
const QUOTED: usize = 6;

/// A line without colours, with escaped line ends made into real ones, entities into characters and typographic quotes into
/// those that programs print.
pub(super) fn clean(line: &[u8]) -> Cow<'_, [u8]> {
    let mut line = Cow::Borrowed(line);
    for _ in 0..QUOTED {
        let Some(plainer) = once(&line) else { break };
        line = Cow::Owned(plainer);
    }
    line
}

/// One layer less; none, where there is none.
fn once(line: &[u8]) -> Option<Vec<u8>> {
    let without = if memchr::memchr2(b'\x1b', b'\x08', line).is_some() {
        Some(without_overstrikes(&without_colours(line)))
    } else {
        None
    };
    let line = without.as_deref().unwrap_or(line);
    let percent = memchr::memmem::find(line, b"%20").is_some();
    let special =
        |byte: &u8| matches!(byte, b'\\' | b'#' | b'&' | b'^' | b'<') || !byte.is_ascii() || percent && *byte == b'%';
    let Some(first) = line.iter().position(special) else { return without };
    let (head, mut rest) = line.split_at(first);
    let mut plain = head.to_vec();
    while let Some(&byte) = rest.first() {
        let (replacement, length) = match byte {
            b'\\' => backslash(rest),
            b'#' => number_of_syslog(rest),
            b'&' => entity(rest),
            b'^' => caret(rest),
            b'<' => element(rest),
            b'%' if percent => percent_encoded(rest),
            byte if !byte.is_ascii() => typographic(rest),
            _ => None,
        }
        .unwrap_or((Vec::from([byte]), 1));
        plain.extend(replacement);
        rest = rest.get(length..).unwrap_or_default();
    }
    (plain != line).then_some(plain).or(without)
}

/// What stands in place of the beginning of a text, and how long that is.
type Replacement = Option<(Vec<u8>, usize)>;

/// A text without terminal escape sequences.
pub(super) fn without_colours(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\x1b', text).is_none() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(anstream::adapter::strip_bytes(&without_commands(text)).into_vec())
}

/// A text without commands to the program behind the terminal that end with a bell, as those of a service that builds.
fn without_commands(text: &[u8]) -> Cow<'_, [u8]> {
    const BEGIN: &[u8] = b"\x1b_";
    let mut plain = Vec::new();
    let mut rest = text;
    while let Some(at) = memchr::memmem::find(rest, BEGIN) {
        let (before, command) = rest.split_at(at);
        let end = command.iter().position(|byte| matches!(byte, b'\x07' | b'\n') || !byte.is_ascii());
        let Some(end) = end.filter(|end| command.get(*end) == Some(&b'\x07')) else { break };
        plain.extend_from_slice(before);
        rest = command.get(end + 1..).unwrap_or_default();
    }
    if plain.is_empty() && rest.len() == text.len() {
        return Cow::Borrowed(text);
    }
    plain.extend_from_slice(rest);
    Cow::Owned(plain)
}

/// Letters that were printed over others, as a pager's bold ones are.
fn without_overstrikes(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    for &byte in text {
        if byte == b'\x08' {
            plain.pop();
        } else {
            plain.push(byte);
        }
    }
    plain
}

/// What JSON, a shell, Markdown or a program wrote as `\n`, `\t`, `\"`, `\u001b`, `\x1b` or `\033`, however often it was quoted.
fn backslash(rest: &[u8]) -> Replacement {
    let run = rest.iter().take_while(|byte| **byte == b'\\').count();
    let after = rest.get(run..).unwrap_or_default();
    let one = |byte: u8| Some((Vec::from([byte]), run + 1));
    match after.first()? {
        b'n' => one(b'\n'),
        b't' => one(b'\t'),
        b'r' => Some((Vec::new(), run + 1)),
        b'e' if after.get(1) == Some(&b'[') => one(b'\x1b'),
        quote @ (b'"' | b'\'' | b'/' | b'`' | b'_') => one(*quote),
        b'u' => {
            let letter = char::from_u32(number(after.get(1..5)?, 16)?)?;
            Some((letter.to_string().into_bytes(), run + 5))
        }
        b'x' => Some((Vec::from([control_or_quote(number(after.get(1..3)?, 16)?)?]), run + 3)),
        b'0' => Some((Vec::from([control_or_quote(number(after.get(..3)?, 8)?)?]), run + 3)),
        _ => None,
    }
}

/// What a syslog daemon wrote as `#012`.
fn number_of_syslog(rest: &[u8]) -> Replacement {
    let byte = u8::try_from(number(rest.get(1..4)?, 8)?).ok()?;
    matches!(byte, b'\n' | b'\r' | b'\t' | b'\x1b').then(|| (Vec::from([byte]), 4))
}

/// What a web page wrote as `&#39;` or `&quot;`.
fn entity(rest: &[u8]) -> Replacement {
    let end = rest.iter().take(10).position(|byte| *byte == b';')?;
    let letter = match rest.get(1..end)? {
        b"quot" | b"ldquo" | b"rdquo" => '"',
        b"apos" | b"lsquo" | b"rsquo" => '\'',
        b"grave" => '`',
        b"lt" => '<',
        b"gt" => '>',
        b"amp" => '&',
        b"nbsp" => ' ',
        b"NewLine" => '\n',
        name => match name.strip_prefix(b"#")? {
            [b'x' | b'X', digits @ ..] => char::from_u32(number(digits, 16)?)?,
            digits => char::from_u32(number(digits, 10)?)?,
        },
    };
    Some((letter.to_string().into_bytes(), end + 1))
}

/// A tag with which a web page makes a part of a text bold, a code or a line of its own.
fn element(rest: &[u8]) -> Replacement {
    let end = memchr::memchr(b'>', rest.get(..LONGEST_TAG.min(rest.len()))?)?;
    let inside = rest.get(1..end)?;
    let name = inside.strip_prefix(b"/").unwrap_or(inside);
    let name = name.split(|byte| !byte.is_ascii_alphanumeric()).next()?;
    let lines: &[&[u8]] = &[b"br", b"p", b"li", b"div", b"pre"];
    let marks: &[&[u8]] =
        &[b"b", b"i", b"em", b"strong", b"code", b"span", b"tt", b"kbd", b"samp", b"mark", b"font", b"a"];
    let is_tag = inside.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    match () {
        () if is_tag && marks.contains(&name) => Some((Vec::new(), end + 1)),
        () if is_tag && lines.contains(&name) => Some((b"\n".to_vec(), end + 1)),
        () => None,
    }
}

/// What a pager shows for a colour: `^[[31m`.
fn caret(rest: &[u8]) -> Replacement {
    rest.starts_with(b"^[[").then(|| (b"\x1b[".to_vec(), 3))
}

fn percent_encoded(rest: &[u8]) -> Replacement {
    Some((Vec::from([u8::try_from(number(rest.get(1..3)?, 16)?).ok()?]), 3))
}

/// Quotes, blanks and dashes that a word processor, a chat or a blog made out of those that programs print.
fn typographic(rest: &[u8]) -> Replacement {
    let length = match rest.first()? {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        _ => return None,
    };
    let letter = std::str::from_utf8(rest.get(..length)?).ok()?.chars().next()?;
    let plain: &[u8] = match letter {
        '‘' | '’' | '‚' | '‛' | '′' | '´' | 'ʼ' | '＇' => b"'",
        '“' | '”' | '„' | '‟' | '″' | '＂' => b"\"",
        '：' => b": ",
        '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{3000}' => b" ",
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => b"",
        '–' | '—' => b"--",
        _ => return None,
    };
    Some((plain.to_vec(), length))
}

/// A byte that programs write as a number because it stands for no letter, or because it would end a string.
fn control_or_quote(number: u32) -> Option<u8> {
    let byte = u8::try_from(number).ok()?;
    matches!(byte, b'\n' | b'\t' | b'\x1b' | b'"' | b'\'' | b'`').then_some(byte)
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    if !digits.iter().all(u8::is_ascii_alphanumeric) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()
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
        assert_eq!(cleaned(r"\u001b[31mred\u001b[0m \x1b[1mx\033[0m\e[m"), "red x");
        assert_eq!(cleaned("^[[31mred^[[0m a^b"), "red a^b");
        assert_eq!(cleaned("b\x08bo\x08ol\x08ld\x08d"), "bold");
    }

    #[test]
    fn commands_that_end_with_a_bell_are_taken_out() {
        assert_eq!(cleaned("\x1b_bk;t=1714725072123\x07failed\x1b_x\x07 to"), "failed to");
        assert_eq!(cleaned("\x1b_no end"), "");
    }

    #[test]
    fn tags_of_a_web_page_are_taken_out() {
        assert_eq!(cleaned("<span class=\"nt\">failed</span> to <b>create</b><br/>tun"), "failed to create\ntun");
        assert_eq!(cleaned("<3>a <stdin> <b a<c"), "<3>a <stdin> <b a<c");
    }

    #[test]
    fn escaped_line_ends_are_line_ends_however_often_they_were_quoted() {
        assert_eq!(cleaned(r#"{"m":"a\nb\\n\"c\""}"#), "{\"m\":\"a\nb\n\"c\"\"}");
        assert_eq!(cleaned("a#012b"), "a\nb");
        assert_eq!(cleaned(r"don\u0027t \u2018x\u2019"), "don't 'x'");
    }

    #[test]
    fn entities_and_percent_signs_are_characters() {
        assert_eq!(cleaned("&amp;#39;a&#39; &#x60;b&quot;&nbsp;&lt;c&gt;"), "'a' `b\" <c>");
        assert_eq!(cleaned("failed%20to%20open%20%60x%27"), "failed to open `x'");
    }

    #[test]
    fn typographic_signs_are_those_of_programs() {
        assert_eq!(cleaned("‘x’ “y” a\u{a0}b —br=br0 zero\u{200b}width"), "'x' \"y\" a b --br=br0 zerowidth");
        assert_eq!(cleaned("größer 网桥 «x»"), "größer 网桥 «x»");
    }

    #[test]
    fn other_signs_stay() {
        assert_eq!(cleaned(r"C:\dir \x1 \uzzzz \"), r"C:\dir \x1 \uzzzz \");
        assert_eq!(cleaned("issue #12 and #0123"), "issue #12 and \n3");
        assert_eq!(cleaned("50% of a & b; 100%25 &unknown; &#; &#xzz;"), "50% of a & b; 100%25 &unknown; &#; &#xzz;");
    }
}
