//! What stands before what, and what a message excludes.

use crate::{causes, errors, matches, only};

const ACL: &str = "failed to parse default acl file `/etc/qemu/bridge.conf'\n";
const QEMU: &str = "qemu-system-x86_64: -netdev bridge,id=n0,br=br7,helper=/opt/h: bridge helper failed\n";

#[test]
fn a_line_of_the_helper_explains_what_qemu_says_after_it() {
    let found = matches(&format!("failed to create tun device: Operation not permitted\n{QEMU}"));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].error, found[0].line), ("tun-create-not-permitted", 1));
    assert_eq!(found[0].params["bridge"], "br7");
    assert_eq!(found[0].params["helper"], "/opt/h");
}

#[test]
fn qemus_line_alone_means_that_the_helper_never_ran() {
    let causes = only(QEMU);
    assert_eq!(&causes[..2], ["helper-missing", "helper-not-executable"]);
    assert!(!causes.iter().any(|cause| cause.starts_with("tun-") || *cause == "acl-missing"), "{causes:?}");
}

#[test]
fn a_wrong_line_explains_that_the_acl_did_not_parse() {
    let found = matches(&format!("Unknown command `alow'\n{ACL}{QEMU}"));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].error, causes(&found[0])), ("acl-unknown-command", vec!["acl-syntax"]));
    assert_eq!(found[0].params["command"], "alow");
    assert_eq!(found[0].params["acl"], "/etc/qemu/bridge.conf");
}

#[test]
fn without_a_wrong_line_before_it_the_acl_did_not_open() {
    assert!(only(ACL).contains(&"acl-syntax"), "a line may have been left out");
    assert!(!only(&format!("{ACL}{QEMU}")).contains(&"acl-syntax"));
    assert!(!only(&format!("CMD --use-vnet --br=br0 --fd=9: x: stderr={ACL}")).contains(&"acl-syntax"));
}

#[test]
fn a_long_name_stands_in_the_acl_or_on_the_command_line() {
    let name = "name `br01234567890123' too long: 18\n";
    assert_eq!(only(&format!("{name}{ACL}{QEMU}")), ["acl-syntax"]);
    assert_eq!(only(&format!("{name}{QEMU}")), ["bridge-name-too-long"]);
    assert_eq!(only(name), ["bridge-name-too-long", "acl-syntax"]);
}

#[test]
fn a_wrong_line_that_did_not_end_the_reading_is_in_an_include() {
    let found = matches(&format!("Unknown command `foo'\naccess denied by acl file\n{QEMU}"));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].error, "acl-access-denied");
    assert_eq!(&causes(&found[0])[..2], ["acl-denied", "acl-include-ignored"]);
    let later =
        matches(&format!("Unknown command `foo'\nfailed to create tun device: Operation not permitted\n{QEMU}"));
    assert_eq!((later.len(), later[0].error), (1, "tun-create-not-permitted"));
}

#[test]
fn an_mtu_of_loopback_is_no_bridge() {
    let text = |mtu| format!("failed to set mtu of device `tap0' to {mtu}: Invalid argument\n");
    assert_eq!(only(&text("65536"))[0], "not-a-bridge");
    assert_eq!(only(&text("65535"))[0], "bridge-mtu");
}

#[test]
fn libvirts_own_addition_explains_nothing() {
    assert!(matches("error: Transport endpoint is not connected").is_empty());
    let text = "/usr/lib/qemu/qemu-bridge-helper --use-vnet --br=br0 --fd=26: failed to communicate with bridge helper: \
                stderr=access denied by acl file\n: Transport endpoint is not connected";
    assert_eq!(errors(text), [("acl-access-denied", 1)]);
}

#[test]
fn two_attempts_are_two_incidents_and_the_same_again_is_counted() {
    let first = format!("{ACL}{QEMU}");
    let second = format!("failed to create tun device: Operation not permitted\n{QEMU}");
    assert_eq!(errors(&format!("{first}{second}")), [("acl-not-parsed", 1), ("tun-create-not-permitted", 1)]);
    assert_eq!(errors(&first.repeat(5)), [("acl-not-parsed", 5)]);
    let other = second.replace("br7", "br8");
    assert_eq!(
        errors(&format!("{second}{other}{second}")),
        [("tun-create-not-permitted", 2), ("tun-create-not-permitted", 1)]
    );
}

#[test]
fn a_helper_with_a_blank_in_its_path_is_run_by_the_shell() {
    let text = "sh: 1: /opt/my: not found\nqemu-system-x86_64: -netdev bridge,id=n0,helper=/opt/my helper: bridge helper failed\n";
    assert_eq!(only(text), ["helper-path-mismatch"]);
    assert!(matches("sh: 1: make: not found\n").is_empty(), "a shell's word alone is not about a helper");
}

#[test]
fn a_helper_in_the_store_is_the_unprivileged_copy() {
    let text = "failed to create tun device: Operation not permitted\nqemu-kvm: -netdev bridge,id=n,br=br0,helper=/gnu/store/abc-qemu/libexec/qemu-bridge-helper: bridge helper failed\n";
    assert_eq!(only(text)[0], "helper-symlink-unprivileged-copy");
}
