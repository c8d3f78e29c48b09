//! The causes behind an incident, best first, by what its text proves and excludes.

use super::cut;
use super::incident::Incident;
use crate::catalogue::{Likelihood, Suspect};

/// The MTU of the loopback interface, which no bridge can have.
const MTU_OF_LOOPBACK: &str = "65536";

/// The causes that the incident leaves possible.
pub(super) fn causes(incident: &Incident, params: &[(&'static str, String)]) -> Vec<Suspect> {
    let Some(principal) = incident.principal() else { return Vec::new() };
    let param = |name: &str| params.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str());
    let cut = cut::causes(principal.said.error, param("errno"));
    let mut causes = Causes(cut.unwrap_or_else(|| principal.said.error.causes.to_vec()));
    match principal.said.error.id {
        // A wrong line would have been printed before it.
        "acl-not-parsed" if incident.is_whole() => causes.exclude("acl-syntax"),
        "name-too-long" if incident.reason.is_some() => causes.settle("acl-syntax"),
        "name-too-long" if incident.is_whole() => causes.settle("bridge-name-too-long"),
        // A wrong line that did not end the reading stands in an included file.
        "acl-access-denied" if !incident.details.is_empty() => causes.raise("acl-include-ignored"),
        "tap-mtu-invalid" if param("mtu") == Some(MTU_OF_LOOPBACK) => causes.first("not-a-bridge"),
        "tap-mtu-invalid" => causes.first("bridge-mtu"),
        _ => {}
    }
    if let Some(helper) = param("helper") {
        if in_store(helper) && causes.has("helper-symlink-unprivileged-copy") {
            causes.first("helper-symlink-unprivileged-copy");
        }
        if !helper.starts_with('/') && principal.said.error.program == "qemu" {
            causes.first("helper-path-mismatch");
        }
        if helper == "/usr/libexec/qemu-bridge-helper" && causes.has("guix-copy-elsewhere") {
            causes.raise("guix-copy-elsewhere");
        }
    }
    if param("acl").is_some_and(|acl| acl.contains("/../") || in_store(acl)) {
        causes.raise("acl-wrong-path");
    }
    causes.0
}

fn in_store(path: &str) -> bool {
    path.starts_with("/gnu/store/") || path.starts_with("/nix/store/")
}

struct Causes(Vec<Suspect>);

impl Causes {
    fn has(&self, cause: &str) -> bool {
        self.0.iter().any(|suspect| suspect.cause == cause)
    }

    fn exclude(&mut self, cause: &str) {
        self.0.retain(|suspect| suspect.cause != cause);
    }

    /// Only this cause remains.
    fn settle(&mut self, cause: &str) {
        self.0.retain(|suspect| suspect.cause == cause);
        self.0.iter_mut().for_each(|suspect| suspect.likelihood = Likelihood::Certain);
    }

    /// This cause is among the usual ones.
    fn raise(&mut self, cause: &str) {
        for suspect in self.0.iter_mut().filter(|suspect| suspect.cause == cause) {
            suspect.likelihood = suspect.likelihood.min(Likelihood::Usual);
        }
        self.0.sort_by_key(|suspect| suspect.likelihood);
    }

    /// This cause is the likeliest.
    fn first(&mut self, cause: &str) {
        self.raise(cause);
        self.0.sort_by_key(|suspect| suspect.cause != cause);
    }
}
