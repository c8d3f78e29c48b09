//! The program that starts another one: a script's shell, an ELF program's loader.

use std::path::Path;

use object::elf::Machine;

use super::super::ask::{Asker, Want};
use super::super::inode;
use super::super::root::{Last, Root, Unread};
use super::super::texts::Program;
use super::{LIMIT, loading};
use crate::snapshot::{Answer, Errno, Fact, Format, Kind};

/// The kernel follows so many scripts, one the interpreter of the other.
const MOST_SCRIPTS: usize = 5;

/// Who starts it, and where.
#[derive(Clone, Copy)]
pub(super) struct Starter<'a> {
    pub(super) root: &'a Root,
    pub(super) asker: &'a Asker,
}

impl Starter<'_> {
    /// The error that a loader ends the start of its program with, which is for this machine.
    pub(super) fn of_loader(self, path: &Path, machine: Machine) -> Option<Errno> {
        if let Some(errno) = self.opening(path) {
            return Some(errno);
        }
        let parts = Program::open(self.root, path, LIMIT).ok()?;
        let parts = parts.parts();
        match object::ReadRef::read_bytes_at(parts, 0, loading::HEADER) {
            Err(()) => Some(Errno::EIO),
            Ok(_) => loading::loadable(parts).is_none_or(|found| found.machine != machine).then_some(Errno::ELIBBAD),
        }
    }

    /// The same for the interpreter of a script, which is the `depth`th.
    pub(super) fn of_script(self, path: &Path, depth: usize) -> Option<Errno> {
        if let Some(errno) = self.opening(path) {
            return Some(errno);
        }
        if depth > MOST_SCRIPTS {
            return Some(Errno::ELOOP);
        }
        match Program::open(self.root, path, LIMIT) {
            Ok(program) => match super::format(self, program.parts(), depth + 1) {
                Format::Script { interpreter_error, .. } | Format::Elf { interpreter_error, .. } => interpreter_error,
                Format::ForeignElf { .. } | Format::Unrecognised => Some(Errno::ENOEXEC),
                Format::TruncatedElf => None,
            },
            // Nobody reads what everybody may only execute, and some interpreters are large.
            Err(Unread::Failed(_) | Unread::Special | Unread::TooLarge) => None,
        }
    }

    /// Whether programs for this machine run here.
    pub(super) fn runs(self, machine: Machine) -> bool {
        super::runs_here(self.root, machine)
    }

    /// The error of opening it to be executed.
    fn opening(self, path: &Path) -> Option<Errno> {
        let stat = match self.root.stat(path, Last::Follow) {
            Ok(stat) => stat,
            Err(errno) => return Some(errno),
        };
        match self.asker.ask(self.root, path, Want::Execute) {
            Fact::Known(Answer::No(errno)) => Some(errno),
            _ => (inode::kind(&stat) != Kind::Regular).then_some(Errno::EACCES),
        }
    }
}
