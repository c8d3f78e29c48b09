//! Snapshots of ACL files, made up.

use std::path::PathBuf;

use bridge_doctor::snapshot::{Access, Acl, AclFile, Answer, Bytes, Errno, Fact};

/// The ACL of every test.
pub(crate) const ACL: &str = "/etc/qemu/bridge.conf";

/// An ACL with this content and the files it includes.
pub(crate) fn tree(content: &[u8], included: &[(&str, &[u8])]) -> Acl {
    let mut files = vec![file(ACL, Fact::Known(Answer::Yes), Fact::Known(Bytes(content.to_vec())))];
    files.extend(
        included
            .iter()
            .map(|(path, content)| file(path, Fact::Known(Answer::Yes), Fact::Known(Bytes(content.to_vec())))),
    );
    Acl { path: PathBuf::from(ACL), path_from_helper: true, files, elsewhere: Vec::new() }
}

/// The same with a file that does not open.
pub(crate) fn with_failing(mut acl: Acl, path: &str, errno: Errno) -> Acl {
    let gone = file(path, Fact::Known(Answer::No(errno)), Fact::unknown("it does not open"));
    acl.files.retain(|file| file.path != gone.path);
    acl.files.push(gone);
    acl
}

/// The same with a file that could not be looked into.
pub(crate) fn with_unseen(mut acl: Acl, path: &str) -> Acl {
    let unseen = file(path, Fact::unknown("only root may look"), Fact::unknown("only root may look"));
    acl.files.retain(|file| file.path != unseen.path);
    acl.files.push(unseen);
    acl
}

fn file(path: &str, opens: Fact<Answer>, content: Fact<Bytes>) -> AclFile {
    AclFile {
        path: PathBuf::from(path),
        readable: Access { subject: opens, helper: None },
        inode: Fact::unknown("made up"),
        link: None,
        closed_directory: None,
        owners: Vec::new(),
        content,
    }
}
