//! What is odd about the name in a rule.

use super::pattern::{is_plausible_name, split_comment, split_names, unquote, without_vertical_tabs};
use super::remark::{Remarks, Said, quoted};
use super::{Here, Word};
use crate::acl::{DiagnosticLevel, LONGEST_NAME, Rule, RuleKind};

/// Looks at a rule that the helper takes.
pub(super) fn look(rule: &Rule, remarks: &mut Remarks) {
    let text = rule.bridge.as_bytes();
    if let Some(oddity) = Oddity::of(text) {
        let keyword: &[u8] = match rule.kind {
            RuleKind::Allow => b"allow",
            RuleKind::Deny => b"deny",
        };
        remarks.add(DiagnosticLevel::Warning, oddity.code(), rule.place, || oddity.describe(keyword, text));
    }
}

/// What is odd about a name.
#[derive(Clone, Copy)]
enum Oddity {
    Empty,
    VerticalTab,
    Comment,
    Quotes,
    Several,
    All,
    Pattern,
    Impossible,
}

impl Oddity {
    fn of(text: &[u8]) -> Option<Self> {
        let is_all = text.eq_ignore_ascii_case(b"all") && text != b"all";
        if is_plausible_name(text) && !is_all {
            return None;
        }
        let unlike = |byte: &u8| b"/\\=;\"'#".contains(byte) || *byte <= b' ' || *byte == 0x7f;
        let candidates = [
            (text.is_empty(), Self::Empty),
            (text.contains(&b'\x0b'), Self::VerticalTab),
            (split_comment(text).is_some(), Self::Comment),
            (unquote(text).is_some(), Self::Quotes),
            (split_names(text).is_some(), Self::Several),
            (is_all || text == b"*", Self::All),
            (text.iter().any(|byte| b"*?[]".contains(byte)), Self::Pattern),
            (text.iter().any(unlike) || matches!(text, b"." | b".."), Self::Impossible),
        ];
        candidates.into_iter().find(|(applies, _)| *applies).map(|(_, oddity)| oddity)
    }

    fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty-name",
            Self::VerticalTab => "vertical-tab",
            Self::Comment => "trailing-comment",
            Self::Quotes => "quotes",
            Self::Several => "several-names",
            Self::All | Self::Pattern => "glob",
            Self::Impossible => "impossible-name",
        }
    }

    fn describe(self, keyword: &[u8], text: &[u8]) -> Said {
        let what = match self {
            Self::Empty => {
                let command = String::from_utf8_lossy(keyword);
                return Said::new(format!("this `{command}` names no bridge, and so matches none"));
            }
            Self::VerticalTab => "a vertical tab is no white space to the helper",
            Self::Comment => "a comment must stand on its own line",
            Self::Quotes => "quotes are part of the name",
            Self::Several => "a rule takes one name",
            Self::All => "the word for every bridge is `all`",
            Self::Pattern => "only `all` stands for more than one bridge",
            Self::Impossible => "no interface has such a name",
        };
        let said = Said::new(format!("this rule is about a bridge called {}: {what}", quoted(text)));
        corrected(keyword, text, said)
    }
}

/// Adds the line of a command as it should read; none, where the helper would refuse that one, too, or where it would say
/// something else than a person means.
pub(super) fn corrected(command: &[u8], argument: &[u8], said: Said) -> Said {
    let with = |said: Said, argument: &[u8]| said.write(&[command, b" ", argument]);
    if command == b"include" {
        return match split_comment(argument) {
            Some((file, comment)) if !file.is_empty() => said.write(&[comment, b"\n", command, b" ", file]),
            _ => with(said, argument),
        };
    }
    match Oddity::of(argument) {
        None if argument.len() <= LONGEST_NAME => with(said, argument),
        Some(Oddity::VerticalTab) => with(said, &without_vertical_tabs(argument)),
        Some(Oddity::Comment) => comment(command, argument, said),
        Some(Oddity::Quotes) => match unquote(argument).filter(|inner| is_plausible_name(inner)) {
            Some(inner) => with(said, inner),
            None => said,
        },
        Some(Oddity::Several) => several(command, argument, said),
        Some(Oddity::All) => with(said, b"all"),
        None | Some(Oddity::Empty | Oddity::Pattern | Oddity::Impossible) => said,
    }
}

/// Looks at a name of more than 15 bytes, at which the helper stops.
pub(super) fn too_long(here: Here<'_>, keyword: &[u8], name: Word<'_>, remarks: &mut Remarks) {
    let text = name.text;
    here.error(remarks, "name-too-long", name, || {
        let length = format!("a name has at most 15 bytes, and this has {}", text.len());
        if split_comment(text).is_some() {
            return comment(keyword, text, Said::new(format!("{length}: a comment must stand on its own line")));
        }
        if split_names(text).is_some() {
            return several(keyword, text, Said::new(format!("{length}: a rule takes one name")));
        }
        match unquote(text).filter(|inner| is_plausible_name(inner)) {
            Some(inner) => Said::new(format!("{length}: quotes are part of the name")).write(&[keyword, b" ", inner]),
            None => Said::new(length),
        }
    });
}

fn comment(keyword: &[u8], text: &[u8], said: Said) -> Said {
    match split_comment(text) {
        Some((before, comment)) if is_plausible_name(before) => said.write(&[comment, b"\n", keyword, b" ", before]),
        _ => said,
    }
}

fn several(keyword: &[u8], text: &[u8], said: Said) -> Said {
    let rules: Vec<_> =
        split_names(text).unwrap_or_default().into_iter().map(|name| [keyword, b" ", name].concat()).collect();
    said.write(&[&rules.join(&b'\n')])
}
