//! What the helper's own bytes tell: its format, the ACL path compiled in, how it gives up its privileges.

mod interpreter;
mod libraries;
mod loading;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use memchr::memmem;
use object::ReadRef;
use object::elf::{self, Machine};

use super::ask::Asker;
use super::root::{Root, Unread, unreadable};
use super::texts::{Program, text_before};
use crate::snapshot::{Binary, Fact, Format};
use interpreter::Starter;
use loading::{Loadable, loadable};

/// A program of more bytes is no helper: QEMU's has less than one.
const LIMIT: u64 = 16 << 20;

/// What the kernel reads of a program before it knows what it is: a script's interpreter has to end in it.
const START: u64 = 256;

/// Reads the program.
pub(super) fn read(root: &Root, asker: &Asker, path: &Path) -> Fact<Binary> {
    match Program::open(root, path, LIMIT).and_then(|program| examine(Starter { root, asker }, path, &program)) {
        Ok(binary) => Fact::Known(binary),
        Err(Unread::Failed(errno)) => unreadable(path, errno),
        Err(Unread::Special) => Fact::unknown(format!("`{}` is no regular file", path.display())),
        Err(Unread::TooLarge) => Fact::unknown(format!("`{}` is larger than any helper", path.display())),
    }
}

fn examine(starter: Starter<'_>, path: &Path, program: &Program) -> Result<Binary, Unread> {
    let is_helper = |bytes: &[u8]| memmem::find(bytes, b"failed to parse default acl file").is_some();
    let bytes = program.texts(is_helper)?;
    let has = |text: &str| memmem::find(&bytes, text.as_bytes()).is_some();
    let loads = |name: &str| Ok(has(name) || memmem::find(&program.names()?, name.as_bytes()).is_some());
    let acl_path = acl_path(&bytes);
    let relocation = acl_path.as_deref().and_then(|path| relocation(&bytes, path));
    let format = format(starter, program.parts(), 1);
    let missing_library = match &format {
        Format::Elf { interpreter: Some(loader), interpreter_error: None } => {
            libraries::missing(starter.root, path, program.parts(), loader)
        }
        _ => None,
    };
    Ok(Binary {
        format,
        missing_library,
        is_helper: is_helper(&bytes),
        // The message stands only in builds that drop privileges, and also where libcap-ng is linked in statically.
        drops_privileges: has("failed to drop privileges") || loads("libcap-ng.so")?,
        acl_path,
        relocation,
        knows_bundle: has("/qemu-bundle"),
    })
}

/// What the kernel would make of these bytes; of a script, as the `depth`th of those that interpret each other.
fn format<'data>(starter: Starter<'_>, bytes: impl ReadRef<'data>, depth: usize) -> Format {
    let start = bytes.len().and_then(|length| bytes.read_bytes_at(0, length.min(START))).unwrap_or_default();
    if let Some(line) = start.strip_prefix(b"#!") {
        let Some(interpreter) = interpreter(line) else { return Format::Unrecognised };
        let interpreter = PathBuf::from(OsStr::from_bytes(interpreter));
        return Format::Script { interpreter_error: starter.of_script(&interpreter, depth), interpreter };
    }
    match loadable(bytes) {
        None => Format::Unrecognised,
        Some(Loadable { machine, .. }) if !starter.runs(machine) => Format::ForeignElf { machine: machine.0 },
        Some(Loadable { whole: false, .. }) => Format::TruncatedElf,
        Some(Loadable { interpreter, machine, .. }) => {
            let interpreter_error = interpreter.as_deref().and_then(|path| starter.of_loader(path, machine));
            Format::Elf { interpreter_error, interpreter }
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

/// Whether the kernel runs programs of 32 bits as well; taken for granted where it does not say.
fn runs_old_programs(root: &Root) -> bool {
    let settings = Path::new("/proc/sys/abi");
    !root.is_live() || !root.exists(settings) || root.exists(&settings.join("vsyscall32"))
}

fn runs_here(root: &Root, machine: Machine) -> bool {
    match std::env::consts::ARCH {
        "x86_64" if machine == elf::EM_386 => runs_old_programs(root),
        "x86_64" => machine == elf::EM_X86_64,
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
        let starter = Starter { root: &Root::live(), asker: &Asker::Here };
        let format = |bytes| format(starter, bytes, 1);
        let program = std::fs::read("/proc/self/exe").expect("a program can read itself");
        for length in (0..4096).step_by(7) {
            let format = format(&program[..length]);
            assert!(length > 63 || format == Format::Unrecognised, "{length} bytes are no program");
        }
        assert!(matches!(format(program.as_slice()), Format::Elf { interpreter_error: None, .. }));
        assert_eq!(format(b"#!".as_slice()), Format::Unrecognised);
        assert_eq!(format(b"#! \n/bin/sh".as_slice()), Format::Unrecognised);
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
