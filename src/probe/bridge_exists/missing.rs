//! Why there is no interface of that name.

use crate::platform;
use crate::platform::{Action, Effect};
use crate::probe::view::{interface, near};
use crate::probe::{Case, Expect, Finding, Remedy};
use crate::snapshot::{Errno, Fact, LibvirtNetwork, Link, Network};

/// Why nothing on the host is changed.
const OTHER_NAME: &str = "only you can give QEMU another name";

/// What to do where no interface can have the name.
const LIST_BRIDGES: &str = "Name a bridge that exists: `ip link show type bridge` lists them.";

/// libvirt's bridge of the network `default`.
const LIBVIRT_BRIDGE: &str = "virbr0";

/// The most likely story first.
pub(super) fn finding(case: &Case<'_>, network: &Network) -> Finding {
    let name = case.bridge;
    let (message, remedy) = impossible(name)
        .or_else(|| bridge_of_libvirt(case))
        .or_else(|| name_of_libvirt(case, network))
        .or_else(|| alias(network, name))
        .or_else(|| slip(network, name))
        .or_else(|| kept_by_kernel(name))
        .unwrap_or_else(|| absent(case, network));
    Finding::fail("bridge-missing", message)
        .so(format!("it would stop with \"failed to get mtu of bridge `{name}': {}\"", Errno::ENODEV.text()))
        .seen("bridges", near::list(interface::bridges(network)))
        .mend(remedy)
}

type Story = (String, Remedy);

/// Names that stand for every interface in `/proc/sys/net`.
fn kept_by_kernel(name: &str) -> Option<Story> {
    let why = format!("no interface can be called `{name}`: the kernel keeps that name for its settings");
    ["all", "default"].contains(&name).then(|| (why, Remedy::advice(OTHER_NAME, LIST_BRIDGES)))
}

/// Names that the kernel gives to no interface.
fn impossible(name: &str) -> Option<Story> {
    let why = if name.is_empty() {
        "the name is empty".to_owned()
    } else if name == "." || name == ".." || name.contains('/') {
        format!("no interface can be called `{name}`")
    } else if name.contains(char::is_whitespace) {
        format!("no interface can be called `{name}`: it has white space in it")
    } else {
        return None;
    };
    Some((why, Remedy::advice(OTHER_NAME, LIST_BRIDGES)))
}

/// libvirt makes the bridge when it starts the network.
fn bridge_of_libvirt(case: &Case<'_>) -> Option<Story> {
    let name = case.bridge;
    let Some(defined) = networks(case) else {
        let story = format!("there is no `{name}`: libvirt makes it when its network `default` is started");
        return (name == LIBVIRT_BRIDGE).then(|| {
            (
                story,
                start("default", name)
                    .by_hand("nobody could look whether libvirt knows that network")
                    .with_note("`virsh -c qemu:///system net-list --all` shows whether that network is defined."),
            )
        });
    };
    let Some(found) = defined.iter().find(|network| network.bridge.as_deref() == Some(name)) else {
        let story = format!("there is no `{name}`, and no network of libvirt has it");
        return (name == LIBVIRT_BRIDGE).then(|| (story, define()));
    };
    if found.active {
        let story = format!(
            "there is no `{name}` in this network namespace, though libvirt's network `{}` is started",
            found.name
        );
        return Some((
            story,
            Remedy::manual(
                "guests that run on the network would lose it",
                [
                    format!("virsh -c qemu:///system net-destroy {}", platform::shell::word(&found.name)),
                    format!("virsh -c qemu:///system net-start {}", platform::shell::word(&found.name)),
                ],
            )
            .with_note("It may have been deleted by hand, or stand in another network namespace."),
        ));
    }
    let story = format!("there is no `{name}`: libvirt's network `{}` is defined and not started", found.name);
    Some((story, start(&found.name, name)))
}

/// A network's name in place of its bridge's.
fn name_of_libvirt(case: &Case<'_>, network: &Network) -> Option<Story> {
    let name = case.bridge;
    let found = networks(case)?.iter().find(|network| network.name == name)?;
    let bridge = found.bridge.as_deref()?;
    let story = format!("`{name}` is a network of libvirt; its bridge is `{bridge}`");
    let use_it = format!("Name the bridge `{bridge}` to QEMU, and in the ACL.");
    let there = network.resolve(bridge).is_some() || found.active;
    Some((
        story,
        if there {
            Remedy::advice(OTHER_NAME, use_it)
        } else {
            start(&found.name, bridge).by_hand(OTHER_NAME).with_note(use_it)
        },
    ))
}

/// The text of an alias is for people; the kernel does not resolve it.
fn alias(network: &Network, name: &str) -> Option<Story> {
    let link: &Link = network.links.iter().find(|link| link.alias.as_deref() == Some(name))?;
    let story = format!("`{name}` is only the alias of `{}`, which the kernel does not take for a name", link.name);
    Some((story, Remedy::advice(OTHER_NAME, format!("Name the bridge `{}` to QEMU, and in the ACL.", link.name))))
}

/// A name near by.
fn slip(network: &Network, name: &str) -> Option<Story> {
    let meant = near::nearest(name, interface::bridges(network))?;
    let story = format!("there is no `{name}`; there is a bridge `{meant}`, which may have been meant");
    Some((story, Remedy::advice(OTHER_NAME, format!("Name the bridge `{meant}` to QEMU, and in the ACL."))))
}

/// Nothing like it.
fn absent(case: &Case<'_>, network: &Network) -> Story {
    let machine = &case.snapshot.machine;
    let name = case.bridge;
    let manager = machine.network_managers.first().copied();
    let uplink = interface::only_wired(network).filter(|_| case.expect != Some(Expect::Isolated));
    let make = platform::of(machine).make_bridge(manager, name, uplink);
    let make = match (case.expect, uplink) {
        (Some(Expect::Bridged | Expect::Routed), None) => make.by_hand(
            "a bridge without ports and addresses would not be what it is for, and only you know what to give it",
        ),
        _ => make,
    };
    match &machine.container {
        Some(container) => (
            format!("there is no `{name}` in the network namespace of this container ({container})"),
            make.by_hand("the container's host may have the bridge that is meant")
                .with_note("A bridge of the container's host cannot be reached from inside."),
        ),
        None => (format!("there is no interface `{name}` in this network namespace"), make),
    }
}

fn networks<'a>(case: &Case<'a>) -> Option<&'a Vec<LibvirtNetwork>> {
    match &case.snapshot.libvirt.networks {
        Fact::Known(networks) => Some(networks),
        Fact::Unknown(_) | Fact::NeedsLiveHost => None,
    }
}

fn start(network: &str, bridge: &str) -> Remedy {
    let virsh = |verb: &[&str]| {
        ["virsh", "-c", "qemu:///system"].iter().chain(verb).chain(&[network]).map(|word| (*word).to_owned()).collect()
    };
    let action =
        |verb: &[&str], undo: &[&str]| Action::Run { argv: virsh(verb), undo: Some(virsh(undo)), writes: Vec::new() };
    let made = Effect::BridgeMade { name: bridge.to_owned(), addressed: true };
    let remedy = Remedy::automatic([
        (action(&["net-start"], &["net-destroy"]), made),
        (action(&["net-autostart"], &["net-autostart", "--disable"]), Effect::Prepares),
    ]);
    if network.starts_with('-') { remedy.by_hand("`virsh` would take such a name for an option") } else { remedy }
}

/// The file is part of libvirt's network driver.
fn define() -> Remedy {
    let define = "virsh -c qemu:///system net-define /usr/share/libvirt/networks/default.xml".to_owned();
    Remedy::manual("only you know whether libvirt should have that network", [define])
        .then(start("default", LIBVIRT_BRIDGE))
        .with_note("Where libvirt is not installed, use a bridge of your own in place of virbr0.")
}
