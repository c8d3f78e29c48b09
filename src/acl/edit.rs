//! Changes to the lines of a file that leave every other byte.

/// The content with other lines in the place of some, by their numbers from 1; none: the line goes.
pub fn edited(content: &[u8], replaced: &[(usize, Vec<Vec<u8>>)]) -> Vec<u8> {
    let mut result = Vec::with_capacity(content.len());
    for (index, line) in content.split_inclusive(|byte| *byte == b'\n').enumerate() {
        match replaced.iter().find(|(number, _)| *number == index + 1) {
            None => result.extend(line),
            Some((_, to)) => {
                let end: &[u8] = if line.ends_with(b"\n") { b"\n" } else { b"" };
                result.extend(to.join(&b'\n'));
                if !to.is_empty() {
                    result.extend(end);
                }
            }
        }
    }
    result
}

/// The content with one more line at its end; an unfinished last line is closed before it.
pub fn appended(content: &[u8], line: &[u8]) -> Vec<u8> {
    let unfinished = !matches!(content.last(), None | Some(b'\n'));
    let start: &[u8] = if unfinished { b"\n" } else { b"" };
    [content, start, line, b"\n"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_other_byte_stays() {
        let content = b"# a\r\nalow br0\n\x00\xff\nlast";
        let to = vec![b"# c".to_vec(), b"allow br0".to_vec()];
        assert_eq!(edited(content, &[(2, to)]), b"# a\r\n# c\nallow br0\n\x00\xff\nlast");
        assert_eq!(edited(content, &[(4, Vec::new())]), b"# a\r\nalow br0\n\x00\xff\n");
        assert_eq!(edited(content, &[(4, vec![b"end".to_vec()])]), b"# a\r\nalow br0\n\x00\xff\nend");
        assert_eq!(edited(content, &[(9, Vec::new())]), content);
    }

    #[test]
    fn an_unfinished_line_is_closed_first() {
        assert_eq!(appended(b"", b"x"), b"x\n");
        assert_eq!(appended(b"a", b"x"), b"a\nx\n");
        assert_eq!(appended(b"a\n", b"x"), b"a\nx\n");
    }
}
