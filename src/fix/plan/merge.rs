//! Actions that belong together become one.

use crate::platform::{Action, LineEdit};

/// Adds an action to those that are planned; the place of the one that does it, and whether it is new.
pub(super) fn add(planned: &mut Vec<Action>, action: Action) -> (usize, bool) {
    let same = |other: &Action| match (other, &action) {
        (Action::EditFile { path, .. }, Action::EditFile { path: other, .. })
        | (Action::MakeDirectory { path, .. }, Action::MakeDirectory { path: other, .. }) => path == other,
        (one, other) => one == other,
    };
    let Some(at) = planned.iter().position(same) else {
        planned.push(action);
        return (planned.len() - 1, true);
    };
    if let (Action::EditFile { edits, .. }, Action::EditFile { edits: more, .. }) = (&mut planned[at], action) {
        let before = edits.clone();
        // From the last line up: so none of them moves those that are still to come.
        let mut more = more;
        more.sort_by_key(|edit| match edit {
            LineEdit::Replace { line, .. } => usize::MAX - line,
            LineEdit::Append(_) => usize::MAX,
        });
        for edit in more {
            then(edits, edit);
        }
        return (at, *edits != before);
    }
    (at, false)
}

/// One more change of a file that was changed so already: its line numbers are those between the two.
fn then(edits: &mut Vec<LineEdit>, next: LineEdit) {
    let (line, to) = match next {
        LineEdit::Replace { line, from, to } => {
            let mut number = line;
            let mut earlier: Vec<(usize, &mut Vec<Vec<u8>>)> = edits
                .iter_mut()
                .filter_map(|edit| match edit {
                    LineEdit::Replace { line, to, .. } => Some((*line, to)),
                    LineEdit::Append(_) => None,
                })
                .collect();
            earlier.sort_by_key(|(line, _)| *line);
            for (original, written) in earlier {
                // `number` counts from where the lines up to `original` stood first.
                if number < original {
                    break;
                }
                if number < original + written.len() {
                    let index = number - original;
                    written.splice(index..=index, to);
                    return;
                }
                number = number + 1 - written.len();
            }
            (number, LineEdit::Replace { line: number, from, to })
        }
        append @ LineEdit::Append(_) => (usize::MAX, append),
    };
    if edits.contains(&to) {
        return;
    }
    let at = edits.iter().position(|edit| {
        matches!(edit, LineEdit::Replace { line: other, .. } if *other > line)
            || matches!(edit, LineEdit::Append(_)) && line != usize::MAX
    });
    edits.insert(at.unwrap_or(edits.len()), to);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acl::edited;

    fn replace(line: usize, from: &str, to: &[&str]) -> LineEdit {
        let to = to.iter().map(|line| line.as_bytes().to_vec()).collect();
        LineEdit::Replace { line, from: from.as_bytes().to_vec(), to }
    }

    fn edit(edits: Vec<LineEdit>) -> Action {
        Action::EditFile { path: "/a".into(), edits, mode: 0o644 }
    }

    fn applied(content: &[u8], action: &Action) -> Vec<u8> {
        let Action::EditFile { edits, .. } = action else { panic!("it is an edit") };
        edited(content, &LineEdit::replacements(edits))
    }

    /// Whatever two edits do one after the other, the merged one does at once.
    #[test]
    fn two_edits_are_one() {
        let content = b"1\n2\n3\n4\n5\n";
        let firsts = [replace(2, "2", &["2a", "2b"]), replace(2, "2", &[]), replace(3, "3", &["x"])];
        for first in &firsts {
            let between = applied(content, &edit(vec![first.clone()]));
            let lines: Vec<&str> = std::str::from_utf8(&between).expect("text").lines().collect();
            for (index, line) in lines.iter().enumerate() {
                for to in [&[][..], &["new"], &["p", "q"]] {
                    let second = edit(vec![replace(index + 1, line, to)]);
                    let expected = applied(&between, &second);
                    let mut planned = vec![edit(vec![first.clone()])];
                    add(&mut planned, second);
                    let merged = applied(content, &planned[0]);
                    assert_eq!(merged, expected, "{first:?}, then line {}: {to:?}", index + 1);
                }
            }
        }
    }

    #[test]
    fn the_same_line_is_added_once_and_last() {
        let append = |text: &str| LineEdit::Append(text.as_bytes().to_vec());
        let mut planned = vec![edit(vec![append("allow br0")])];
        assert_eq!(add(&mut planned, edit(vec![append("allow br0")])), (0, false));
        assert_eq!(
            add(&mut planned, edit(vec![append("allow br1"), replace(1, "alow br2", &["allow br2"])])),
            (0, true)
        );
        let expected = edit(vec![replace(1, "alow br2", &["allow br2"]), append("allow br0"), append("allow br1")]);
        assert_eq!(planned, [expected]);
    }
}
