//! The catalogue's patterns, as ripgrep takes them.

use anyhow::Context as _;
use bridge_doctor::catalogue;
use regex_syntax::hir::{Hir, HirKind};

/// A shorter text stands in too many lines to be of use.
const SHORTEST: usize = 14;

/// The patterns as they stand, without names, which may not be given twice, and without what goes over the end of a line.
pub(crate) fn expressions() -> String {
    let mut expressions = String::new();
    for (_, error) in catalogue::errors() {
        let mut pattern = error.pattern.replace(r"(?:\s*\n\s*(?P<line>\S[^\n]*))?", "").replace(r"[^\n]", ".");
        while let Some((before, after)) = pattern.split_once("(?P<") {
            let unnamed = after.split_once('>').map_or(after, |(_, group)| group);
            pattern = format!("{before}(?:{unnamed}");
        }
        expressions += &(pattern.replace(r"\n", "") + "\n");
    }
    expressions
}

/// The longest fixed text of each pattern.
pub(crate) fn texts() -> anyhow::Result<String> {
    let mut texts: Vec<String> = Vec::new();
    for (_, error) in catalogue::errors() {
        let hir = regex_syntax::parse(error.pattern).with_context(|| error.id)?;
        let mut found = Vec::new();
        literals(&hir, &mut found);
        texts.extend(found.into_iter().max_by_key(String::len).filter(|text| text.len() >= SHORTEST));
    }
    texts.sort_unstable();
    texts.dedup();
    Ok(texts.join("\n") + "\n")
}

/// The fixed texts of a pattern; of an alternative each way must be searched for, so that it has none.
fn literals(hir: &Hir, found: &mut Vec<String>) {
    match hir.kind() {
        HirKind::Literal(literal) => found.extend(String::from_utf8(literal.0.to_vec()).ok()),
        HirKind::Capture(group) => literals(&group.sub, found),
        HirKind::Concat(parts) => parts.iter().for_each(|part| literals(part, found)),
        _ => {}
    }
}
