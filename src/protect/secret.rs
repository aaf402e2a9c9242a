//! The register secret, under which all noise is drawn.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// 256 random bits that outlive releases. Who has them can take the noise away, so this type can't be
/// printed, compared, copied or written, and forgets them when it goes.
pub struct RegisterSecret(Key);

/// 256 bits in one place in memory, which are overwritten when they go.
pub(super) type Key = Box<Zeroizing<[u8; 32]>>;

/// Says which secret made a release without telling it: 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint([u8; 16]);

/// A text that is none.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not the fingerprint of a secret, which has 32 hexadecimal digits")]
pub struct FingerprintError(String);

impl RegisterSecret {
    /// Takes bytes that a source of randomness made.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self::copied_from(&bytes)
    }

    /// Copies bytes to the one place in memory where they stay, whichever way this goes.
    pub fn copied_from(bytes: &[u8; 32]) -> Self {
        let mut own = Box::new(Zeroizing::new([0; 32]));
        own.copy_from_slice(bytes);
        Self(own)
    }

    /// A key for one use, of which neither the secret nor another key can be found.
    pub(super) fn key(&self, purpose: &str) -> Key {
        let mut key = Box::new(Zeroizing::new([0; 32]));
        key.copy_from_slice(blake3::keyed_hash(&self.0, purpose.as_bytes()).as_bytes());
        key
    }

    pub fn fingerprint(&self) -> Fingerprint {
        let key = self.key("fingerprint");
        Fingerprint(*key.first_chunk().expect("16 bytes are fewer than 32"))
    }
}

impl Fingerprint {
    pub const fn bytes(self) -> [u8; 16] {
        self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = FingerprintError;

    fn try_from(text: String) -> Result<Self, FingerprintError> {
        let is_written = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_one = text.len() == 32 && text.bytes().all(is_written);
        let number = u128::from_str_radix(&text, 16).ok().filter(|_| is_one);
        number.map(|number| Self(number.to_be_bytes())).ok_or(FingerprintError(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compiles only while the type has none of the traits: with one, two functions would fit.
    macro_rules! lacks {
        ($type:ty: $($trait:path),+) => { $({
            trait Fits<A> { const ONE: () = (); }
            impl<T: ?Sized> Fits<()> for T {}
            impl<T: ?Sized + $trait> Fits<u8> for T {}
            <$type as Fits<_>>::ONE
        })+ };
    }

    #[test]
    fn can_not_be_printed_copied_or_written() {
        lacks!(RegisterSecret: fmt::Debug, fmt::Display, Clone, PartialEq, serde::Serialize, AsRef<[u8]>);
    }

    #[test]
    fn the_fingerprint_tells_secrets_apart_and_is_no_part_of_them() {
        let [one, other] = [1, 2].map(|byte| RegisterSecret::new([byte; 32]).fingerprint());
        assert_ne!(one, other);
        assert_eq!(one.to_string().len(), 32);
        assert!(!one.to_string().contains("0101"));
        assert_eq!(Fingerprint::try_from(one.to_string()), Ok(one));
        for text in ["", "12", "+0000000000000000000000000000000", &"A".repeat(32)] {
            assert!(Fingerprint::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
