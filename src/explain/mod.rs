//! From the text of an error to what can be behind it: a log or a paste in, incidents and their causes out.
//!
//! `scan` runs over blocks of any number of lines and touches only those in which `prefilter` finds a needle of the
//! catalogue; `matcher` tries the patterns there, and `memo` knows lines that come again; `incident` joins the messages of
//! one attempt; `tally` counts incidents that are alike; `hypotheses` orders the causes by what the text proves and excludes;
//! `here` compares them with this machine.
//!
//! `paste` reads what a person copied, in each of the ways in which it may have been broken and quoted; `unwrap`, `decode` and
//! `record` take a line out of what was put around its letters, `errno` knows where the reason of a message ends, `cut`
//! what is left of one that was cut off, `speaker` who says it, `doubt` whether it is a sign of anything, and `loose` how people write it down.

mod cut;
mod decode;
mod doubt;
mod errno;
mod here;
mod hypotheses;
mod incident;
mod loose;
mod matcher;
mod memo;
mod nearest;
mod paste;
mod prefilter;
mod record;
mod scan;
mod speaker;
mod tally;
mod topic;
mod unwrap;

use std::io::{self, Read};

pub use here::{candidates, compare};
pub use nearest::nearest;
pub use topic::{Topic, topic};

use crate::report::explain::{Match, Near};
use decode::{Encoding, Transcoder};
use tally::Tally;

/// Input up to this size may be a paste, whose lines a terminal has broken; anything larger is a log.
const PASTE: usize = 1 << 20;

/// What was found in a text.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Found {
    /// The incidents, each with its causes, in the order in which they first appear.
    pub matches: Vec<Match>,
    /// Known messages that are like a text in which nothing was found.
    pub nearest: Vec<Near>,
}

/// Explains a text of any size, with bounded memory. Each block that was read is reported to `progress`.
///
/// # Errors
///
/// When the text cannot be read.
pub fn read(input: &mut dyn Read, progress: &mut dyn FnMut(u64)) -> io::Result<Found> {
    let mut head = Vec::new();
    Read::take(&mut *input, PASTE as u64 + 1).read_to_end(&mut head)?;
    if head.len() <= PASTE {
        return Ok(text(&head));
    }
    let mut tally = Tally::default();
    let encoding = Encoding::of(&head);
    let mut whole = head.as_slice().chain(input);
    let mut text = Transcoder::new(&mut whole, encoding);
    scan::stream(&mut text, &mut tally, progress)?;
    Ok(Found { matches: tally.matches(), nearest: Vec::new() })
}

/// Explains a text that was pasted or typed.
pub fn text(text: &[u8]) -> Found {
    let matches = read_paste(text).matches();
    let nearest = if matches.is_empty() { nearest(text) } else { Vec::new() };
    Found { matches, nearest }
}

/// A paste, and it as it was before its first letters were lost.
fn read_paste(text: &[u8]) -> Tally {
    let read = paste::read(text);
    let whole = std::str::from_utf8(text).ok().and_then(cut::with_beginning).map(|whole| paste::read(whole.as_bytes()));
    whole.filter(|whole| whole.messages > read.messages).unwrap_or(read)
}
