//! What is known beforehand to stand in the way of a change.

use super::look::{Seen, fixed_directory, forbids};
use super::place::Spot;
use crate::fix::{Object, Trouble};

/// Refuses what can be known to fail.
pub(super) fn changeable(spot: &Spot, seen: &Seen, replaces: bool) -> Result<(), Trouble> {
    if let Some(why) = forbids(spot)? {
        return Err(Trouble::at(
            spot.path(),
            format!("{why}; nothing is changed"),
            "remount it writable (`mount -o remount,rw`), or change it where the system's image is made",
        ));
    }
    let fixed = seen.fixed.or_else(|| fixed_directory(spot).filter(|_| replaces));
    if let Some(fixed) = fixed {
        let path = if seen.fixed.is_some() { spot.path() } else { spot.path().parent().unwrap_or(spot.path()) };
        return Err(Trouble::at(
            path,
            format!("it is {fixed}, so somebody wants it to stay as it is; nothing is changed"),
            format!("if that is no longer so: `chattr -ia {}`", path.display()),
        ));
    }
    if !replaces || matches!(seen.object, Object::Absent {}) {
        return Ok(());
    }
    if seen.is_mount {
        let what = "something is mounted on it, so that it cannot be replaced; nothing is changed";
        return Err(Trouble::at(spot.path(), what, "change what is mounted there (`findmnt` says what it is)"));
    }
    if seen.names > 1 && matches!(seen.object, Object::File { .. }) {
        let what = format!("it has {} names (hard links), of which a change would split this one off", seen.names);
        return Err(Trouble::at(spot.path(), what, "find the others with `find / -xdev -samefile`, and keep one"));
    }
    Ok(())
}
