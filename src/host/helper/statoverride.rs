//! What dpkg has been told about a file's owner and mode.

use std::path::Path;

use super::super::root::Root;

/// The override of a path, as `root root 4755`.
pub(super) fn of(root: &Root, path: &Path) -> Option<String> {
    let text = root.text("/var/lib/dpkg/statoverride")?;
    let path = path.to_str()?;
    text.lines().find_map(|line| {
        let rights = line.strip_suffix(path)?.strip_suffix(' ')?;
        (rights.split(' ').count() == 3).then(|| rights.to_owned())
    })
}
