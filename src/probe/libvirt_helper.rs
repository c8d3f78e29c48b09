//! libvirt's session driver, where installed, would run this same helper.

use std::path::Path;

use super::{Case, Evidence, Finding, Judgement, Remedy, helper_privilege};
use crate::platform::{self, Effect, Place, Step, shell};
use crate::snapshot::{Fact, HelperLookup, Libvirt, OtherHelper};

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let libvirt = &case.snapshot.libvirt;
    if libvirt.driver.is_none() {
        return Judgement::not_applicable("libvirt's QEMU driver is not installed");
    }
    if matches!(case.snapshot.helper.file, Fact::Known(Err(_))) {
        return Judgement::not_applicable("there is no helper that libvirt could run");
    }
    match &libvirt.helper {
        Fact::Known(Some(path)) if is_same(case, path) => {
            let message = "libvirt's session driver runs the same helper".to_owned();
            Judgement::pass(message, vec![Evidence::new("libvirt's helper", path.display())])
        }
        Fact::Known(other) => mismatch(case, libvirt, other.as_deref()).into(),
        fact => Judgement::missing(fact),
    }
}

/// Two names of one file are the same helper.
fn is_same(case: &Case<'_>, path: &Path) -> bool {
    let helper = &case.snapshot.helper;
    if path == helper.path || helper.real_path.as_deref() == Some(path) {
        return true;
    }
    let Fact::Known(Ok(file)) = &helper.file else { return false };
    helper.others.iter().any(|other| other.path == path && other.inode.identity == file.identity)
}

fn mismatch(case: &Case<'_>, libvirt: &Libvirt, other: Option<&Path>) -> Finding {
    let ours = case.snapshot.helper.path.display();
    let (message, consequence) = match other {
        Some(path) => (
            format!("libvirt's session driver would run {}, not {ours}", path.display()),
            "what is said here of the helper does not hold for qemu:///session".to_owned(),
        ),
        None => (
            format!("libvirt's session driver would find no helper, though {ours} is one"),
            format!("it would say \"'{}' is not a suitable bridge helper\"", sought(libvirt)),
        ),
    };
    let finding = Finding::warn("libvirt-helper-mismatch", message).so(consequence).seen("lookup", lookup(libvirt));
    finding.mend(remedy(case, libvirt))
}

/// What it names in its complaint.
fn sought(libvirt: &Libvirt) -> String {
    match (&libvirt.bridge_helper, &libvirt.lookup) {
        (Fact::Known(Some((_, path))), _) | (_, Fact::Known(HelperLookup::CompiledIn(path))) => {
            path.display().to_string()
        }
        _ => "qemu-bridge-helper".to_owned(),
    }
}

fn lookup(libvirt: &Libvirt) -> String {
    if let Fact::Known(Some((file, value))) = &libvirt.bridge_helper {
        return format!("bridge_helper = {} in {}", value.display(), file.display());
    }
    match &libvirt.lookup {
        Fact::Known(HelperLookup::CompiledIn(path)) => format!("compiled in: {}", path.display()),
        Fact::Known(HelperLookup::Search(directories)) => {
            let directories: Vec<String> = directories.iter().map(|path| path.display().to_string()).collect();
            format!("$PATH, then {}", directories.join(", "))
        }
        Fact::Unknown(_) | Fact::NeedsLiveHost => "unknown".to_owned(),
    }
}

/// Why root does not write it.
const USERS_OWN: &str = "the file is the user's own, in a directory where root must not write";

/// The subject's own configuration decides for the session driver.
fn remedy(case: &Case<'_>, libvirt: &Libvirt) -> Remedy {
    let ours = &case.snapshot.helper.path;
    if let Fact::Known(Some((file, _))) = &libvirt.bridge_helper {
        let advice =
            format!("In {}: `bridge_helper = \"{}\"`, or no such line at all.", file.display(), ours.display());
        return Remedy::advice(USERS_OWN, advice);
    }
    if let Some(remedy) = link(case, libvirt) {
        return remedy
            .with_note(format!("Or, in the user's libvirt/qemu.conf: `bridge_helper = \"{}\"`.", ours.display()));
    }
    let Some(home) = &case.snapshot.subject.home else {
        return Remedy::advice(
            USERS_OWN,
            format!("In the user's libvirt/qemu.conf: `bridge_helper = \"{}\"`.", ours.display()),
        );
    };
    let directory = home.join(".config/libvirt");
    Remedy::manual(
        USERS_OWN,
        [
            format!("mkdir -p {}", shell::path(&directory)),
            format!(
                r#"printf 'bridge_helper = "%s"\n' {} >> {}"#,
                shell::path(ours),
                shell::path(&directory.join("qemu.conf"))
            ),
        ],
    )
    .with_note(
        "Run it as that user. It counts from the next start of the session daemon, which ends by itself when idle.",
    )
}

/// Where libvirt would find nothing at the one place where it looks, a link there leads it to the privileged copy.
fn link(case: &Case<'_>, libvirt: &Libvirt) -> Option<Remedy> {
    let helper = &case.snapshot.helper;
    let Fact::Known(HelperLookup::CompiledIn(path)) = &libvirt.lookup else { return None };
    let inode = helper.file.found()?;
    if !matches!(libvirt.helper, Fact::Known(None)) || Place::of(path) != Place::Package {
        return None;
    }
    if platform::of(&case.snapshot.machine).is_declarative() {
        return None;
    }
    let ours = OtherHelper {
        path: helper.path.clone(),
        real_path: helper.real_path.clone().unwrap_or_else(|| helper.path.clone()),
        inode: inode.clone(),
    };
    let remedy = helper_privilege::link_for(case, path, &ours);
    let steps = remedy.steps.into_iter().map(|step| match step {
        Step::Act(action, _) => Step::Act(action, Effect::LibvirtRuns(path.clone())),
        other => other,
    });
    Some(Remedy { steps: steps.collect(), note: None, ..remedy })
}
