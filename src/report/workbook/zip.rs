//! Files in one (ZIP, APPNOTE 6.3.10), deflated, without a time of day: the same files, the same bytes.

use std::io::{self, Write};

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// 1980-01-01 at midnight, the first that the format can say.
const DATE: [u16; 2] = [0, 0x21];
/// What a reader must be able to do: deflate.
const VERSION: u16 = 20;
/// Names are UTF-8.
const FLAGS: u16 = 0x0800;
const DEFLATED: u16 = 8;

/// A file being written.
pub(super) struct Zip {
    bytes: Vec<u8>,
    /// The list at the end.
    directory: Vec<u8>,
    files: u16,
}

/// The text of a file, packed as it comes.
pub(super) struct Part {
    packed: DeflateEncoder<Vec<u8>>,
    checksum: Crc,
}

impl Part {
    pub fn new() -> Self {
        let packed = DeflateEncoder::new(Vec::new(), Compression::new(6));
        Self { packed, checksum: Crc::new() }
    }

    /// # Errors
    /// None of its own: it writes to memory.
    pub fn text(&mut self, text: &str) -> io::Result<()> {
        self.checksum.update(text.as_bytes());
        self.packed.write_all(text.as_bytes())
    }
}

impl Zip {
    pub const fn new() -> Self {
        Self { bytes: Vec::new(), directory: Vec::new(), files: 0 }
    }

    /// Adds a file.
    ///
    /// # Errors
    /// Where it, or all so far, is larger than the 4 GiB that the format holds.
    pub fn add(&mut self, name: &str, part: Part) -> io::Result<()> {
        let size = part.packed.total_in();
        let checksum = part.checksum.sum();
        let packed = part.packed.finish()?;
        let at = short(self.bytes.len() as u64)?;
        let mut head = Vec::new();
        for word in [VERSION, FLAGS, DEFLATED, DATE[0], DATE[1]] {
            head.extend(word.to_le_bytes());
        }
        for word in [checksum, short(packed.len() as u64)?, short(size)?] {
            head.extend(word.to_le_bytes());
        }
        let length = u16::try_from(name.len()).map_err(io::Error::other)?;
        for word in [length, 0] {
            head.extend(word.to_le_bytes());
        }
        self.bytes.extend(b"PK\x03\x04");
        self.bytes.extend(&head);
        self.bytes.extend(name.as_bytes());
        self.bytes.extend(packed);
        self.directory.extend(b"PK\x01\x02");
        self.directory.extend(VERSION.to_le_bytes());
        self.directory.extend(&head);
        // No remark, one disk, no attributes.
        self.directory.extend([0; 10]);
        self.directory.extend(at.to_le_bytes());
        self.directory.extend(name.as_bytes());
        self.files += 1;
        Ok(())
    }

    /// All of it.
    ///
    /// # Errors
    /// As [`Self::add`].
    pub fn finish(mut self) -> io::Result<Vec<u8>> {
        let at = short(self.bytes.len() as u64)?;
        let length = short(self.directory.len() as u64)?;
        self.bytes.extend(&self.directory);
        self.bytes.extend(b"PK\x05\x06");
        self.bytes.extend([0; 4]);
        self.bytes.extend(self.files.to_le_bytes());
        self.bytes.extend(self.files.to_le_bytes());
        self.bytes.extend(length.to_le_bytes());
        self.bytes.extend(at.to_le_bytes());
        self.bytes.extend([0; 2]);
        Ok(self.bytes)
    }
}

fn short(length: u64) -> io::Result<u32> {
    u32::try_from(length).map_err(|_| io::Error::other("the file is larger than 4 GiB"))
}
