//! What a change makes of what it finds: pure.

use std::os::unix::ffi::OsStrExt as _;

use super::lines::edited;
use crate::fix::object::CAPABILITY;
use crate::fix::{Attributes, Node, Object};
use crate::platform::{Action, ModeChange};
use crate::snapshot::Bytes;

/// Owner and group as numbers.
pub(super) type Owner = (u32, u32);

/// What should stand there afterwards; `owner` is that of a `SetMode`, by number.
///
/// # Errors
///
/// A clause that says why the change is none for what stands there.
pub(super) fn after(action: &Action, before: &Object, owner: Option<Owner>) -> Result<Object, String> {
    match action {
        Action::MakeDirectory { mode, .. } => match before {
            Object::Absent {} => Ok(Object::Directory { attributes: Attributes::of_root(*mode) }),
            Object::Directory { .. } => Ok(before.clone()),
            other => Err(format!("{} stands where a directory should be", other.kind())),
        },
        Action::WriteFile { content, mode, .. } => written(before, content.clone(), *mode),
        Action::EditFile { edits, mode, .. } => {
            let text = match before {
                Object::File { content: Some(text), .. } => text.as_slice(),
                Object::File { content: None, .. } => return Err("nobody read the lines that are there".to_owned()),
                _ => &[],
            };
            written(before, edited(text, edits)?, *mode)
        }
        Action::SetMode { mode, .. } => with_mode(before, owner, *mode),
        Action::SetCapabilities { net_admin, .. } => with_capabilities(before, *net_admin),
        Action::MakeLink { target, .. } => match before {
            Object::Absent {} | Object::Link { .. } => {
                Ok(Object::Link { target: Bytes(target.as_os_str().as_bytes().to_vec()), uid: 0, gid: 0 })
            }
            other => Err(format!("{} stands where the link should be, and would be lost", other.kind())),
        },
        Action::MakeDevice { major, minor, mode, .. } => {
            let node = Node::CharDevice(*major, *minor);
            match before {
                Object::Absent {} | Object::Link { .. } => {
                    Ok(Object::Node { node, attributes: Attributes::of_root(*mode) })
                }
                Object::Node { node: standing, .. } if *standing == node => Ok(before.clone()),
                other => Err(format!("{} stands where the device should be, and would be lost", other.kind())),
            }
        }
        Action::Run { .. } => Ok(before.clone()),
    }
}

fn written(before: &Object, content: Vec<u8>, mode: u32) -> Result<Object, String> {
    match before {
        Object::Absent {} => Ok(Object::File { content: Some(content), attributes: Attributes::of_root(mode) }),
        Object::File { content: standing, attributes } => {
            let mut attributes = attributes.clone();
            if standing.as_ref() != Some(&content) {
                // As a write does: the privilege was given to another content.
                attributes.extended.remove(CAPABILITY);
            }
            Ok(Object::File { content: Some(content), attributes })
        }
        other => Err(format!("{} stands where the file should be", other.kind())),
    }
}

/// `cap_net_admin=ep` as the kernel stores it: revision 2 and the effective flag, then permitted and inheritable in
/// two halves each.
const NET_ADMIN: [u32; 5] = [0x0200_0001, 1 << 12, 0, 0, 0];

fn with_capabilities(before: &Object, net_admin: bool) -> Result<Object, String> {
    let Object::File { attributes, .. } = before else {
        return Err(format!("{} has no file capabilities", before.kind()));
    };
    let mut attributes = attributes.clone();
    attributes.extended.remove(CAPABILITY);
    if net_admin {
        let value = NET_ADMIN.iter().flat_map(|word| word.to_le_bytes()).collect();
        attributes.extended.insert(CAPABILITY.to_owned(), Bytes(value));
    }
    Ok(Object::File { content: None, attributes })
}

fn with_mode(before: &Object, owner: Option<Owner>, mode: Option<ModeChange>) -> Result<Object, String> {
    let change = |attributes: &Attributes, is_file: bool| {
        let mut attributes = attributes.clone();
        if let Some((uid, gid)) = owner.filter(|owner| *owner != (attributes.uid, attributes.gid)) {
            attributes = attributes.with_owner(uid, gid, is_file);
        }
        let bits = mode.map_or(attributes.mode, |mode| mode.applied(attributes.mode));
        if bits == attributes.mode { attributes } else { attributes.with_mode(bits) }
    };
    match before {
        Object::File { attributes, .. } => Ok(Object::File { content: None, attributes: change(attributes, true) }),
        Object::Directory { attributes } => Ok(Object::Directory { attributes: change(attributes, false) }),
        Object::Node { node, attributes } => Ok(Object::Node { node: *node, attributes: change(attributes, false) }),
        Object::Absent {} => Err("nothing stands there whose mode could be set".to_owned()),
        Object::Link { .. } => Err("a symbolic link has no mode".to_owned()),
    }
}
