//! `unknown-command`: a first word that is no command.

use super::name::corrected;
use super::pattern::{COMMANDS, is_plausible_name, without_vertical_tabs};
use super::remark::{Remarks, Said, quoted};
use super::{Here, Word, bytes};

pub(super) fn look(here: Here<'_>, keyword: Word<'_>, argument: Word<'_>, remarks: &mut Remarks) {
    here.error(remarks, "unknown-command", keyword, || describe(keyword.text, argument.text));
}

fn describe(keyword: &[u8], argument: &[u8]) -> Said {
    if let Some(rest) = keyword.strip_prefix(bytes::BYTE_ORDER_MARK) {
        let said = Said::new(bytes::MARKED);
        return if rest.starts_with(b"#") {
            said.write(&[rest, b" ", argument])
        } else if COMMANDS.contains(&rest) {
            corrected(rest, argument, said)
        } else {
            said
        };
    }
    if let Some((command, name)) = tabbed(keyword) {
        let said = Said::new(format!(
            "this tab-separated line has a later space, and the first space is the separator: the command is read as {}",
            quoted(keyword)
        ));
        return corrected(command, [name, b" ", argument].concat().trim_ascii(), said);
    }
    if keyword.contains(&b'\x0b') {
        let said =
            Said::new(format!("{} holds a vertical tab, which is no white space to the helper", quoted(keyword)));
        let cleaned = without_vertical_tabs(keyword);
        return if COMMANDS.contains(&cleaned.as_slice()) { corrected(&cleaned, argument, said) } else { said };
    }
    if keyword.starts_with(b"//") || keyword.starts_with(b";") || keyword.starts_with(b"--") {
        return Said::new("a comment begins with `#`").write(&[b"# ", keyword.trim_ascii_start(), b" ", argument]);
    }
    nearest(keyword, argument)
}

/// A command and the first word behind its tab.
fn tabbed(keyword: &[u8]) -> Option<(&'static [u8], &[u8])> {
    let tab = keyword.iter().position(|&byte| byte == b'\t')?;
    let command = COMMANDS.into_iter().find(|&command| command == &keyword[..tab])?;
    Some((command, keyword[tab..].trim_ascii()))
}

fn nearest(keyword: &[u8], argument: &[u8]) -> Said {
    let unknown = format!("{} is no command", quoted(keyword));
    let lower = keyword.to_ascii_lowercase();
    let punctuation: &[char] = &[':', '=', ','];
    let word = String::from_utf8_lossy(&lower);
    let word = word.trim_end_matches(punctuation);
    if let Some(command) = COMMANDS.into_iter().find(|&command| command == lower) {
        return corrected(command, argument, Said::new(format!("{unknown}: commands are in small letters")));
    }
    let near = ["allow", "deny", "include"]
        .into_iter()
        .map(|command| (strsim::damerau_levenshtein(word, command), command))
        .min()
        .filter(|(distance, command)| *distance <= command.len() / 3 + usize::from(command.len() > 4));
    match near {
        Some((_, command)) => {
            let said = Said::new(format!("{unknown} (did you mean `{command}`?)"));
            corrected(command.as_bytes(), argument, said)
        }
        None if is_plausible_name(keyword) && argument.starts_with(b"#") => {
            Said::new(format!("{unknown}: they are `allow`, `deny` and `include`")).write(&[
                argument,
                b"\nallow ",
                keyword,
            ])
        }
        None => Said::new(format!("{unknown}: they are `allow`, `deny` and `include`")),
    }
}
