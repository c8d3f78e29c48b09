//! The texts of a program, found without reading all of it: most of a program is machine code.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use memchr::memmem::Finder;
use object::elf::{FileHeader32, FileHeader64, SHF_ALLOC, SHT_NOBITS, SHT_STRTAB};
use object::read::StringTable;
use object::read::elf::{FileHeader, SectionHeader as _};
use object::{Endianness, FileKind, ReadCache, ReadRef as _};

use super::root::{Root, Unread};

/// As much is held at once of a large program: memory that is used again costs no page faults.
const WINDOW: usize = 32 << 10;

/// No text that is looked for is longer: they are paths.
const LONGEST: usize = 4 << 10;

/// No program has as many bytes of section names.
const NAMES: u64 = 64 << 10;

/// A program that is open.
pub(super) struct Program {
    file: Arc<File>,
    parts: ReadCache<Arc<File>>,
    size: u64,
}

/// Where texts stand in a program.
#[derive(Default)]
struct Places {
    /// The constants.
    constants: Vec<Range<u64>>,
    /// The names of libraries and of what is in them.
    names: Vec<Range<u64>>,
}

impl Program {
    /// Opens a regular file of at most `limit` bytes.
    pub(super) fn open(root: &Root, path: &Path, limit: u64) -> Result<Self, Unread> {
        let (file, size) = root.regular_file(path, limit)?;
        if size > limit {
            return Err(Unread::TooLarge);
        }
        let file = Arc::new(file);
        Ok(Self { parts: ReadCache::new(Arc::clone(&file)), file, size })
    }

    /// Its bytes, each part read when it is wanted.
    pub(super) fn parts(&self) -> &ReadCache<Arc<File>> {
        &self.parts
    }

    /// The constants of the program, where they have what is wanted, or else every byte of it.
    pub(super) fn texts(&self, wanted: impl FnOnce(&[u8]) -> bool) -> Result<Vec<u8>, Unread> {
        let constants = self.all(&self.places().constants)?;
        if wanted(&constants) {
            return Ok(constants);
        }
        drop(constants);
        self.all(&[self.whole()])
    }

    /// The names of the libraries that it loads, and of what it takes from them.
    pub(super) fn names(&self) -> Result<Vec<u8>, Unread> {
        self.all(&self.places().names)
    }

    /// Looks at each printable text that ends as given, first among the constants, then, where nothing ends so there,
    /// among all bytes. True ends the search.
    pub(super) fn ending_in(&self, end: &[u8], mut is_enough: impl FnMut(&[u8]) -> bool) -> Result<(), Unread> {
        if !self.search(&self.places().constants, end, &mut is_enough)? {
            self.search(&[self.whole()], end, &mut is_enough)?;
        }
        Ok(())
    }

    /// Whether there was any.
    fn search(
        &self,
        places: &[Range<u64>],
        end: &[u8],
        is_enough: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<bool, Unread> {
        let finder = Finder::new(end);
        let mut window = Vec::with_capacity(WINDOW);
        let mut any = false;
        for place in places {
            window.clear();
            let mut at = place.start;
            while at < place.end {
                let seen = window.len().saturating_sub(LONGEST);
                window.drain(..seen);
                let overlap = window.len();
                let length = (place.end - at).min((WINDOW - overlap) as u64);
                if self.read(at..at + length, &mut window)? == 0 {
                    break;
                }
                at += length;
                for found in finder.find_iter(&window).map(|start| start + end.len()).filter(|found| *found > overlap) {
                    any = true;
                    if is_enough(text_before(&window, found)) {
                        return Ok(true);
                    }
                }
            }
        }
        Ok(any)
    }

    fn whole(&self) -> Range<u64> {
        0..self.size
    }

    fn all(&self, places: &[Range<u64>]) -> Result<Vec<u8>, Unread> {
        let total: u64 = places.iter().map(|place| place.end - place.start).sum();
        let mut texts = Vec::with_capacity(usize::try_from(total).unwrap_or(0) + places.len());
        for (number, place) in places.iter().enumerate() {
            if number > 0 {
                texts.push(0);
            }
            self.read(place.clone(), &mut texts)?;
        }
        Ok(texts)
    }

    fn read(&self, place: Range<u64>, to: &mut Vec<u8>) -> Result<usize, Unread> {
        let mut file = &*self.file;
        file.seek(SeekFrom::Start(place.start))
            .and_then(|_| file.take(place.end - place.start).read_to_end(to))
            .map_err(|error| Unread::Failed(error.into()))
    }

    /// None where it is no ELF file, or one without sections: the search then goes on in the whole of it.
    fn places(&self) -> Places {
        let places = match FileKind::parse(&self.parts) {
            Ok(FileKind::Elf64) => self.sections::<FileHeader64<Endianness>>(),
            Ok(FileKind::Elf32) => self.sections::<FileHeader32<Endianness>>(),
            _ => None,
        };
        places.unwrap_or_default()
    }

    fn sections<Header: FileHeader<Endian = Endianness>>(&self) -> Option<Places> {
        let parts = &self.parts;
        let header = Header::parse(parts).ok()?;
        let endian = header.endian().ok()?;
        let sections = header.section_headers(endian, parts).ok()?;
        let place = |section: &Header::SectionHeader| {
            let (offset, size): (u64, u64) = (section.sh_offset(endian).into(), section.sh_size(endian).into());
            offset.checked_add(size).filter(|end| *end <= self.size).map(|end| offset..end)
        };
        let names = sections.get(usize::try_from(header.shstrndx(endian, parts).ok()?).ok()?).and_then(place)?;
        let length = (names.end - names.start).min(NAMES);
        let names = StringTable::new(parts.read_bytes_at(names.start, length).ok()?, 0, length);
        let mut places = Places::default();
        for section in sections {
            let kind = section.sh_type(endian);
            if !section.sh_flags(endian).contains(SHF_ALLOC) || kind == SHT_NOBITS {
                continue;
            }
            if kind == SHT_STRTAB {
                places.names.push(place(section)?);
            } else if names.get(section.sh_name(endian)).is_ok_and(|name| name.starts_with(b".rodata")) {
                places.constants.push(place(section)?);
            }
        }
        Some(places)
    }
}

/// The printable text that ends where `end` ends, without the NUL that closes it.
pub(super) fn text_before(bytes: &[u8], end: usize) -> &[u8] {
    let text = bytes.get(..end).unwrap_or_default();
    let text = text.strip_suffix(b"\0").unwrap_or(text);
    let start = text.iter().rposition(|byte| !byte.is_ascii_graphic()).map_or(0, |before| before + 1);
    text.get(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(content: &[u8]) -> (tempfile::TempDir, Program) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("program");
        std::fs::write(&path, content).expect("a file");
        let program = Program::open(&Root::live(), &path, 1 << 40).expect("it opens");
        (folder, program)
    }

    #[test]
    fn a_text_is_found_wherever_the_window_ends() {
        for before in [0, 1, WINDOW - 40, WINDOW - 20, WINDOW - 12, WINDOW - 11, WINDOW, WINDOW * 2 - LONGEST - 9] {
            let content = [&vec![b'\x01'; before], b"/opt/lib/needle\0and more".as_slice()].concat();
            let (_folder, program) = program(&content);
            let mut texts = Vec::new();
            program
                .ending_in(b"needle\0", |text| {
                    texts.push(String::from_utf8_lossy(text).into_owned());
                    false
                })
                .expect("it can be read");
            assert_eq!(texts, ["/opt/lib/needle"], "behind {before} bytes");
        }
    }

    #[test]
    fn this_program_s_texts_are_among_its_constants() {
        const TEXT: &[u8] = b"a text that stands in no other place of this program";
        let itself = std::fs::read("/proc/self/exe").expect("a program can read itself");
        let has = |bytes: &[u8]| memchr::memmem::find(bytes, TEXT).is_some();
        let (folder, program) = program(&itself);
        let texts = program.texts(has).expect("it can be read");
        let names = program.names().expect("it can be read");
        assert!(has(&texts) && texts.len() < itself.len() / 2, "{} of {}", texts.len(), itself.len());
        assert!(memchr::memmem::find(&names, b"libc.so").is_some() || cfg!(target_feature = "crt-static"));
        let all = program.texts(|_| false).expect("it can be read");
        assert!(all == itself, "what the constants lack is looked for everywhere");
        drop(folder);
    }

    #[test]
    fn damaged_programs_are_read_whole() {
        let itself = std::fs::read("/proc/self/exe").expect("a program can read itself");
        for length in [0, 1, 20, 63, 64, 70, 4000] {
            let (_folder, program) = program(&itself[..length]);
            let texts = program.texts(|constants| !constants.is_empty()).expect("it can be read");
            assert_eq!(texts, &itself[..length]);
        }
        for at in 0..64 {
            let mut bytes = itself[..20_000].to_vec();
            bytes[at] ^= 0xff;
            let (_folder, program) = program(&bytes);
            assert!(program.texts(|_| false).is_ok_and(|texts| texts == bytes), "byte {at}");
        }
    }
}
