//! Changing lines of a text that are still those they were taken for.

use crate::platform::LineEdit;

/// The text after the changes.
///
/// # Errors
///
/// A clause that says which line is not what it was taken for.
pub(super) fn edited(text: &[u8], edits: &[LineEdit]) -> Result<Vec<u8>, String> {
    let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    for edit in edits {
        let LineEdit::Replace { line, from, .. } = edit else { continue };
        let standing = line.checked_sub(1).and_then(|index| lines.get(index));
        let standing = standing.ok_or_else(|| format!("it has no line {line} any more"))?;
        let body = standing.strip_suffix(b"\n").unwrap_or(standing);
        if body != from {
            return Err(format!("its line {line} reads `{}` now", String::from_utf8_lossy(body)));
        }
    }
    Ok(LineEdit::applied(edits, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replace(line: usize, from: &str, to: &[&str]) -> LineEdit {
        let to = to.iter().map(|line| line.as_bytes().to_vec()).collect();
        LineEdit::Replace { line, from: from.as_bytes().to_vec(), to }
    }

    fn append(line: &str) -> LineEdit {
        LineEdit::Append(line.as_bytes().to_vec())
    }

    #[test]
    fn every_other_byte_stays() {
        let text = b"# \xff odd\r\n\nallow br1\n  tail without end";
        let expected = b"# \xff odd\r\n\nallow br0\nallow br1\n  tail without end\nallow br2\n";
        let edits = [append("allow br2"), replace(3, "allow br1", &["allow br0", "allow br1"])];
        assert_eq!(edited(text, &edits).as_deref(), Ok(&expected[..]));
    }

    #[test]
    fn numbers_are_those_before_any_change() {
        let edits = [replace(1, "a", &[]), replace(2, "b", &["B"]), replace(3, "c", &["C"])];
        assert_eq!(edited(b"a\nb\nc", &edits).as_deref(), Ok(&b"B\nC"[..]));
    }

    #[test]
    fn a_line_that_is_another_now_is_not_touched() {
        assert!(edited(b"a\n", &[replace(1, "b", &["c"])]).is_err());
        assert!(edited(b"a\n", &[replace(2, "", &["c"])]).is_err());
        assert!(edited(b"a\n", &[replace(0, "a", &["c"])]).is_err());
    }

    #[test]
    fn a_missing_file_counts_as_an_empty_one() {
        assert_eq!(edited(b"", &[append("allow br0")]).as_deref(), Ok(&b"allow br0\n"[..]));
    }
}
