//! How `acl` ends.

use bridge_doctor::acl::Limits;
use bridge_doctor::command::{acl_exit, acl_report};
use bridge_doctor::exit::Exit;
use bridge_doctor::snapshot::{Acl, Errno};

use crate::trees::{ACL, tree, with_failing, with_unseen};

fn exit(acl: &Acl, bridges: &[&str]) -> Exit {
    acl_exit(&acl_report(acl, bridges, Limits::default()))
}

#[test]
fn a_file_that_parses_and_allows_what_was_asked_is_healthy() {
    assert_eq!(exit(&tree(b"allow br0\n", &[]), &[]), Exit::Healthy);
    assert_eq!(exit(&tree(b"allow br0\n", &[]), &["br0"]), Exit::Healthy);
    assert_eq!(exit(&tree(b"allow br0\ndeny br0\n", &[]), &[]), Exit::Healthy);
}

#[test]
fn a_denied_bridge_or_an_error_is_broken() {
    assert_eq!(exit(&tree(b"allow br0\n", &[]), &["br0", "br1"]), Exit::Broken);
    assert_eq!(exit(&tree(b"allow br0\noops\n", &[]), &[]), Exit::Broken);
    assert_eq!(exit(&with_failing(tree(b"", &[]), ACL, Errno::ENOENT), &[]), Exit::Broken);
}

#[test]
fn what_could_not_be_looked_into_is_unknown_where_it_matters() {
    let unseen = |content: &[u8]| with_unseen(tree(content, &[]), "/etc/qemu/inc");
    assert_eq!(exit(&with_unseen(tree(b"", &[]), ACL), &["br0"]), Exit::Unknown);
    assert_eq!(exit(&unseen(b"include /etc/qemu/inc\nallow br0\n"), &["br0"]), Exit::Unknown);
    assert_eq!(exit(&unseen(b"include /etc/qemu/inc\ndeny br0\n"), &["br0"]), Exit::Broken);
    assert_eq!(exit(&unseen(b"include /etc/qemu/inc\noops\n"), &["br0"]), Exit::Broken);
    assert_eq!(exit(&unseen(b"include /etc/qemu/inc\nallow br0\n"), &[]), Exit::Healthy);
}
