//! Content hashes, by which a file is known to be the one that was written.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A BLAKE3 hash, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(blake3::Hash);

impl Digest {
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self(blake3::hash(bytes))
    }

    /// Reads a file to its end: its number of bytes and its hash.
    ///
    /// # Errors
    /// Where the file can't be opened or read.
    pub fn of_file(path: &Path) -> io::Result<(u64, Self)> {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(File::open(path)?)?;
        Ok((hasher.count(), Self(hasher.finalize())))
    }
}

/// The hash of bytes that come part by part.
#[derive(Default)]
pub struct DigestOf(blake3::Hasher);

impl DigestOf {
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The number of bytes and their hash.
    pub fn finish(&self) -> (u64, Digest) {
        (self.0.count(), Digest(self.0.finalize()))
    }
}

impl From<blake3::Hash> for Digest {
    fn from(hash: blake3::Hash) -> Self {
        Self(hash)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a content hash of 64 hexadecimal digits")]
pub struct DigestError(String);

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let refuse = |_| DigestError(text.chars().take(80).collect());
        blake3::Hash::from_hex(text).map(Self).map_err(refuse)
    }
}

impl TryFrom<String> for Digest {
    type Error = DigestError;

    fn try_from(text: String) -> Result<Self, DigestError> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_the_hash_of_its_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "twelve bytes").unwrap();
        let expected = Digest::of_bytes(b"twelve bytes");
        assert_eq!(Digest::of_file(&path).unwrap(), (12, expected));
        assert_eq!(expected.to_string().parse::<Digest>().unwrap(), expected);
        assert!("12ab".parse::<Digest>().is_err());
    }
}
