//! Nothing that a file holds steers the terminal, whatever it is.

use bridge_doctor::acl::Limits;
use bridge_doctor::command::acl_report;
use bridge_doctor::report::{json, render_acl};
use proptest::prelude::*;

use crate::trees::{ACL, tree};

fn steers(text: &str) -> Option<char> {
    text.chars().find(|&character| character.is_control() && character != '\n')
}

#[test]
fn an_escape_sequence_is_shown_and_not_sent() {
    let path = "/etc/qemu/\x1b[2Jinc";
    let acl = tree(b"allow \x1b[31mbr0\ninclude /etc/qemu/\x1b[2Jinc\n", &[(path, b"\x1b]0;title\x07\n")]);
    let text = render_acl(&acl_report(&acl, &["\x1b[0m"], Limits::default()), false, false);
    assert_eq!(steers(&text), None, "{text:?}");
    assert!(text.contains(r"\x1b[31mbr0") && text.contains(r"/etc/qemu/\x1b[2Jinc"), "{text}");
}

#[test]
fn what_steers_or_hides_is_escaped_for_programs_as_well() {
    let name = "b\u{9b}2J\u{202e}\u{3164}";
    let acl = tree(format!("allow {name}\n").as_bytes(), &[]);
    let mut json = Vec::new();
    json::write(&acl_report(&acl, &[name], Limits::default()), &mut json).expect("a vector takes everything");
    let json = String::from_utf8(json).expect("JSON is text");
    assert!(steers(&json).is_none() && !json.contains(['\u{202e}', '\u{3164}']), "{json}");
    let read: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!((&read["rules"][0]["bridge"], &read["decisions"][0]["bridge"]), (&name.into(), &name.into()));
}

#[test]
fn ascii_means_ascii() {
    let acl = tree("allow brücke # ö\nallow “br0”\n".as_bytes(), &[]);
    let report = acl_report(&acl, &["ö"], Limits::default());
    assert!(render_acl(&report, true, true).is_ascii());
    assert!(!render_acl(&report, true, false).is_ascii());
}

fn scraps() -> impl Strategy<Value = Vec<u8>> {
    let scrap = prop_oneof![
        4 => prop::sample::select(vec![
            &b"allow "[..], b"deny ", b"include ", b"br0", b"all", b"\n", b"\n", b"\n", b"\t", b" ", b"#", b"\x0b", b"\0",
            b"\r\n", b"/etc/qemu/bridge.conf", b"/etc/qemu/inc", b"\xef\xbb\xbf", b"\x1b[31m", b"\"", b"=",
        ])
        .prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..8),
        1 => (any::<u8>(), 4_080_usize..4_100).prop_map(|(byte, count)| vec![byte; count]),
    ];
    prop::collection::vec(scrap, 0..40).prop_map(|scraps| scraps.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_stands_in_the_files(first in scraps(), second in scraps(), bridge in prop::collection::vec(any::<u8>(), 0..20)) {
        let acl = tree(&first, &[("/etc/qemu/inc", &second)]);
        let report = acl_report(&acl, &[&bridge], Limits { open_files: 8, stack: 1 << 20 });
        prop_assert_eq!(steers(&render_acl(&report, false, false)), None);
        for diagnostic in &report.diagnostics {
            let content = if diagnostic.file == ACL { &first } else { &second };
            let line = content.split(|&byte| byte == b'\n').nth(diagnostic.line - 1);
            prop_assert!(line.is_some_and(|line| diagnostic.column + diagnostic.length <= line.len() + 2), "{diagnostic:?}");
        }
    }
}
