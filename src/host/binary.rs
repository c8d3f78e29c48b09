//! What the helper's own bytes tell: its format, the ACL path compiled in, how it gives up its privileges.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use memchr::memmem;
use object::elf::{self, ET_DYN, ET_EXEC, FileHeader32, FileHeader64, Machine};
use object::read::elf::{FileHeader, ProgramHeader as _};
use object::{Endianness, FileKind, ReadRef};

use super::root::{Last, Root, Unread, unreadable};
use super::texts::{Program, text_before};
use crate::snapshot::{Binary, Fact, Format};

/// A program of more bytes is no helper: QEMU's has less than one.
const LIMIT: u64 = 16 << 20;

/// What the kernel reads of a program before it knows what it is: a script's interpreter has to end in it.
const START: u64 = 256;

/// Reads the program.
pub(super) fn read(root: &Root, path: &Path) -> Fact<Binary> {
    match Program::open(root, path, LIMIT).and_then(|program| examine(root, &program)) {
        Ok(binary) => Fact::Known(binary),
        Err(Unread::Failed(errno)) => unreadable(path, errno),
        Err(Unread::Special) => Fact::unknown(format!("`{}` is no regular file", path.display())),
        Err(Unread::TooLarge) => Fact::unknown(format!("`{}` is larger than any helper", path.display())),
    }
}

fn examine(root: &Root, program: &Program) -> Result<Binary, Unread> {
    let is_helper = |bytes: &[u8]| memmem::find(bytes, b"failed to parse default acl file").is_some();
    let bytes = program.texts(is_helper)?;
    let has = |text: &str| memmem::find(&bytes, text.as_bytes()).is_some();
    let loads = |name: &str| Ok(has(name) || memmem::find(&program.names()?, name.as_bytes()).is_some());
    let acl_path = acl_path(&bytes);
    let relocation = acl_path.as_deref().and_then(|path| relocation(&bytes, path));
    Ok(Binary {
        format: format(root, program.parts()),
        is_helper: is_helper(&bytes),
        // The message stands only in builds that drop privileges, and also where libcap-ng is linked in statically.
        drops_privileges: has("failed to drop privileges") || loads("libcap-ng.so")?,
        acl_path,
        relocation,
        knows_bundle: has("/qemu-bundle"),
    })
}

fn format<'data>(root: &Root, bytes: impl ReadRef<'data>) -> Format {
    let error = |path: &Path| root.stat(path, Last::Follow).err();
    let start = bytes.len().and_then(|length| bytes.read_bytes_at(0, length.min(START))).unwrap_or_default();
    if let Some(line) = start.strip_prefix(b"#!") {
        let Some(interpreter) = interpreter(line) else { return Format::Unrecognised };
        let interpreter = PathBuf::from(OsStr::from_bytes(interpreter));
        return Format::Script { interpreter_error: error(&interpreter), interpreter };
    }
    let program = match FileKind::parse(bytes) {
        Ok(FileKind::Elf64) => loadable::<FileHeader64<Endianness>>(bytes),
        Ok(FileKind::Elf32) => loadable::<FileHeader32<Endianness>>(bytes),
        _ => None,
    };
    match program {
        None => Format::Unrecognised,
        Some(Loadable { machine, .. }) if !runs_here(machine) => Format::ForeignElf { machine: machine.0 },
        Some(Loadable { whole: false, .. }) => Format::TruncatedElf,
        Some(Loadable { interpreter, .. }) => {
            Format::Elf { interpreter_error: interpreter.as_deref().and_then(error), interpreter }
        }
    }
}

/// The first word of a script's first line, where that word has an end: the kernel runs no part of a path.
fn interpreter(start: &[u8]) -> Option<&[u8]> {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let word = start.get(start.iter().position(|byte| !is_blank(byte))?..)?;
    let ends = |byte: &u8| is_blank(byte) || matches!(byte, b'\n' | 0);
    let whole_file = start.len() + 2 < START as usize;
    let end = word.iter().position(ends).or(whole_file.then_some(word.len()))?;
    word.get(..end).filter(|word| !word.is_empty())
}

/// A program that the kernel would take.
struct Loadable {
    machine: Machine,
    interpreter: Option<PathBuf>,
    /// Whether every part that is loaded is in the file.
    whole: bool,
}

fn loadable<'data, Header: FileHeader<Endian = Endianness>>(bytes: impl ReadRef<'data>) -> Option<Loadable> {
    let header = Header::parse(bytes).ok()?;
    let endian = header.endian().ok()?;
    if !matches!(header.e_type(endian), ET_EXEC | ET_DYN) {
        return None;
    }
    let segments = header.program_headers(endian, bytes).ok().filter(|segments| !segments.is_empty())?;
    let interpreter = segments.iter().find_map(|segment| segment.interpreter(endian, bytes).ok().flatten());
    let interpreter = interpreter.map(|path| PathBuf::from(OsStr::from_bytes(path)));
    let end = |segment: &Header::ProgramHeader| {
        let (offset, size): (u64, u64) = (segment.p_offset(endian).into(), segment.p_filesz(endian).into());
        offset.saturating_add(size)
    };
    let mut loaded = segments.iter().filter(|segment| segment.p_type(endian) == elf::PT_LOAD);
    let length = bytes.len().ok()?;
    let whole = loaded.all(|segment| end(segment) <= length);
    Some(Loadable { machine: header.e_machine(endian), interpreter, whole })
}

fn runs_here(machine: Machine) -> bool {
    match std::env::consts::ARCH {
        "x86_64" => matches!(machine, elf::EM_X86_64 | elf::EM_386),
        "x86" => machine == elf::EM_386,
        "aarch64" => machine == elf::EM_AARCH64,
        "arm" => machine == elf::EM_ARM,
        "riscv64" => machine == elf::EM_RISCV,
        "powerpc64" => machine == elf::EM_PPC64,
        "s390x" => machine == elf::EM_S390,
        "loongarch64" => machine == elf::EM_LOONGARCH,
        // Of other machines nothing is known here, and a guess would be a false alarm.
        _ => true,
    }
}

/// The text that ends in `/bridge.conf`; linkers may have put other text right before it.
fn acl_path(bytes: &[u8]) -> Option<String> {
    const LAST: &[u8] = b"/bridge.conf\0";
    memmem::find_iter(bytes, LAST).find_map(|at| {
        let path = std::str::from_utf8(text_before(bytes, at + LAST.len())).ok()?;
        path.starts_with('/').then(|| path.to_owned())
    })
}

/// The prefix that holds the ACL and its directory of programs, where both were compiled in.
///
/// A linker may keep only one copy of texts with a common end, so a prefix is also found as the end of another text.
fn relocation(bytes: &[u8], acl_path: &str) -> Option<(String, String)> {
    let has = |text: &str| memmem::find(bytes, format!("{text}\0").as_bytes()).is_some();
    Path::new(acl_path).ancestors().skip(1).filter_map(Path::to_str).filter(|prefix| prefix.len() > 1).find_map(
        |prefix| {
            let programs = format!("{prefix}/bin");
            (has(&programs) && has(prefix)).then(|| (prefix.to_owned(), programs))
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distribution_s_build_stays_where_it_is() {
        let bytes = b"\0/usr/bin\0/usr\0xx\x01/etc/qemu/bridge.conf\0";
        let path = acl_path(bytes);
        assert_eq!(path.as_deref(), Some("/etc/qemu/bridge.conf"));
        assert_eq!(relocation(bytes, "/etc/qemu/bridge.conf"), None);
    }

    #[test]
    fn a_source_build_moves_with_its_prefix() {
        let bytes = b"\0/usr/local/etc/qemu/bridge.conf\0/usr/local/bin\0some /usr/local\0";
        let expected = ("/usr/local".to_owned(), "/usr/local/bin".to_owned());
        assert_eq!(relocation(bytes, "/usr/local/etc/qemu/bridge.conf"), Some(expected));
    }

    #[test]
    fn no_bytes_make_it_panic() {
        let root = Root::live();
        let program = std::fs::read("/proc/self/exe").expect("a program can read itself");
        for length in (0..4096).step_by(7) {
            let format = format(&root, &program[..length]);
            assert!(length > 63 || format == Format::Unrecognised, "{length} bytes are no program");
        }
        assert!(matches!(format(&root, program.as_slice()), Format::Elf { interpreter_error: None, .. }));
        assert_eq!(format(&root, b"#!".as_slice()), Format::Unrecognised);
        assert_eq!(format(&root, b"#! \n/bin/sh".as_slice()), Format::Unrecognised);
    }

    #[test]
    fn a_script_s_interpreter_has_an_end() {
        let long = [&b"/"[..], &[b'x'; 300]].concat();
        assert_eq!(interpreter(b" /bin/sh -e\nrest"), Some(&b"/bin/sh"[..]));
        assert_eq!(interpreter(b"/bin/sh"), Some(&b"/bin/sh"[..]));
        assert_eq!(interpreter(&long[..254]), None);
        assert_eq!(interpreter(&[&long[..253], b"\n"].concat()), Some(&long[..253]));
    }
}
