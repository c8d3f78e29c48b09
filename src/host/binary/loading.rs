//! What the kernel makes of an ELF file before it maps it.
//!
//! It looks at less than tools do: the class, the byte order and the version in the first bytes say nothing to it. The
//! number of the machine decides which of the two layouts it reads.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use object::ReadRef;
use object::elf::{EM_386, EM_X86_64, ET_DYN, ET_EXEC, Machine, PT_INTERP, PT_LOAD};

/// How many bytes come before the first number, and the one behind the mark that says how wide numbers are.
const IDENTITY: usize = 16;
const WIDE_CLASS: u8 = 2;

/// The most bytes of a path, its final NUL among them.
const LONGEST_PATH: u64 = 4096;

/// The kernel reads no table of more bytes.
const LARGEST_TABLE: usize = 1 << 16;

/// The size of the longer header, of which the kernel reads the whole at once.
pub(super) const HEADER: u64 = 64;

/// A program that the kernel would take, on its machine.
pub(super) struct Loadable {
    pub(super) machine: Machine,
    pub(super) interpreter: Option<PathBuf>,
    /// Whether every part that is loaded is in the file.
    pub(super) whole: bool,
}

/// Where the fields stand: offset and size of each.
struct Layout {
    table: (usize, usize),
    row_size: usize,
    rows: usize,
    row: usize,
    offset: (usize, usize),
    size: (usize, usize),
}

const WIDE: Layout = Layout { table: (32, 8), row_size: 54, rows: 56, row: 56, offset: (8, 8), size: (32, 8) };
const NARROW: Layout = Layout { table: (28, 4), row_size: 42, rows: 44, row: 32, offset: (4, 4), size: (16, 4) };

/// Reads the headers of a program, each at once.
pub(super) fn loadable<'data>(bytes: impl ReadRef<'data>) -> Option<Loadable> {
    let length = bytes.len().ok()?;
    let header = bytes.read_bytes_at(0, length.min(HEADER)).ok()?;
    let start = header.get(..IDENTITY)?.strip_prefix(b"\x7fELF")?;
    let half = |at: usize| u16::try_from(number(header, (at, 2))?).ok();
    let is_program = |kind: u16| [ET_EXEC.0, ET_DYN.0].contains(&kind);
    let (kind, machine) = (half(16)?, half(18)?);
    if !is_program(kind) {
        // In the other byte order it is for another machine in any case.
        let machine = Machine(machine.swap_bytes());
        let foreign = is_program(kind.swap_bytes()) && ![EM_X86_64, EM_386].contains(&machine);
        return foreign.then_some(Loadable { machine, interpreter: None, whole: true });
    }
    let machine = Machine(machine);
    let layout = match machine {
        EM_X86_64 => &WIDE,
        EM_386 => &NARROW,
        _ if start.first() == Some(&WIDE_CLASS) => &WIDE,
        _ => &NARROW,
    };
    let size = usize::from(half(layout.rows)?) * layout.row;
    if usize::from(half(layout.row_size)?) != layout.row || size == 0 || size > LARGEST_TABLE {
        return None;
    }
    let table = bytes.read_bytes_at(number(header, layout.table)?, size as u64).ok()?;
    let (mut interpreter, mut whole) = (None, true);
    for row in table.chunks_exact(layout.row) {
        let (offset, size) = (number(row, layout.offset)?, number(row, layout.size)?);
        match u32::try_from(number(row, (0, 4))?).ok()? {
            kind if kind == PT_LOAD.0 => whole &= offset.saturating_add(size) <= length,
            kind if kind == PT_INTERP.0 && interpreter.is_none() => {
                if !(2..=LONGEST_PATH).contains(&size) {
                    return None;
                }
                let path = bytes.read_bytes_at(offset, size).ok()?.strip_suffix(b"\0")?;
                let path = path.split(|byte| *byte == 0).next().unwrap_or_default();
                interpreter = Some(PathBuf::from(OsStr::from_bytes(path)));
            }
            _ => {}
        }
    }
    Some(Loadable { machine, interpreter, whole })
}

/// A number of two, four or eight bytes in this machine's order.
fn number(bytes: &[u8], (at, size): (usize, usize)) -> Option<u64> {
    let bytes = bytes.get(at..at + size)?;
    match size {
        2 => Some(u16::from_ne_bytes(bytes.try_into().ok()?).into()),
        4 => Some(u32::from_ne_bytes(bytes.try_into().ok()?).into()),
        _ => Some(u64::from_ne_bytes(bytes.try_into().ok()?)),
    }
}
