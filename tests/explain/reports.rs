//! The reports that this program was begun for, and messages that are mistaken for the helper's.

use bridge_doctor::{catalogue, explain};

use crate::{matches, only};

#[test]
fn a_helper_that_libvirt_does_not_find() {
    let causes = only("'/usr/libexec/qemu-bridge-helper' is not a suitable bridge helper: No such file or directory");
    assert_eq!(causes[0], "helper-missing");
    assert!(causes.contains(&"guix-copy-elsewhere"), "{causes:?}");
    let (page, _) = catalogue::cause_of_neighbour("guix-copy-elsewhere").unwrap();
    assert!(page.body.contains(
        r#"(extra-special-file "/usr/libexec/qemu-bridge-helper" "/run/privileged/bin/qemu-bridge-helper")"#
    ));
}

#[test]
fn a_link_to_the_copy_in_the_store() {
    let causes = only("failed to create tun device: Operation not permitted");
    assert!(causes.contains(&"helper-symlink-unprivileged-copy"), "{causes:?}");
}

#[test]
fn an_acl_that_is_not_there() {
    let causes = only("failed to parse default acl file `/etc/qemu/bridge.conf'");
    assert_eq!(causes[0], "acl-missing");
    assert!(causes.contains(&"guix-acl-misnamed"), "{causes:?}");
}

#[test]
fn the_words_of_guix_itself() {
    let texts = [
        ("/etc/config.scm:12:3: error: qemu: unbound variable", "guix-module-missing"),
        (
            "warning: representing setuid programs with file-like objects is deprecated; use 'setuid-program' instead",
            "guix-setuid-deprecated",
        ),
        (
            "config.scm:40:2: warning: '%setuid-programs' is deprecated, use '%default-privileged-programs' instead",
            "guix-setuid-deprecated",
        ),
        (r#"(extra-special-file "/etc/qemu/host.conf""#, "guix-acl-misnamed"),
    ];
    for (text, cause) in texts {
        assert_eq!(only(text), [cause], "{text}");
    }
}

#[test]
fn a_neighbours_message_is_said_to_be_one() {
    for neighbour in catalogue::neighbours() {
        for error in neighbour.errors {
            let found = matches(error.example);
            assert_eq!(found.len(), 1, "{}: {found:#?}", error.id);
            assert_eq!(found[0].error, error.id);
            assert_eq!(found[0].program, error.program);
        }
    }
}

#[test]
fn every_known_error_is_found_in_its_example() {
    for (_, error) in catalogue::errors().filter(|(_, error)| error.role != catalogue::Role::Context) {
        let ids: Vec<_> = matches(error.example).iter().map(|one| one.error).collect();
        assert_eq!(ids, [error.id], "{}", error.example);
    }
}

#[test]
fn every_word_of_the_catalogue_leads_to_a_page() {
    for page in catalogue::pages() {
        assert_eq!(explain::topic(page.id).map(|topic| topic.id), Some(page.id));
        for cause in page.causes.iter().filter(|cause| cause.id != page.id) {
            let topic = explain::topic(cause.id).unwrap();
            assert_eq!((topic.id, topic.cause), (page.id, Some(cause.id)));
        }
    }
    for page in catalogue::neighbours() {
        for cause in page.causes {
            let topic = explain::topic(cause.id).unwrap();
            assert_eq!((topic.id, topic.cause), (page.id, Some(cause.id)));
        }
    }
    assert_eq!(explain::topic("acl-access-denied").map(|topic| topic.id), Some("acl-allows"));
    assert_eq!(explain::topic("no-such-thing"), None);
}

#[test]
fn what_is_near_is_named_and_what_is_not_is_not() {
    let near = |text: &str| explain::text(text.as_bytes()).nearest.iter().map(|near| near.id).collect::<Vec<_>>();
    assert_eq!(near("acess denied by the acl files"), ["acl-access-denied"]);
    assert_eq!(near("helper-setiud"), ["helper-setuid"]);
    assert!(near("could not open disk image /tmp/x.img: No such file or directory").is_empty());
    assert!(near("hello").is_empty() && near("").is_empty());
}
