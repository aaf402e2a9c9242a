//! The bytes of a CSV file as text: unpacked, decoded, without what stands before the header.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use encoding_rs::Encoding;
use encoding_rs_io::DecodeReaderBytesBuilder;

const MARK: &[u8] = b"\xef\xbb\xbf";
const BUFFER: usize = 1 << 18;

/// A file, and the encoding that is named for it.
#[derive(Debug, Clone, Copy)]
pub struct Encoded<'a> {
    pub path: &'a Path,
    pub encoding: Option<&'static Encoding>,
}

impl Encoded<'_> {
    /// Reads these bytes of the file as UTF-8. A packed file is read whole.
    ///
    /// # Errors
    /// Where the file can't be opened.
    pub fn open(&self, bytes: Range<u64>) -> io::Result<Box<dyn Read>> {
        let mut file = File::open(self.path)?;
        if is_packed(self.path) {
            let file = BufReader::with_capacity(BUFFER, file);
            return Ok(Box::new(self.decoded(flate2::bufread::MultiGzDecoder::new(file))));
        }
        if bytes.start == 0 {
            return Ok(Box::new(self.decoded(file.take(bytes.end))));
        }
        file.seek(SeekFrom::Start(bytes.start))?;
        let bytes = file.take(bytes.end - bytes.start);
        match self.encoding.filter(|encoding| *encoding != encoding_rs::UTF_8) {
            None => Ok(Box::new(bytes)),
            // Within the file there is no mark to look for.
            encoding => Ok(Box::new(
                DecodeReaderBytesBuilder::new().encoding(encoding).bom_sniffing(false).build(bytes),
            )),
        }
    }

    /// The text as UTF-8, without a byte-order mark; bytes that claim to be UTF-8 stay as they are.
    fn decoded<R: Read>(&self, bytes: R) -> impl Read + use<R> {
        DecodeReaderBytesBuilder::new()
            .encoding(self.encoding.filter(|encoding| *encoding != encoding_rs::UTF_8))
            .utf8_passthru(true)
            .strip_bom(true)
            .build(bytes)
    }
}

fn is_packed(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"))
}

/// Whether quotes, delimiters and line ends can be found in the file's bytes before they are decoded.
pub fn is_splittable(file: Encoded<'_>) -> bool {
    let is_plain =
        |encoding: &'static Encoding| encoding == encoding_rs::UTF_8 || encoding.is_single_byte();
    let has_wide_mark = || {
        let mut start = [0; 2];
        let read = File::open(file.path).and_then(|mut file| file.read_exact(&mut start));
        read.is_err() || [[0xff, 0xfe], [0xfe, 0xff]].contains(&start)
    };
    !is_packed(file.path) && file.encoding.is_none_or(is_plain) && !has_wide_mark()
}

/// The bytes of marks and of a line `sep=;` at the start of a text, and the delimiter of that line.
pub fn preamble(text: &[u8]) -> (usize, Option<u8>) {
    let mut at = 0;
    while text[at..].starts_with(MARK) {
        at += MARK.len();
    }
    let line = &text[at..];
    let says = line.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"sep="));
    let end = match line.get(5..) {
        Some([b'\r', b'\n', ..]) => 7,
        Some([b'\r' | b'\n', ..]) => 6,
        _ => return (at, None),
    };
    let delimiter = line[4];
    let is_delimiter = says && delimiter.is_ascii() && !matches!(delimiter, b'"' | b'\r' | b'\n');
    if is_delimiter { (at + end, Some(delimiter)) } else { (at, None) }
}
