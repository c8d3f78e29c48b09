//! The facts as they will be once an action is taken: so a plan sees what its own steps bring to light.

mod acl;
mod helper;
mod mode;
mod network;

use crate::platform::{self, Action, Declaration, Effect};
use crate::snapshot::Snapshot;

/// The facts after this action.
pub fn simulate(snapshot: &Snapshot, action: &Action, effect: &Effect) -> Snapshot {
    let mut after = snapshot.clone();
    match action {
        Action::MakeDirectory { path, mode } => acl::directory(&mut after, path, *mode),
        Action::WriteFile { path, content, mode } => acl::write(&mut after, path, content.clone(), *mode),
        Action::EditFile { path, edits, mode } => acl::edit(&mut after, path, edits, *mode),
        Action::SetMode { path, owner, mode } => {
            let owner = owner.as_ref().map(|(user, group)| (user.as_str(), group.as_str()));
            mode::set(&mut after, path, owner, *mode);
        }
        Action::SetCapabilities { path, net_admin } => helper::set_capabilities(&mut after, path, *net_admin),
        Action::MakeLink { path, target } => helper::link(&mut after, path, target),
        Action::MakeDevice { .. } | Action::Run { .. } => {}
    }
    match effect {
        Effect::Evident | Effect::Prepares => {}
        Effect::Owned { path, group, mode } => {
            mode::set(&mut after, path, Some(("root", group)), Some(platform::ModeChange::Set(*mode)));
            after.helper.statoverride = Some(format!("root {group} {mode:o}"));
        }
        Effect::LinkUp(name) => network::up(&mut after, name),
        Effect::Mtu(name, mtu) => network::mtu(&mut after, name, *mtu),
        Effect::BridgeMade { name, addressed } => network::bridge(&mut after, name, *addressed),
        Effect::ForwardsIp => network::forward(&mut after),
        Effect::TunReady => mode::tun_ready(&mut after),
        Effect::LibvirtRuns(_) => {
            after.libvirt.helper = crate::snapshot::Fact::Known(Some(after.helper.path.clone()));
        }
    }
    helper::settle(&mut after);
    after
}

/// The facts once the system's configuration says so.
pub(super) fn declared(snapshot: &Snapshot, declaration: &Declaration) -> Snapshot {
    let mut after = snapshot.clone();
    let platform = platform::of(&after.machine);
    match declaration {
        Declaration::PrivilegedHelper => helper::declared(&mut after, platform.expected_helper_path()),
        Declaration::Acl(lines) => {
            let content = lines.iter().flat_map(|line| [line, &b"\n"[..]].concat()).collect();
            acl::write(&mut after, platform.expected_acl_path().as_ref(), content, 0o444);
        }
        Declaration::Member { .. } => {}
        Declaration::Bridge { name, .. } => network::bridge(&mut after, name, false),
        Declaration::ForwardsIp => network::forward(&mut after),
    }
    helper::settle(&mut after);
    after
}
