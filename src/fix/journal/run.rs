//! One run: its entries so far, and where they leave it.

use super::entry::{Blob, Change, Entry, Record, SCHEMA, Step, Why};
use super::files::Folder;
use super::now;
use crate::fix::{Object, Trouble};

/// A run of `fix`, with the directory that its entries go to.
#[derive(Debug)]
pub struct Run {
    folder: Folder,
    id: String,
    entries: Vec<Entry>,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RunState {
    /// Every step was taken.
    Applied,
    /// It was taken back.
    Undone,
    /// It was taken back but for what somebody changed since.
    PartlyUndone,
    /// It was cut off on its way there or back.
    Interrupted,
}

impl RunState {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Undone => "undone",
            Self::PartlyUndone => "partly-undone",
            Self::Interrupted => "interrupted",
        }
    }
}

impl Run {
    pub(super) fn begin(folder: Folder, id: String, begun: Entry) -> Result<Self, Trouble> {
        let mut run = Self { folder, id, entries: Vec::new() };
        run.append(begun)?;
        Ok(run)
    }

    /// Reads a run; none where it was cut off before its first entry, and so before any change.
    pub(super) fn read(folder: Folder, id: String) -> Result<Option<Self>, Trouble> {
        let mut entries = Vec::new();
        for name in folder.list()? {
            let name = name.to_string_lossy().into_owned();
            if !name.ends_with(".json") {
                continue;
            }
            let content = folder.read(&name)?;
            let record: Record = serde_json::from_slice(&content)
                .map_err(|error| folder.strange(&name, &format!("it is no entry of {SCHEMA} ({error})")))?;
            let expected = u32::try_from(entries.len()).unwrap_or(u32::MAX);
            if record.schema != SCHEMA || record.sequence != expected || name != file_name(expected) {
                return Err(folder.strange(&name, &format!("entry {expected} should stand there")));
            }
            entries.push(record.entry);
        }
        let run = Self { folder, id, entries };
        match run.entries.first() {
            None => Ok(None),
            Some(Entry::Begun { .. }) => Ok(Some(run)),
            Some(_) => Err(run.folder.strange(&file_name(0), "it does not begin a run")),
        }
    }

    /// Its name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When it began.
    pub fn time(&self) -> &str {
        match self.entries.first() {
            Some(Entry::Begun { time, .. }) => time,
            _ => "",
        }
    }

    /// What it mended.
    pub fn causes(&self) -> &[String] {
        match self.entries.first() {
            Some(Entry::Begun { causes, .. }) => causes,
            _ => &[],
        }
    }

    /// Where it stands.
    pub fn state(&self) -> RunState {
        match self.entries.last() {
            Some(Entry::TakenBack { kept, .. }) if kept.is_empty() => RunState::Undone,
            Some(Entry::TakenBack { .. }) => RunState::PartlyUndone,
            Some(Entry::Applied { .. }) => RunState::Applied,
            _ => RunState::Interrupted,
        }
    }

    /// The steps that were begun, in order.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = &Step> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Step(step) => Some(&**step),
            _ => None,
        })
    }

    /// What a program of this step left, where the step was finished.
    pub(in crate::fix) fn left_by(&self, number: u32) -> Option<&[Object<Blob>]> {
        self.entries.iter().find_map(|entry| match entry {
            Entry::Done { step, left } if *step == number => Some(left.as_slice()),
            _ => None,
        })
    }

    /// Whether this step was taken back already.
    pub(in crate::fix) fn is_back(&self, number: u32) -> bool {
        self.entries.iter().any(|entry| matches!(entry, Entry::Back { step } if *step == number))
    }

    /// Whether taking it back was begun and not finished.
    pub(in crate::fix) fn is_being_taken_back(&self) -> bool {
        let mut since = self.entries.iter().rev().take_while(|entry| !matches!(entry, Entry::TakenBack { .. }));
        since.any(|entry| matches!(entry, Entry::TakingBack { .. }))
    }

    /// Adds an entry; it is on disk when this returns.
    fn append(&mut self, entry: Entry) -> Result<(), Trouble> {
        let sequence = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let record = Record { schema: SCHEMA.to_owned(), sequence, entry };
        let name = file_name(sequence);
        let mut text = serde_json::to_vec_pretty(&record)
            .map_err(|error| self.folder.strange(&name, &format!("the entry has no JSON form ({error})")))?;
        text.push(b'\n');
        self.folder.write(&name, &text)?;
        self.entries.push(record.entry);
        Ok(())
    }

    /// Says what a step is about to change, and keeps what stands there.
    pub(in crate::fix) fn about_to(&mut self, step: &Step, changes: &[Change]) -> Result<(), Trouble> {
        let mut kept = Vec::new();
        for (place, change) in changes.iter().enumerate() {
            let before = self.keep(&change.before, &format!("{:03}-{place}.before", step.number))?;
            let after = change
                .after
                .as_ref()
                .map(|after| self.keep(after, &format!("{:03}-{place}.after", step.number)))
                .transpose()?;
            let Change { path, modified, temporary, .. } = change.clone();
            kept.push(Change { path, before, after, modified, temporary });
        }
        self.append(Entry::Step(Box::new(Step { changes: kept, ..step.clone() })))
    }

    /// Says that a step was taken, and what a program left there.
    pub(in crate::fix) fn done(&mut self, number: u32, left: &[Object]) -> Result<(), Trouble> {
        let mut kept = Vec::new();
        for (place, object) in left.iter().enumerate() {
            kept.push(self.keep(object, &format!("{number:03}-{place}.left"))?);
        }
        self.append(Entry::Done { step: number, left: kept })
    }

    /// Says that the run is over and stays.
    ///
    /// # Errors
    ///
    /// Where the journal cannot be written.
    pub fn applied(&mut self) -> Result<(), Trouble> {
        self.append(Entry::Applied { time: now() })
    }

    /// Says that it is about to be taken back.
    pub(in crate::fix) fn taking_back(&mut self, why: Why) -> Result<(), Trouble> {
        self.append(Entry::TakingBack { time: now(), why })
    }

    /// Says that a step was taken back.
    pub(in crate::fix) fn back(&mut self, step: u32) -> Result<(), Trouble> {
        self.append(Entry::Back { step })
    }

    /// Says that it was taken back, but for these steps.
    pub(in crate::fix) fn taken_back(&mut self, left: Vec<String>, kept: Vec<u32>) -> Result<(), Trouble> {
        self.append(Entry::TakenBack { time: now(), left, kept })
    }

    /// Keeps a file's content beside the entries.
    fn keep(&self, object: &Object, name: &str) -> Result<Object<Blob>, Trouble> {
        object.map_content(|content| {
            self.folder.write(name, content)?;
            Ok(Blob::of(name.to_owned(), content))
        })
    }

    /// An object with its content as it was kept.
    pub(in crate::fix) fn recall(&self, object: &Object<Blob>) -> Result<Object, Trouble> {
        object.map_content(|blob| {
            if blob.file.contains('/') {
                return Err(self.folder.strange("", "an entry names a file elsewhere"));
            }
            let content = self.folder.read(&blob.file)?;
            if blob.is(&content) {
                Ok(content)
            } else {
                Err(self.folder.strange(&blob.file, "its bytes are not those kept"))
            }
        })
    }
}

fn file_name(sequence: u32) -> String {
    format!("{sequence:06}.json")
}
