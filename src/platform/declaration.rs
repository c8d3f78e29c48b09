//! What a system that is made from its configuration should be told.

/// Why nothing is changed by hand on such a system.
pub const DECLARED: &str = "this system is made from its configuration: what is changed by hand is lost or refused";

/// One wish; the platform writes all that belong together as one piece of its configuration.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Declaration {
    /// The helper, privileged.
    PrivilegedHelper,
    /// An ACL of these lines and no others.
    Acl(Vec<Vec<u8>>),
    /// The user is in the group.
    Member {
        /// The user's name.
        user: String,
        /// The group's name.
        group: String,
    },
    /// A bridge, with this interface as its uplink.
    Bridge {
        /// Its name.
        name: String,
        /// The interface whose place it takes.
        port: Option<String>,
    },
    /// IPv4 is forwarded.
    ForwardsIp,
}

/// The wishes of one plan, each kind gathered.
#[derive(Debug, Default)]
pub(super) struct Gathered<'a> {
    pub(super) helper: bool,
    pub(super) acl: Option<Vec<&'a [u8]>>,
    pub(super) members: Vec<(&'a str, &'a str)>,
    pub(super) bridges: Vec<(&'a str, Option<&'a str>)>,
    pub(super) forwards: bool,
}

impl<'a> Gathered<'a> {
    /// Several wishes for the ACL become one file with the lines of all.
    pub(super) fn of(declarations: &'a [Declaration]) -> Self {
        let mut all = Self::default();
        for declaration in declarations {
            match declaration {
                Declaration::PrivilegedHelper => all.helper = true,
                Declaration::ForwardsIp => all.forwards = true,
                Declaration::Acl(lines) => {
                    let acl = all.acl.get_or_insert_default();
                    for line in lines {
                        if !acl.contains(&line.as_slice()) {
                            acl.push(line);
                        }
                    }
                }
                Declaration::Member { user, group } => push(&mut all.members, (user, group)),
                Declaration::Bridge { name, port } => push(&mut all.bridges, (name, port.as_deref())),
            }
        }
        all
    }

    /// The ACL as one file.
    pub(super) fn acl_text(&self) -> Option<Vec<u8>> {
        let lines = self.acl.as_ref()?;
        Some(lines.iter().flat_map(|line| [line, &b"\n"[..]].concat()).collect())
    }
}

fn push<T: PartialEq>(all: &mut Vec<T>, one: T) {
    if !all.contains(&one) {
        all.push(one);
    }
}
