//! What a real run came to, and whether it was foretold; pure.

use super::prediction::{Outcome, Prediction};
use crate::snapshot::{End, Errno, Sent, Trial};

impl Trial {
    /// How the helper ended, in the words of a prediction.
    ///
    /// One that exits with 0 and hands over no tap did not do its work, and QEMU would refuse what came.
    pub fn outcome(&self) -> Outcome {
        match (self.end, &self.sent) {
            (End::Exited(0), Sent::Tap(_)) => Outcome::Attached,
            (End::Exited(_), _) => Outcome::Refused,
            (End::NotStarted(_), _) => Outcome::NotStarted,
            (End::Signalled(_) | End::TimedOut, _) => Outcome::Crashed,
        }
    }

    /// Its exit status, where it exited.
    pub fn exit_code(&self) -> Option<i32> {
        match self.end {
            End::Exited(code) => Some(code),
            End::NotStarted(_) | End::Signalled(_) | End::TimedOut => None,
        }
    }

    /// The error of `execve`, where it did not start.
    pub fn errno(&self) -> Option<Errno> {
        match self.end {
            End::NotStarted(errno) => Some(errno),
            End::Exited(_) | End::Signalled(_) | End::TimedOut => None,
        }
    }
}

/// Whether the run was foretold: outcome, exit status, error and last line.
pub fn agrees(trial: &Trial, prediction: &Prediction) -> bool {
    trial.outcome() == prediction.outcome
        && trial.exit_code() == prediction.exit_code
        && trial.errno() == prediction.errno
        && trial.stderr.as_deref().map(without_tap) == prediction.stderr.as_deref().map(without_tap)
}

/// The line without the number of the tap: another guest may have taken the foretold one meanwhile.
fn without_tap(line: &str) -> String {
    const BEFORE: [&str; 2] = ["failed to add interface `tap", "failed to set mtu of device `tap"];
    for start in BEFORE {
        if let Some(rest) = line.strip_prefix(start) {
            let rest = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
            return format!("{start}{rest}");
        }
    }
    line.to_owned()
}

#[cfg(test)]
mod tests {
    use super::without_tap;

    #[test]
    fn the_number_of_a_tap_is_no_difference_and_that_of_a_bridge_is() {
        let line = |tap, bridge| format!("failed to add interface `{tap}' to bridge `{bridge}': Exchange full");
        assert_eq!(without_tap(&line("tap0", "br0")), without_tap(&line("tap17", "br0")));
        assert_ne!(without_tap(&line("tap0", "br0")), without_tap(&line("tap0", "br1")));
    }
}
