//! Guix itself makes a system of what it is told. `tests/guix` brings it where there is none.

use std::process::Command;

use bridge_doctor::platform::Declaration;

use crate::declarations::{everything, machine, text};

/// What a configuration says besides.
const SYSTEM: [&str; 2] = [
    r#"
(operating-system
  (host-name "host")
  (timezone "UTC")
  (bootloader (bootloader-configuration (bootloader grub-bootloader) (targets '("/dev/vda"))))
  (file-systems (cons (file-system (mount-point "/") (device "/dev/vda1") (type "ext4")) %base-file-systems))
"#,
    ")\n",
];
/// What the account of a user says besides.
const ACCOUNT: [&str; 2] = [
    r#"
  (users (cons (user-account (name "alice") (group "users")
"#,
    ") %base-user-accounts))\n",
];

/// The declarations in the place that their comments name.
fn configuration(declared: &str, of_user: bool) -> String {
    let (imports, fields) = declared.split_once("\n\n").expect("the imports come first");
    let [before, after] = SYSTEM;
    let [account, end] = if of_user { ACCOUNT } else { ["", ""] };
    format!("{imports}\n{before}{account}{fields}{end}{after}")
}

/// Computes every file of the system, and builds none.
fn derives(configuration: &str) {
    let file = tempfile::NamedTempFile::with_suffix(".scm").expect("a temporary file");
    std::fs::write(file.path(), configuration).expect("it can be written");
    let output = Command::new("guix")
        .args(["system", "build", "--derivation", "--no-grafts", "--no-substitutes"])
        .arg(file.path())
        .output()
        .expect("tests/guix brings Guix");
    let said = String::from_utf8_lossy(&output.stderr);
    let derivation = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && derivation.ends_with("-system.drv\n"), "{said}\n{configuration}");
    assert!(!said.contains("warning"), "{said}\n{configuration}");
}

#[test]
#[ignore = "it takes Guix and its daemon: run tests/guix"]
fn guix_makes_a_system_of_it() {
    let machine = machine("guix", "/run/privileged");
    let (of_user, of_system): (Vec<_>, Vec<_>) =
        everything().into_iter().partition(|declaration| matches!(declaration, Declaration::Member { .. }));
    assert_eq!((of_user.len(), of_system.is_empty()), (1, false));
    derives(&configuration(&text(&machine, &of_user), true));
    derives(&configuration(&text(&machine, &of_system), false));
    for declaration in of_system {
        derives(&configuration(&text(&machine, &[declaration]), false));
    }
}
