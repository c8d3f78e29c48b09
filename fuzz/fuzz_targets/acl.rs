//! Reads, remarks on, decides and renders whatever stands in an ACL and two files it can include.

#![no_main]

use std::path::PathBuf;

use bridge_doctor::acl::Limits;
use bridge_doctor::command::{acl_exit, acl_report};
use bridge_doctor::report::{json, render_acl};
use bridge_doctor::snapshot::{Access, Acl, AclFile, Answer, Bytes, Fact};
use libfuzzer_sys::fuzz_target;

/// Short names, so that the fuzzer finds the includes.
const FILES: [&str; 3] = ["a", "b", "c"];

fuzz_target!(|data: &[u8]| {
    let mut contents = data.splitn(3, |&byte| byte == b'~');
    let files = FILES.iter().map(|path| file(path, contents.next().unwrap_or_default())).collect();
    let acl = Acl { path: PathBuf::from(FILES[0]), path_from_helper: true, files, elsewhere: Vec::new() };
    let report = acl_report(&acl, &[&b"br0"[..], data], Limits { open_files: 6, stack: 1 << 20 });
    acl_exit(&report);
    for ascii in [false, true] {
        let text = render_acl(&report, false, ascii);
        assert!(!text.chars().any(|character| character.is_control() && character != '\n'), "{text:?}");
        assert!(!ascii || text.is_ascii(), "{text:?}");
    }
    json::write(&report, &mut std::io::sink()).expect("a sink takes everything");
});

fn file(path: &str, content: &[u8]) -> AclFile {
    AclFile {
        path: PathBuf::from(path),
        readable: Access { subject: Fact::Known(Answer::Yes), helper: None },
        inode: Fact::unknown("made up"),
        link: None,
        closed_directory: None,
        owners: Vec::new(),
        content: Fact::Known(Bytes(content.to_vec())),
    }
}
