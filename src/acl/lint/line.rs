//! `invalid-line`: a line without a space or tab behind its first word.

use super::name::corrected;
use super::pattern::{COMMANDS, is_plausible_name};
use super::remark::{Remarks, Said, quoted};
use super::{Here, Word, bytes};

pub(super) fn look(here: Here<'_>, word: Word<'_>, remarks: &mut Remarks) {
    here.error(remarks, "invalid-line", word, || describe(word.text));
}

fn describe(text: &[u8]) -> Said {
    if bytes::is_utf16(text) {
        return Said::new("the file is UTF-16: save it as UTF-8 without a byte order mark");
    }
    if let Some(rest) = text.strip_prefix(bytes::BYTE_ORDER_MARK) {
        let said = Said::new(bytes::MARKED);
        return if rest.is_empty() || rest.starts_with(b"#") { said.write(&[rest]) } else { said };
    }
    let lower = text.to_ascii_lowercase();
    match lower.as_slice() {
        b"allow" | b"deny" => return Said::new(format!("{} names no bridge", quoted(text))),
        b"include" => return Said::new("`include` names no file"),
        _ => {}
    }
    if let Some((command, argument)) = glued(&lower, text) {
        return corrected(command, argument, Said::new("a space has to stand between the command and what follows it"));
    }
    let said = Said::new(format!("{} is neither `allow NAME`, `deny NAME` nor `include FILE`", quoted(text)));
    if text.starts_with(b"/") {
        said.write(&[b"include ", text])
    } else if is_plausible_name(text) && !is_nearly_command(&lower) {
        said.write(&[b"allow ", text])
    } else {
        said
    }
}

/// `allow=br0` and its like.
fn glued<'a>(lower: &[u8], text: &'a [u8]) -> Option<(&'static [u8], &'a [u8])> {
    let command = COMMANDS.into_iter().find(|command| lower.starts_with(command))?;
    let argument = text[command.len()..].trim_ascii_start();
    let argument = argument.strip_prefix(b"=").or_else(|| argument.strip_prefix(b":")).or_else(|| {
        // A vertical tab looks like the white space that it is not.
        argument.strip_prefix(b"\x0b")
    })?;
    (command == b"include" || is_plausible_name(argument)).then_some((command, argument))
}

fn is_nearly_command(word: &[u8]) -> bool {
    std::str::from_utf8(word).is_ok_and(|word| {
        ["allow", "deny", "include"].iter().any(|command| strsim::damerau_levenshtein(word, command) <= 2)
    })
}
