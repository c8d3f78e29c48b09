//! What was found in lines that come again and again. A log of a machine that tries every minute has few different ones.

use std::rc::Rc;

use hashbrown::HashMap;

use super::matcher::Said;

/// Different lines that are kept.
const MANY: usize = 512;
/// A longer line is not kept.
const LONGEST: usize = 1024;
/// How far a syslog prefix reaches.
const PREFIX: usize = 96;

/// The lines of late, without what differs each time in the prefix of a log: its digits.
#[derive(Default)]
pub(super) struct Memo {
    lines: HashMap<Box<[u8]>, Rc<[Rc<Said>]>>,
    key: Vec<u8>,
    head: usize,
}

impl Memo {
    /// What was found in a line that is the same.
    pub(super) fn recall(&mut self, line: &[u8]) -> Option<Rc<[Rc<Said>]>> {
        self.key.clear();
        if line.len() > LONGEST {
            return None;
        }
        let (stamp, process) = variable(line);
        let part = |from: usize, to: usize| line.get(from..to).unwrap_or_default();
        self.key.extend(part(0, stamp).iter().filter(|byte| !byte.is_ascii_digit()));
        self.key.extend_from_slice(part(stamp, process.0));
        self.key.extend_from_slice(part(process.1, line.len()));
        self.head = stamp.max(process.1);
        self.lines.get(self.key.as_slice()).cloned()
    }

    /// Keeps what was found in the line that was not recalled just now; `from` is where the first message begins. A message
    /// that begins in the prefix depends on its digits.
    pub(super) fn keep(&mut self, found: &[Rc<Said>], from: usize) {
        if self.key.is_empty() || from < self.head {
            return;
        }
        if self.lines.len() >= MANY {
            self.lines.clear();
        }
        self.lines.insert(self.key.as_slice().into(), found.into());
    }
}

/// The end of the time at the beginning of a line, and the place of the process id in the tag after it.
pub(super) fn variable(line: &[u8]) -> (usize, (usize, usize)) {
    let month =
        line.get(..3).is_some_and(|start| start.iter().all(u8::is_ascii_alphabetic) && line.get(3) == Some(&b' '));
    let from = if month { 3 } else { 0 };
    let of_time = |byte: &u8| byte.is_ascii_digit() || b" :.,+-TZ[]<>/".contains(byte);
    let length = line.iter().skip(from).take(PREFIX).take_while(|byte| of_time(byte)).count();
    let time = line.get(..from + length).unwrap_or_default();
    // No message begins before the blank and goes on after it.
    let stamp = memchr::memrchr(b' ', time).map_or(0, |blank| blank + 1);
    let rest = line.get(stamp..line.len().min(stamp + PREFIX)).unwrap_or_default();
    let process = memchr::memchr(b'[', rest).and_then(|open| {
        let digits = rest.get(open + 1..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let end = open + 1 + digits;
        rest.get(end..)?.starts_with(b"]: ").then_some((stamp + open + 1, stamp + end))
    });
    (stamp, process.unwrap_or((stamp, stamp)))
}

#[cfg(test)]
mod tests {
    use super::Memo;

    fn same(one: &str, other: &str) -> bool {
        let mut memo = Memo::default();
        assert!(memo.recall(one.as_bytes()).is_none());
        memo.keep(&[], usize::MAX);
        memo.recall(other.as_bytes()).is_some()
    }

    #[test]
    fn time_and_process_make_no_line_another_one() {
        assert!(same("Nov 23 06:00:01 host qemu[12]: x 1", "Nov 24 16:10:21 host qemu[4242]: x 1"));
        assert!(same("2026-11-23T06:00:01.5+00:00 h q[1]: x", "2027-01-02T16:20:31.7+00:00 h q[99]: x"));
        assert!(same("[   11.5] x", "[   12.75] x"));
    }

    #[test]
    fn anything_else_does() {
        assert!(!same("Nov 23 06:00:01 host qemu[12]: x 1", "Nov 23 06:00:01 host qemu[12]: x 2"));
        assert!(!same("sh: 1: x: not found", "sh: 2: x: not found"));
        assert!(!same("host1 a[1]: x", "host2 a[1]: x"));
        assert!(!same("12:30: x", "12.30 x"));
    }
}
