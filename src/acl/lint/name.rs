//! What is odd about the name in a rule.

use super::pattern::{is_plausible_name, split_comment, split_names, unquote, without_vertical_tabs};
use super::remark::{Remarks, Said, quoted};
use super::{Here, Word};
use crate::acl::{DiagnosticLevel, Rule, RuleKind};

/// Looks at a rule that the helper takes.
pub(super) fn look(rule: &Rule, remarks: &mut Remarks) {
    let text = rule.bridge.as_bytes();
    if is_plausible_name(text) && (!text.eq_ignore_ascii_case(b"all") || text == b"all") {
        return;
    }
    let keyword: &[u8] = match rule.kind {
        RuleKind::Allow => b"allow",
        RuleKind::Deny => b"deny",
    };
    let is = |what: &str| format!("this rule is about a bridge called {}: {what}", quoted(text));
    let mut warn = |code, said: Said| remarks.add(DiagnosticLevel::Warning, code, rule.place, || said);
    if text.is_empty() {
        let named = String::from_utf8_lossy(keyword);
        return warn("empty-name", Said::new(format!("this `{named}` names no bridge, and so matches none")));
    }
    if text.contains(&b'\x0b') {
        let said = Said::new(is("a vertical tab is no white space to the helper"));
        return warn("vertical-tab", said.write(&[keyword, b" ", &without_vertical_tabs(text)]));
    }
    if let Some(said) = comment(keyword, text, is("a comment must stand on its own line")) {
        return warn("trailing-comment", said);
    }
    if let Some(inner) = unquote(text) {
        let said = Said::new(is("quotes are part of the name"));
        return warn("quotes", if is_plausible_name(inner) { said.write(&[keyword, b" ", inner]) } else { said });
    }
    if let Some(said) = several(keyword, text, is("a rule takes one name")) {
        return warn("several-names", said);
    }
    if text == b"*" || text.eq_ignore_ascii_case(b"all") {
        return warn("glob", Said::new(is("the word for every bridge is `all`")).write(&[keyword, b" all"]));
    }
    if text.iter().any(|byte| b"*?[]".contains(byte)) {
        return warn("glob", Said::new(is("only `all` stands for more than one bridge")));
    }
    let unlike =
        |byte: &u8| matches!(byte, b'/' | b'\\' | b'=' | b';' | b'"' | b'\'' | b'#') || *byte <= b' ' || *byte == 0x7f;
    if text.iter().any(unlike) || matches!(text, b"." | b"..") {
        warn("impossible-name", Said::new(is("no interface has such a name")));
    }
}

/// Looks at a name of more than 15 bytes, at which the helper stops.
pub(super) fn too_long(here: Here<'_>, keyword: &[u8], name: Word<'_>, remarks: &mut Remarks) {
    let text = name.text;
    here.error(remarks, "name-too-long", name, || {
        let length = format!("a name has at most 15 bytes, and this has {}", text.len());
        comment(keyword, text, format!("{length}: a comment must stand on its own line"))
            .or_else(|| several(keyword, text, format!("{length}: a rule takes one name")))
            .unwrap_or_else(|| match unquote(text).filter(|inner| is_plausible_name(inner)) {
                Some(inner) => {
                    Said::new(format!("{length}: quotes are part of the name")).write(&[keyword, b" ", inner])
                }
                None => Said::new(length),
            })
    });
}

fn comment(keyword: &[u8], text: &[u8], message: String) -> Option<Said> {
    let (before, comment) = split_comment(text)?;
    let said = Said::new(message);
    Some(if is_plausible_name(before) { said.write(&[comment, b"\n", keyword, b" ", before]) } else { said })
}

fn several(keyword: &[u8], text: &[u8], message: String) -> Option<Said> {
    let rules: Vec<_> = split_names(text)?.into_iter().map(|name| [keyword, b" ", name].concat()).collect();
    Some(Said::new(message).write(&[&rules.join(&b'\n')]))
}
