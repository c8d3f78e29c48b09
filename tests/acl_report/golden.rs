//! The text of each remark, in `tests/golden/acl`. `INSTA_UPDATE=always` writes it anew.

use bridge_doctor::acl::Limits;
use bridge_doctor::command::acl_report;
use bridge_doctor::report::{json, render_acl};
use bridge_doctor::snapshot::{Acl, Errno};

use crate::trees::{tree, with_failing, with_unseen};

const INC: &str = "/etc/qemu/inc";

fn shown(acl: &Acl, bridges: &[&str]) -> String {
    render_acl(&acl_report(acl, bridges, Limits::default()), false, false)
}

fn golden(name: &str, text: &str) {
    insta::with_settings!({snapshot_path => "../golden/acl", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn every_remark_about_one_line() {
    let cases: &[(&str, &[u8])] = &[
        ("invalid_line_equals", b"# bridges\nallow=br0\n"),
        ("invalid_line_colon", b"allow:br0\n"),
        ("invalid_line_keyword_only", b"allow\n"),
        ("invalid_line_lone_name", b"  br0\n"),
        ("invalid_line_lone_path", b"/etc/qemu/inc\n"),
        ("invalid_line_near_keyword", b"alow\n"),
        ("invalid_line_vertical_tab", b"allow\x0bbr0\n"),
        ("invalid_line_byte_order_mark", b"\xef\xbb\xbf\nallow br0\n"),
        ("invalid_line_utf16", b"\xff\xfea\0l\0l\0o\0w\0 \0b\0r\x000\0\n\0a\0l\0"),
        ("unknown_command_misspelt", b"allow br0\nalow br1\ndney br2\n"),
        ("unknown_command_upper_case", b"ALLOW br0\n"),
        ("unknown_command_colon", b"allow: br0\n"),
        ("unknown_command_byte_order_mark", b"\xef\xbb\xbfallow br0\n"),
        ("unknown_command_tab_and_space", b"allow\tbr0 # lan\n"),
        ("unknown_command_tab_and_word", b"allow\tbr0 br1\n"),
        ("unknown_command_slashes", b"// lan\n"),
        ("unknown_command_vertical_tab", b"\x0ballow br0\n"),
        ("unknown_command_other", b"permit br0\n"),
        ("name_too_long_comment", b"allow br0 # the bridge of my LAN\n"),
        ("name_too_long_several", b"allow br0 br1 br2 virbr0\n"),
        ("name_too_long_quotes", b"allow \"abcdefghijklmno\"\n"),
        ("name_too_long", b"allow abcdefghijklmnop\n"),
        ("trailing_comment", b"allow br0 # lan\n"),
        ("quotes", b"allow \"br0\"\nallow 'br1'\n"),
        ("glob", b"allow br*\nallow *\nallow ALL\n"),
        ("several_names", b"allow br0 br1\ndeny br2,br3\n"),
        ("impossible_name", b"allow br0/1\nallow br0;\n"),
        ("empty_name", b"allow \n"),
        ("vertical_tab", b"allow br0 \x0b\n"),
        ("nul_byte", b"allow br0\0\nallow br1\n"),
        ("not_utf8", b"allow br\xff0\nal\xffow br0\n"),
        ("crlf_is_fine", b"allow br0\r\n\tallow br1\r\n"),
        ("tab_separated", b"allow\tbr0\n\tdeny\tbr*\n"),
        ("all", b"allow all\nallow br0\ndeny br1\nallow br1\n"),
        ("deny_all", b"allow br0\ndeny all\n"),
        ("duplicate", b"allow br0\nallow br1\nallow br0\n"),
        ("empty", b""),
    ];
    for (name, content) in cases {
        golden(name, &shown(&tree(content, &[]), &[]));
    }
}

#[test]
fn long_lines() {
    let mut content = b"allow br0".to_vec();
    content.resize(4095, b' ');
    content.extend_from_slice(b"allow br1 # oh\n");
    golden("line_in_pieces", &shown(&tree(&content, &[]), &["br1"]));
    let line = [b"allow ".to_vec(), vec![b'x'; 3000], b" # comment\n".to_vec()].concat();
    golden("long_name", &shown(&tree(&line, &[]), &[]));
}

#[test]
fn includes() {
    let including = |content: &[u8]| tree(b"allow br0\ninclude /etc/qemu/inc\n", &[(INC, content)]);
    golden("include", &shown(&including(b"allow br1\n"), &["br1", "br2"]));
    golden("include_broken", &shown(&including(b"allow br1\noops\nallow br2\ndeny br3\n"), &["br1", "br2"]));
    golden("include_cycle", &shown(&including(b"allow br1\ninclude /etc/qemu/bridge.conf\n"), &["br1"]));
    let twice = b"include /etc/qemu/bridge.conf\ninclude /etc/qemu/bridge.conf\n";
    golden("include_endless", &shown(&including(twice), &["br0"]));
    golden("include_deny", &shown(&including(b"deny br0\n"), &["br0"]));
    golden("include_unseen", &shown(&with_unseen(including(b""), INC), &["br0", "br1"]));
    let missing = |line: &str| {
        let path = line.trim_start_matches("include ").to_owned();
        shown(&with_failing(tree(format!("{line}\n").as_bytes(), &[]), &path, Errno::ENOENT), &[])
    };
    golden("include_not_opened", &missing("include /etc/qemu/inc"));
    golden("include_relative", &missing("include bridges.d/lan"));
    golden("include_quotes", &missing("include \"/etc/qemu/inc\""));
    golden("include_comment", &missing("include /etc/qemu/inc # more"));
    golden("include_pattern", &missing("include /etc/qemu/*.conf"));
}

#[test]
fn the_first_file() {
    let acl = tree(b"", &[]);
    golden("does_not_open", &shown(&with_failing(acl.clone(), crate::trees::ACL, Errno::EACCES), &["br0"]));
    golden("unseen", &shown(&with_unseen(acl, crate::trees::ACL), &["br0"]));
}

#[test]
fn more_than_a_hundred_of_a_kind_are_counted() {
    let text = shown(&tree("allow br0\n".repeat(1_000).as_bytes(), &[]), &["br0"]);
    assert_eq!(text.matches("warning[duplicate-rule]").count(), 100, "{text}");
    assert!(
        text.ends_with("note[duplicate-rule]: 899 more remarks of this kind are left out\n\n100 warnings, 1 note.\n")
    );
}

#[test]
fn json() {
    let acl = tree(b"allow br0\ninclude /etc/qemu/inc\nALLOW br1\n", &[(INC, b"deny br2\n")]);
    let mut out = Vec::new();
    json::write(&acl_report(&acl, &["br0"], Limits::default()), &mut out).expect("a vector takes everything");
    golden("broken_json", &String::from_utf8_lossy(&out));
    out.clear();
    let acl = tree(b"allow br0\ninclude /etc/qemu/inc\n", &[(INC, b"deny br2\n")]);
    json::write(&acl_report(&acl, &["br0", "br2", "br3"], Limits::default()), &mut out).expect("as above");
    golden("parsed_json", &String::from_utf8_lossy(&out));
}
