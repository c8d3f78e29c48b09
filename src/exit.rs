//! The exit codes: one table for every command and every format.

use std::process::ExitCode;

use crate::helper::Outcome;
use crate::report::nagios::PluginState;
use crate::report::{Attach, Fleet, ForwardingStatus, HostStatus, Plan, Report, Status};

/// How bridge-doctor ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exit {
    /// Every selected check passed, or warned.
    Healthy,
    /// At least one check failed (with `--strict`: or warned).
    Broken,
    /// The command line makes no sense.
    Usage,
    /// Nothing failed, and a check that matters could not look.
    Unknown,
    /// bridge-doctor itself failed: unreadable input, output that cannot be written.
    Internal,
    /// `fix` changed something, it did not come out as planned, and everything was taken back.
    RolledBack,
    /// The state of a monitoring plugin, which has codes of its own.
    Plugin(PluginState),
}

impl Exit {
    /// The table: every way to end, by its number. A plugin has one of its own.
    pub const ALL: [Self; 6] =
        [Self::Healthy, Self::Broken, Self::Usage, Self::Unknown, Self::Internal, Self::RolledBack];

    /// The verdict of a report, whatever the format it is written in.
    pub fn of(report: &Report, strict: bool) -> Self {
        match report.status {
            Status::Fail => Self::Broken,
            _ if strict && report.summary.warn > 0 => Self::Broken,
            Status::Unknown => Self::Unknown,
            Status::Pass | Status::Warn => Self::Healthy,
        }
    }

    /// The verdict over many hosts: that of the worst, and a file that could not be read may hide anything.
    pub fn of_fleet(fleet: &Fleet, strict: bool) -> Self {
        let any = |status| fleet.hosts.iter().any(|host| host.verdict(strict) == status);
        if any(HostStatus::Unreadable) {
            Self::Internal
        } else if any(HostStatus::Fail) {
            Self::Broken
        } else if any(HostStatus::Unknown) {
            Self::Unknown
        } else {
            Self::Healthy
        }
    }

    /// The verdict of an end-to-end test.
    pub fn of_attach(attach: &Attach) -> Self {
        match (attach.outcome, attach.forwarding.status) {
            _ if !attach.left_behind.is_empty() => Self::Broken,
            (Outcome::Attached, ForwardingStatus::Pass) => Self::Healthy,
            (Outcome::Attached, ForwardingStatus::Skip) => Self::Unknown,
            _ => Self::Broken,
        }
    }

    /// The verdict of a plan that is only shown: whether something in question would still be broken once it is taken.
    pub fn of_plan(plan: &Plan) -> Self {
        if !plan.remaining.is_empty() {
            Self::Broken
        } else if plan.blind {
            Self::Unknown
        } else {
            Self::Healthy
        }
    }

    /// What it means, for the manual.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Healthy => "every selected check passed, or warned",
            Self::Broken => {
                "at least one check failed (with `--strict`: or warned); `fix`: something is still broken; `undo`: something of \
                 the run stays; `explain`: no known error was found"
            }
            Self::Usage => "the command line makes no sense",
            Self::Unknown => "nothing failed, but a check that matters is unknown",
            Self::Internal => "bridge-doctor itself failed: unreadable input, output that cannot be written",
            Self::RolledBack => {
                "`fix` changed something, it did not come out as planned, and everything was taken back"
            }
            Self::Plugin(state) => state.word(),
        }
    }

    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Healthy => 0,
            Self::Broken => 1,
            Self::Usage => 2,
            Self::Unknown => 3,
            Self::Internal => 4,
            Self::RolledBack => 5,
            Self::Plugin(state) => state.code(),
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
