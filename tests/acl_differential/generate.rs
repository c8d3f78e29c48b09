//! Random trees of ACL files: mostly well-formed, with every kind of oddity strewn in.

use crate::random::Random;

/// One case: the files by name, and the bridge that is asked for.
pub(crate) struct Tree {
    pub(crate) files: Vec<(&'static str, Vec<u8>)>,
    /// A file that its owner may not read.
    pub(crate) closed: Option<&'static str>,
    pub(crate) bridge: Vec<u8>,
    pub(crate) open_files: u64,
}

/// The names of files that may be there beside `bridge.conf`; `d` is a directory, always.
pub(crate) const INCLUDED: [&str; 4] = ["a", "b", "c", "d/e"];

const NAMES: [&[u8]; 8] = [b"br0", b"br0", b"br0", b"br1", b"br1", b"virbr0", b"all", b"012345678901234"];
const ODD_NAMES: [&[u8]; 5] = [b"ALL", b"", b"0123456789012345", b"br*", b"br0,br1"];
const KEYWORDS: [&[u8]; 6] = [b"allow", b"allow", b"allow", b"allow", b"deny", b"include"];
const ODD_KEYWORDS: [&[u8]; 16] = [
    b"alow",
    b"ALLOW",
    b"Allow",
    b"allow:",
    b"allows",
    b"all",
    b"denied",
    b"includ",
    b"\xef\xbb\xbfallow",
    b"allow\tx",
    b"//",
    b";",
    b"br0",
    b"",
    b"allow\x0b",
    b"\xff\xfea",
];
const BLANKS: [&[u8]; 8] = [b" ", b"\t", b"\r", b"\x0c", b"  ", b"\t ", b" \t", b"\r\x0c"];
const ODD: [&[u8]; 14] =
    [b"\x0b", b"\0", b"=", b":", b",", b"\xa0", b"\xc2\xa0", b"\x1b[31m", b"#", b" #", b"'", b"\"", b"\x01", b"\x85"];
const ENDS: [&[u8]; 5] = [b"\n", b"\r\n", b" \n", b"\n\n", b"\t\r\n"];
const PATHS: [&[u8]; 24] = [
    b"DIR/a",
    b"DIR/b",
    b"DIR/c",
    b"DIR/d/e",
    b"a",
    b"b",
    b"c",
    b"d/e",
    b"./a",
    b"d/../b",
    b"DIR//c",
    b"d",
    b"DIR/d",
    b"d/",
    b"a/",
    b"a/b",
    b"missing",
    b"DIR/missing",
    b"",
    b"/",
    b"\"DIR/a\"",
    b"DIR/a # comment",
    b"DIR/bridge.conf",
    b"~/a",
];

/// Makes a tree; `DIR` in includes becomes `directory`.
pub(crate) fn tree(random: &mut Random, directory: &[u8]) -> Tree {
    let mut files = vec![("bridge.conf", file(random, directory))];
    for name in INCLUDED {
        if !random.one_in(3) {
            files.push((name, file(random, directory)));
        }
    }
    let closed = random.one_in(12).then(|| random.pick(&INCLUDED));
    let mut bridge = NAMES[random.below(NAMES.len())].to_vec();
    bridge.truncate(15);
    Tree { files, closed, bridge, open_files: [8, 9, 12][random.below(3)] }
}

fn file(random: &mut Random, directory: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    if random.one_in(60) {
        out.extend_from_slice(b"\xef\xbb\xbf");
    }
    for _ in 0..random.below(7) {
        let start = out.len();
        line(random, directory, &mut out);
        if random.one_in(25) {
            stretch(random, start, &mut out);
        }
    }
    if random.one_in(4) {
        while out.last().is_some_and(|&byte| byte == b'\n') {
            out.pop();
        }
    }
    if random.one_in(8) && !out.is_empty() {
        let at = random.below(out.len());
        out[at] = random.byte();
    }
    out
}

fn line(random: &mut Random, directory: &[u8], out: &mut Vec<u8>) {
    match random.below(60) {
        0 => out.extend_from_slice(b"# allow br1"),
        1 => {}
        2 => (0..random.below(24)).for_each(|_| out.push(random.byte())),
        3 => (0..random.below(12)).for_each(|_| out.extend_from_slice(scrap(random))),
        _ => command(random, directory, out),
    }
    out.extend_from_slice(random.pick(&ENDS));
}

fn command(random: &mut Random, directory: &[u8], out: &mut Vec<u8>) {
    if random.one_in(5) {
        out.extend_from_slice(random.pick(&BLANKS));
    }
    let keyword = if random.one_in(40) { random.pick(&ODD_KEYWORDS) } else { random.pick(&KEYWORDS) };
    out.extend_from_slice(keyword);
    out.extend_from_slice(match random.below(40) {
        0 => random.pick(&ODD),
        1..8 => random.pick(&BLANKS),
        _ => b" ",
    });
    if keyword == b"include" {
        let path = String::from_utf8_lossy(random.pick(&PATHS)).replace("DIR", &String::from_utf8_lossy(directory));
        out.extend_from_slice(path.as_bytes());
    } else {
        let name = if random.one_in(16) { random.pick(&ODD_NAMES) } else { random.pick(&NAMES) };
        out.extend_from_slice(name);
    }
    if random.one_in(20) {
        out.extend_from_slice(scrap(random));
        out.extend_from_slice(scrap(random));
    }
}

fn scrap(random: &mut Random) -> &'static [u8] {
    match random.below(5) {
        0 => random.pick(&ODD),
        1 => random.pick(&KEYWORDS),
        2 => random.pick(&NAMES),
        _ => random.pick(&BLANKS),
    }
}

/// Lengthens the last line so that it ends near the end of the helper's buffer, or of its second filling.
fn stretch(random: &mut Random, start: usize, out: &mut Vec<u8>) {
    let filler = *random.pick(&[b" ", b"x", b"\t", b"#", b"\0"]);
    let fillings = 1 + random.below(2);
    let aim = (4095 * fillings + random.below(12)).saturating_sub(6);
    let missing = aim.saturating_sub(out.len() - start);
    let at = start + random.below(out.len() - start + 1);
    out.splice(at..at, std::iter::repeat_n(filler[0], missing));
    if random.one_in(2) {
        out.extend_from_slice(b"allow br0\n");
    }
}
