//! ACL files as they lie on disk, for the reader under test.

use std::cell::OnceCell;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use bridge_doctor::acl::{Opened, Source};
use bridge_doctor::snapshot::Errno;

/// Opens files as this process can, and holds what was read.
#[derive(Default)]
pub(crate) struct Disk(OnceCell<Box<Node>>);

struct Node {
    content: Vec<u8>,
    next: OnceCell<Box<Node>>,
}

impl Disk {
    fn keep(&self, content: Vec<u8>) -> &[u8] {
        let mut slot = &self.0;
        while let Some(node) = slot.get() {
            slot = &node.next;
        }
        &slot.get_or_init(|| Box::new(Node { content, next: OnceCell::new() })).content
    }
}

impl Source for Disk {
    fn open(&self, path: &Path) -> Opened<'_> {
        match File::open(path) {
            Ok(mut file) => {
                let mut content = Vec::new();
                // A directory opens, and the first read fails.
                let _ = file.read_to_end(&mut content);
                Opened::Content(self.keep(content))
            }
            Err(error) => error.raw_os_error().map_or(Opened::Unknown, |number| Opened::Failed(Errno(number))),
        }
    }
}
