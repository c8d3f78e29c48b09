//! The texts of a program, found without reading all of it: most of a program is machine code.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use object::elf::{FileHeader32, FileHeader64, SHF_ALLOC, SHT_NOBITS, SHT_STRTAB};
use object::read::elf::{FileHeader, SectionHeader as _};
use object::{Endianness, FileKind, ReadCache};

use super::root::{Root, Unread};
use crate::snapshot::Errno;

/// A program that is open.
pub(super) struct Program {
    file: File,
    size: u64,
    limit: u64,
}

impl Program {
    /// Opens a regular file of at most `limit` bytes.
    pub(super) fn open(root: &Root, path: &Path, limit: u64) -> Result<Self, Unread> {
        let (file, size) = root.regular_file(path, limit)?;
        Ok(Self { file, size, limit })
    }

    /// Its bytes, each part read when it is wanted.
    pub(super) fn parts(&self) -> ReadCache<&File> {
        ReadCache::new(&self.file)
    }

    /// What `wanted` accepts: the constants and names of the program, each section with a NUL behind it, or else,
    /// where a program has none or lacks there what is wanted, every byte of it.
    pub(super) fn texts(&self, wanted: impl FnOnce(&[u8]) -> bool) -> Result<Vec<u8>, Unread> {
        let parts = self.parts();
        let constants = match FileKind::parse(&parts) {
            Ok(FileKind::Elf64) => self.constants::<FileHeader64<Endianness>>(&parts),
            Ok(FileKind::Elf32) => self.constants::<FileHeader32<Endianness>>(&parts),
            _ => None,
        };
        match constants.filter(|constants| wanted(constants)) {
            Some(constants) => Ok(constants),
            None => self.all(),
        }
    }

    fn all(&self) -> Result<Vec<u8>, Unread> {
        let mut content = Vec::with_capacity(usize::try_from(self.size).unwrap_or(0).saturating_add(1));
        self.read(0, self.limit.saturating_add(1), &mut content)
            .map_err(|error| Unread::Failed(Errno(error.raw_os_error().unwrap_or(5))))?;
        if content.len() as u64 > self.limit { Err(Unread::TooLarge) } else { Ok(content) }
    }

    /// The sections where compilers put texts, and the names of the libraries; nothing where a section is damaged.
    fn constants<Header: FileHeader<Endian = Endianness>>(&self, parts: &ReadCache<&File>) -> Option<Vec<u8>> {
        let header = Header::parse(parts).ok()?;
        let endian = header.endian().ok()?;
        let sections = header.sections(endian, parts).ok()?;
        let holds_texts = |section: &&Header::SectionHeader| {
            let kind = section.sh_type(endian);
            let is_named = sections.section_name(endian, section).is_ok_and(|name| name.starts_with(b".rodata"));
            section.sh_flags(endian).contains(SHF_ALLOC) && kind != SHT_NOBITS && (is_named || kind == SHT_STRTAB)
        };
        let places: Vec<(u64, u64)> = sections
            .iter()
            .filter(holds_texts)
            .map(|section| (section.sh_offset(endian).into(), section.sh_size(endian).into()))
            .collect();
        let total = places.iter().try_fold(0_u64, |total, (_, size)| total.checked_add(size.checked_add(1)?))?;
        // More than the whole: it lies.
        let mut texts = Vec::with_capacity(usize::try_from(total).ok().filter(|_| total <= self.size)?);
        for (offset, size) in places {
            let length = self.read(offset, size, &mut texts).ok()?;
            texts.push(0);
            if length as u64 != size {
                return None;
            }
        }
        Some(texts)
    }

    fn read(&self, offset: u64, size: u64, to: &mut Vec<u8>) -> std::io::Result<usize> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(offset))?;
        file.take(size).read_to_end(to)
    }
}
