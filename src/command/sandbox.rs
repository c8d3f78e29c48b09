//! `attach --sandbox`: the kernel's half, without helper, bridge and root.

use std::time::Instant;

use crate::attach::sandbox::{self, Sandbox, Step, forbidden_by};
use crate::cli::{self, Format};
use crate::exit::Exit;
use crate::helper::Outcome;
use crate::report::{ATTACH_SCHEMA, Attach, ForwardingEntry, ForwardingStatus, human};
use crate::snapshot::Errno;

use super::failure::Failure;
use super::output;

pub(super) fn run(options: &cli::Attach, ascii: bool) -> Result<Exit, Failure> {
    let started = Instant::now();
    let result = crate::attach::token().and_then(|token| sandbox::run(token, options.timeout)).map_err(|error| {
        Failure::internal(format!("the sandbox could not be made: {error}"), "--sandbox", "run it again")
    })?;
    let forbidden = matches!(result, Sandbox::Failed { step: Step::Namespaces, .. });
    let attach = entry(result, started.elapsed().as_secs_f64());
    let text = match options.format {
        Format::Human => human::render_sandbox(&attach, &output::look(ascii)),
        Format::Json => output::json(&attach)?,
    };
    output::write(&text, None)?;
    // Without namespaces nothing was looked at.
    Ok(if forbidden { Exit::Unknown } else { Exit::of_attach(&attach) })
}

fn entry(result: Sandbox, seconds: f64) -> Attach {
    let uid = rustix::process::geteuid().as_raw();
    let mut attach = Attach {
        schema: ATTACH_SCHEMA,
        bridge: sandbox::BRIDGE.to_owned(),
        user: uid.to_string(),
        helper: None,
        outcome: Outcome::Attached,
        exit_code: None,
        stderr: None,
        errno: None,
        tap: None,
        vnet_hdr: None,
        mtu: None,
        mac: None,
        port_state: None,
        forwarding: ForwardingEntry { status: ForwardingStatus::Skip, sent: 0, received: 0, reason: None },
        agrees_with_prediction: None,
        left_behind: Vec::new(),
        seconds,
    };
    match result {
        Sandbox::Sent { tap, sent, received, whole } => {
            attach.tap = Some(tap);
            let status = if whole { ForwardingStatus::Pass } else { ForwardingStatus::Fail };
            let reason = (!whole).then(|| "nothing here could drop it but the kernel itself".to_owned());
            attach.forwarding = ForwardingEntry { status, sent, received, reason };
        }
        Sandbox::Failed { step, errno } => {
            attach.outcome = if step == Step::Namespaces { Outcome::NotStarted } else { Outcome::Refused };
            attach.errno = Some(errno);
            attach.forwarding.reason = Some(why(step, errno));
        }
    }
    attach
}

fn why(step: Step, errno: Errno) -> String {
    match step {
        Step::Namespaces => format!("no namespaces for an ordinary user: {}", forbidden_by(errno)),
        Step::Open => format!("/dev/net/tun does not open: {}", errno.text()),
        // Some systems grant the namespace, but no power in it.
        Step::Bridge | Step::Tap | Step::Port if errno == Errno::EPERM => {
            format!("no power in a namespace of one's own: {}", forbidden_by(errno))
        }
        Step::Bridge => format!("the kernel makes no bridge: {}", errno.text()),
        Step::Tap => format!("the kernel makes no tap: {}", errno.text()),
        Step::Port => format!("the kernel puts no tap on a bridge: {}", errno.text()),
        Step::Frames => format!("a tap does not carry frames: {}", errno.text()),
    }
}
