//! Files of a release that are opened to be served: their bytes are compared with the hash that the release tells
//! before anything is read from them.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;
use rayon::iter::ParallelIterator;
use rayon::slice::ParallelSlice;

use super::digest::{Digest, DigestOf};
use super::error::StoreError;
use super::manifest::FileFact;
use super::mapped;
use super::release::Release;
use crate::domain::region::Slug;

/// A file of a release as it was published.
#[derive(Debug, Clone)]
pub struct Published {
    pub release: Slug,
    /// As `sebaran verify` names it.
    pub name: String,
    pub path: PathBuf,
    pub fact: FileFact,
}

impl Published {
    /// A file of the whole release.
    ///
    /// # Errors
    /// [`StoreError::NoFile`].
    pub fn of(release: &Release, name: &str) -> Result<Self, StoreError> {
        let path = release.file(name)?;
        let fact = release.manifest().files()[name];
        Ok(Self { release: release.id().clone(), name: name.to_owned(), path, fact })
    }

    /// Maps the file and hashes the mapping.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where the bytes are not those that were published; [`StoreError::Io`].
    pub fn map(&self) -> Result<Bytes, StoreError> {
        let map = mapped::map(&self.path).map_err(|error| self.refused(error))?;
        let is_whole =
            map.len() as u64 == self.fact.bytes && Digest::of_bytes(&map) == self.fact.blake3;
        if is_whole { Ok(Bytes::from_owner(map)) } else { Err(self.damaged()) }
    }

    fn refused(&self, error: io::Error) -> StoreError {
        match error.kind() {
            ErrorKind::NotFound => self.damaged(),
            _ => StoreError::io("read", &self.path)(error),
        }
    }

    fn damaged(&self) -> StoreError {
        StoreError::Damaged { release: self.release.clone(), file: self.name.clone() }
    }
}

/// The unit in which a large file is verified again when a part of it is read.
const BLOCK: usize = 16 << 10;
/// Bytes that are read and hashed at a time; whole blocks.
const PORTION: usize = 256 * BLOCK;

/// A large file whose bytes were those that were published when it was opened, and that is verified block by block
/// when it is read, so that a later change of the file is an error and never another answer.
#[derive(Debug)]
pub struct VerifiedFile {
    path: PathBuf,
    file: File,
    bytes: u64,
    modified: Option<SystemTime>,
    blocks: Vec<BlockHash>,
}

type BlockHash = [u8; 16];

impl VerifiedFile {
    /// Opens a file and reads all of it, to compare it with its hash.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where the bytes are not those that were published; [`StoreError::Io`].
    pub fn open(published: &Published) -> Result<Self, StoreError> {
        let file = File::open(&published.path).map_err(|error| published.refused(error))?;
        let verified = Self::hash(file, &published.path);
        let (verified, digest) = verified.map_err(|error| published.refused(error))?;
        let is_whole = verified.bytes == published.fact.bytes && digest == published.fact.blake3;
        if is_whole { Ok(verified) } else { Err(published.damaged()) }
    }

    fn hash(file: File, path: &Path) -> io::Result<(Self, Digest)> {
        let mut whole = DigestOf::default();
        let mut blocks = Vec::new();
        let mut portion = Vec::with_capacity(PORTION);
        loop {
            portion.clear();
            (&file).take(PORTION as u64).read_to_end(&mut portion)?;
            if portion.is_empty() {
                break;
            }
            let of_blocks = || portion.par_chunks(BLOCK).map(block_hash).collect::<Vec<_>>();
            let (own, ()) = rayon::join(of_blocks, || whole.add(&portion));
            blocks.extend(own);
        }
        let (bytes, digest) = whole.finish();
        let modified = file.metadata()?.modified().ok();
        Ok((Self { path: path.to_owned(), file, bytes, modified, blocks }, digest))
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// When it was written, where the disk tells.
    pub const fn modified(&self) -> Option<SystemTime> {
        self.modified
    }

    /// A part of it, or as much of the part as there is.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] where its bytes have changed since it was opened; what the disk refuses.
    pub fn read(&self, part: Range<u64>) -> io::Result<Bytes> {
        let end = part.end.min(self.bytes);
        if part.start >= end {
            return Ok(Bytes::new());
        }
        let block = BLOCK as u64;
        let blocks = part.start / block..(end - 1) / block + 1;
        let from = blocks.start * block;
        let mut read = vec![0; size((blocks.end * block).min(self.bytes) - from)];
        self.file.read_exact_at(&mut read, from)?;
        let expected = &self.blocks[size(blocks.start)..size(blocks.end)];
        if read.chunks(BLOCK).map(block_hash).ne(expected.iter().copied()) {
            let what = "its bytes are no longer those that were published";
            return Err(io::Error::new(ErrorKind::InvalidData, what));
        }
        Ok(Bytes::from(read).slice(size(part.start - from)..size(end - from)))
    }
}

fn block_hash(block: &[u8]) -> BlockHash {
    let hash = blake3::hash(block);
    std::array::from_fn(|at| hash.as_bytes()[at])
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a file that is read has fewer bytes than memory has addresses"
)]
const fn size(bytes: u64) -> usize {
    bytes as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(path: &Path) -> Published {
        let bytes = std::fs::read(path).unwrap();
        let fact = FileFact::of(&bytes);
        let release = "r1".parse().unwrap();
        Published { release, name: "a".to_owned(), path: path.to_owned(), fact }
    }

    fn bytes(count: usize) -> Vec<u8> {
        (0..count).map(|at| (at * at / 7 % 251) as u8).collect()
    }

    #[test]
    fn reads_every_part_as_it_is_and_none_beyond_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        for count in [0, 1, BLOCK, BLOCK + 1, PORTION + 5] {
            let all = bytes(count);
            std::fs::write(&path, &all).unwrap();
            let file = VerifiedFile::open(&published(&path)).unwrap();
            assert_eq!(published(&path).map().unwrap(), all);
            let ends = [0, 1, 100, BLOCK - 1, BLOCK, BLOCK + 1, count / 2, count, count + 9];
            for (start, end) in ends.iter().flat_map(|start| ends.map(|end| (*start, end))) {
                let read = file.read(start as u64..end as u64).unwrap();
                let (start, end) = (start.min(count), end.min(count));
                assert_eq!(read, all[start..end.max(start)], "{start} to {end} of {count}");
            }
        }
    }

    #[test]
    fn refuses_a_changed_byte_before_and_after_it_was_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let all = bytes(3 * BLOCK);
        std::fs::write(&path, &all).unwrap();
        let (expected, last) = (published(&path), 3 * BLOCK as u64);
        let file = VerifiedFile::open(&expected).unwrap();
        for at in [0, BLOCK, 3 * BLOCK - 1] {
            let mut changed = all.clone();
            changed[at] ^= 4;
            std::fs::write(&path, &changed).unwrap();
            assert!(matches!(VerifiedFile::open(&expected), Err(StoreError::Damaged { .. })));
            assert!(matches!(expected.map(), Err(StoreError::Damaged { .. })));
            let at = at as u64;
            assert_eq!(file.read(at..at + 1).unwrap_err().kind(), ErrorKind::InvalidData);
            assert!(file.read(0..last).is_err());
        }
        // Another block is as it was.
        assert_eq!(file.read(0..9).unwrap(), all[..9]);
        std::fs::write(&path, &all[..BLOCK]).unwrap();
        assert!(file.read(last - 1..last).is_err());
    }
}
