//! Whose answer counts where the helper opens a file.

use crate::helper::{Launch, launch};
use crate::snapshot::{Access, Answer, Fact, Snapshot};

/// That of the calling user, whom the helper becomes again, or that of a helper which works and stays somebody else.
///
/// A helper whose privilege is amiss may open its files as somebody else, too; once that is mended it is the user.
pub(in crate::probe) fn of<'a>(snapshot: &Snapshot, access: &'a Access) -> &'a Fact<Answer> {
    let stays_root = snapshot.helper.binary.known().is_some_and(|binary| !binary.drops_privileges);
    match &access.helper {
        Some(helper @ Fact::Known(Answer::Yes)) if stays_root => helper,
        Some(helper) if works(snapshot) => helper,
        _ => &access.subject,
    }
}

fn works(snapshot: &Snapshot) -> bool {
    let launch = launch(&snapshot.subject, &snapshot.process, &snapshot.helper);
    matches!(launch, Launch::Started(credentials) if credentials.has_net_admin())
}
