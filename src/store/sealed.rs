//! Texts of JSON that end with the hash of all that stands before it, so that a changed byte is seen.

use super::digest::Digest;

/// What stands before the digits of the hash, which is the last field of an object.
const BEFORE: &str = ",\n  \"seal\": \"";
const BEHIND: &str = "\"\n}\n";
/// How an object ends that is written over several lines.
const END: &str = "\n}\n";

/// Adds the seal to an object that is written over several lines and ends with one.
pub(super) fn seal(text: &str) -> String {
    let sealed = text.strip_suffix(END).unwrap_or(text);
    format!("{sealed}{BEFORE}{}{BEHIND}", Digest::of_bytes(sealed.as_bytes()))
}

/// Whether a text is one that [`seal`] gave, to the last byte.
pub(super) fn is_whole(text: &[u8]) -> bool {
    let Some(text) = text.strip_suffix(BEHIND.as_bytes()) else { return false };
    let Some((text, digits)) = text.split_last_chunk::<64>() else { return false };
    let Some(sealed) = text.strip_suffix(BEFORE.as_bytes()) else { return false };
    Digest::of_bytes(sealed).to_string().as_bytes() == digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seal_breaks_wherever_a_byte_changes() {
        let text = seal("{\n  \"a\": 1,\n  \"b\": \"c\"\n}\n");
        serde_json::from_str::<serde_json::Value>(&text).unwrap();
        assert!(is_whole(text.as_bytes()));
        for at in 0..text.len() {
            for bit in 0..8 {
                let mut changed = text.clone().into_bytes();
                changed[at] ^= 1 << bit;
                assert!(!is_whole(&changed), "byte {at}, bit {bit}");
            }
            assert!(!is_whole(&text.as_bytes()[..at]));
        }
    }
}
