//! ACL remarks as compilers show theirs: the line, a caret under the word, the line as it should read.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet};

use crate::acl::{Charset, Diagnostic, DiagnosticLevel, visible, visible_text};

/// Lines up to this length stand in a diagnostic as a whole, and are shown corrected in place.
const WHOLE_LINE: usize = 100;

/// The remarks for people, an empty line between two of them; no line feed at the end.
pub fn render_diagnostics(diagnostics: &[Diagnostic], colour: bool, ascii: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(if ascii { DecorStyle::Ascii } else { DecorStyle::Unicode });
    let charset = Charset::of(ascii);
    let rendered: Vec<_> = diagnostics.iter().map(|diagnostic| renderer.render(&groups(diagnostic, charset))).collect();
    rendered.join("\n\n")
}

fn groups(diagnostic: &Diagnostic, charset: Charset) -> Vec<Group<'_>> {
    let level = match diagnostic.level {
        DiagnosticLevel::Error => Level::ERROR,
        DiagnosticLevel::Warning => Level::WARNING,
        DiagnosticLevel::Note => Level::NOTE,
    };
    let title = level.primary_title(visible_text(&diagnostic.message, charset)).id(diagnostic.code);
    if diagnostic.source.is_empty() {
        return vec![Group::with_title(title)];
    }
    let (line, span) = shown(diagnostic, charset);
    let file = visible_text(&diagnostic.file, charset);
    let as_it_stands = diagnostic.source_column + line[..span.start].chars().count() == diagnostic.column;
    let snippet =
        Snippet::source(line.clone()).line_start(diagnostic.line).annotation(AnnotationKind::Primary.span(span));
    let main = if as_it_stands && diagnostic.source_column == 1 {
        title.element(snippet.path(file))
    } else {
        // What is shown is an excerpt or has escapes in it: the renderer would count another column.
        let origin = Origin::path(file).line(diagnostic.line).char_column(diagnostic.column);
        title.element(origin).element(snippet)
    };
    let mut groups = vec![main];
    groups.extend(diagnostic.suggestion.as_ref().map(|suggestion| correction(diagnostic, line, suggestion, charset)));
    groups
}

/// The corrected line in the place of the shown one.
fn correction<'a>(diagnostic: &Diagnostic, line: String, suggestion: &str, charset: Charset) -> Group<'a> {
    let corrected: Vec<_> = suggestion.split('\n').map(|line| visible_text(line, charset)).collect();
    if corrected.len() > 1 || diagnostic.source.len() > WHOLE_LINE {
        return Group::with_title(Level::HELP.secondary_title(format!("write `{}`", corrected.join("`, then `"))));
    }
    let whole = 0..line.len();
    Level::HELP
        .secondary_title("write")
        .element(Snippet::source(line).line_start(diagnostic.line).patch(Patch::new(whole, corrected.concat())))
}

/// The line as it is shown, and where in it the remark's word stands.
fn shown(diagnostic: &Diagnostic, charset: Charset) -> (String, Range<usize>) {
    let source = diagnostic.source.strip_suffix(b"\r").unwrap_or(&diagnostic.source);
    let start = diagnostic.column.saturating_sub(diagnostic.source_column).min(source.len());
    let end = start.saturating_add(diagnostic.length).min(source.len());
    let mut line = with_tabs(&source[..start], charset);
    let from = line.len();
    line.push_str(&with_tabs(&source[start..end], charset));
    let to = line.len();
    line.push_str(&with_tabs(&source[end..], charset));
    (line, from..to)
}

/// Tabs stay: the renderer widens them.
fn with_tabs(bytes: &[u8], charset: Charset) -> String {
    let parts: Vec<_> = bytes.split(|&byte| byte == b'\t').map(|part| visible(part, charset)).collect();
    parts.join("\t")
}
