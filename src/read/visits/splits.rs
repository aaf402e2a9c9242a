//! Where one big CSV file can be cut so that several threads read it: only ever between two records.
//!
//! A line end may stand within quotes, so a cut is found by following quotes from the start of the file.
//! That is done for many chunks at once, each as if no quotes were open where it begins; where they were,
//! the chunk is looked at again.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;

use memchr::{memchr, memchr3};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::read::records::{is_nothing, preamble};

/// Bytes between two cuts, about. It does not depend on threads, so that parts have the same numbers on
/// every machine.
pub const CHUNK_BYTES: u64 = 16 << 20;
/// Bytes that are looked at at a time.
const BLOCK: usize = 1 << 20;

const QUOTE: u8 = b'"';

/// A place between two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Bytes from the start of the file; before it stands a line feed.
    pub start: u64,
    /// Records before it, the header among them.
    pub records: u64,
}

/// Finds places between records, about `chunk_bytes` apart, in ascending order; none before the end of
/// the header. Delimiter, quotes and line ends must be single bytes in the file's encoding.
///
/// # Errors
/// Where the file can't be read.
pub fn find(path: &Path, delimiter: u8, chunk_bytes: u64) -> io::Result<Vec<Cut>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let bounds = (1..length.div_ceil(chunk_bytes)).into_par_iter();
    let bounds = bounds.filter_map(|chunk| {
        let chunk = chunk * chunk_bytes..((chunk + 1) * chunk_bytes).min(length);
        after_line_feed(&file, chunk).transpose()
    });
    let mut starts = vec![bytes_before(&file)?];
    starts.extend(bounds.collect::<io::Result<Vec<u64>>>()?);
    let chunk = |at: usize| starts[at]..starts.get(at + 1).copied().unwrap_or(length);
    let looked = (0..starts.len()).into_par_iter();
    let looked = looked.map(|at| Quotes::new(delimiter, false).follow(&file, chunk(at)));
    let looked = looked.collect::<io::Result<Vec<Quotes>>>()?;
    let (mut cuts, mut records, mut is_open) = (Vec::new(), 0, false);
    for (at, mut quotes) in looked.into_iter().enumerate() {
        let mut cut = (at > 0).then_some((0, 0));
        if is_open {
            quotes = Quotes::new(delimiter, true).follow(&file, chunk(at))?;
            cut = quotes.first_feed;
        }
        let cut = cut.map(|(bytes, ended)| (starts[at] + bytes, records + ended));
        // The header is read by whoever reads the first part.
        cuts.extend(cut.filter(|cut| cut.1 > 0).map(|(start, records)| Cut { start, records }));
        records += quotes.records;
        is_open = quotes.is_open;
    }
    Ok(cuts)
}

/// The bytes before the header: marks, and a line that tells the delimiter.
fn bytes_before(file: &File) -> io::Result<u64> {
    let mut start = vec![0; file.metadata()?.len().min(64) as usize];
    file.read_exact_at(&mut start, 0)?;
    Ok(preamble(&start).0 as u64)
}

/// The line ends in the first bytes of a file, of which the last one is a line feed.
///
/// # Errors
/// Where the file can't be read.
pub fn line_ends(path: &Path, bytes: u64) -> io::Result<u64> {
    let (file, mut ends, mut before) = (File::open(path)?, 0, 0);
    blocks(&file, 0..bytes, |block| {
        for at in memchr::memchr2_iter(b'\n', b'\r', block) {
            let before = at.checked_sub(1).map_or(before, |at| block[at]);
            ends += u64::from(block[at] == b'\r' || before != b'\r');
        }
        before = block.last().copied().unwrap_or(before);
        true
    })?;
    Ok(ends)
}

/// The place after the first line feed in these bytes.
fn after_line_feed(file: &File, bytes: Range<u64>) -> io::Result<Option<u64>> {
    let (mut start, mut found) = (bytes.start, None);
    blocks(file, bytes, |block| {
        found = memchr(b'\n', block).map(|at| start + at as u64 + 1);
        start += block.len() as u64;
        found.is_none()
    })?;
    Ok(found)
}

/// Reads these bytes block by block, as long as `look` says true.
fn blocks(
    file: &File,
    mut bytes: Range<u64>,
    mut look: impl FnMut(&[u8]) -> bool,
) -> io::Result<()> {
    let mut block = vec![0; BLOCK.min((bytes.end - bytes.start) as usize)];
    while bytes.start < bytes.end {
        let most = block.len().min((bytes.end - bytes.start) as usize);
        file.read_exact_at(&mut block[..most], bytes.start)?;
        if !look(&block[..most]) {
            break;
        }
        bytes.start += most as u64;
    }
    Ok(())
}

/// Follows quotes and record ends as the CSV reader does: a quote opens only at the start of a field, a
/// doubled one within quotes is none, and a line of delimiters and spaces alone is no record.
struct Quotes {
    delimiter: u8,
    is_open: bool,
    /// The last byte was a quote within quotes: it closes them unless another one follows.
    is_closing: bool,
    before: u8,
    /// Whether the record at hand has a byte that says something.
    has_bytes: bool,
    /// Records that ended.
    records: u64,
    /// Bytes in the blocks before.
    bytes: u64,
    /// The place after the first line feed outside quotes, and the records that ended before it.
    first_feed: Option<(u64, u64)>,
}

impl Quotes {
    /// At the start of a record, or within quotes.
    const fn new(delimiter: u8, is_open: bool) -> Self {
        Self {
            delimiter,
            is_open,
            is_closing: false,
            before: b'\n',
            has_bytes: is_open,
            records: 0,
            bytes: 0,
            first_feed: None,
        }
    }

    fn follow(mut self, file: &File, bytes: Range<u64>) -> io::Result<Self> {
        blocks(file, bytes, |block| {
            self.feed(block);
            true
        })?;
        Ok(self)
    }

    fn feed(&mut self, block: &[u8]) {
        let mut at = 0;
        while at < block.len() {
            at = if self.is_closing {
                self.is_closing = false;
                self.is_open = block[at] == QUOTE;
                at + usize::from(self.is_open)
            } else if self.is_open {
                let quote = memchr(QUOTE, &block[at..]);
                self.is_closing = quote.is_some();
                quote.map_or(block.len(), |quote| at + quote + 1)
            } else {
                self.outside(block, at)
            };
        }
        self.before = block.last().copied().unwrap_or(self.before);
        self.bytes += block.len() as u64;
    }

    /// Goes on outside quotes to after the next line end or opening quote.
    fn outside(&mut self, block: &[u8], from: usize) -> usize {
        let found = memchr3(b'\n', b'\r', QUOTE, &block[from..]);
        let at = found.map_or(block.len(), |found| from + found);
        let says = |byte: &u8| *byte != self.delimiter && !is_nothing(*byte);
        self.has_bytes = self.has_bytes || block[from..at].iter().any(says);
        if found.is_none() {
            return at;
        }
        if block[at] == QUOTE {
            let before = at.checked_sub(1).map_or(self.before, |before| block[before]);
            self.is_open = before == self.delimiter || matches!(before, b'\n' | b'\r');
            self.has_bytes = true;
        } else {
            self.records += u64::from(self.has_bytes);
            self.has_bytes = false;
            if block[at] == b'\n' && self.first_feed.is_none() {
                self.first_feed = Some((self.bytes + at as u64 + 1, self.records));
            }
        }
        at + 1
    }
}
