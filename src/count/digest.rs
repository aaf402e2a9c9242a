//! Digests of content: two contents of a place that differ in a unit of a table differ in its digest.
//!
//! A digest is the wrapping sum of a 64-bit hash of each unit and what it adds to the table, so it can
//! be summed in any order and parts. It takes no secret: noise is drawn by one that has it. Contents
//! that differ have the same digest with a chance of 2^-64. Units are hashed by SipHash-1-3 to 128 bits
//! (Aumasson and Bernstein 2012), which is the same for good.

use std::borrow::Cow;

use siphasher::sip128::SipHasher13;
use unicode_normalization::UnicodeNormalization as _;

use crate::domain::indicator::{Counts, CubeColumn, PovertyThreshold};
use crate::domain::table::Table;

/// Counts up when the same content gets other digests than before. Noise is drawn by the digest, so another version
/// draws fresh noise for content that was published, which has to be accounted for like any other release of it.
///
/// 1: ids as they stand; 2: [`canonical`] ids.
pub const DIGEST_VERSION: u8 = 2;

/// One digest for each table, by [`Table::index`].
pub type Digests = [u64; Table::COUNT];

/// A household by its id, or a visit by its id, of which tables count something.
#[derive(Debug, Clone, Copy)]
pub struct Unit([u64; 2]);

impl Unit {
    /// Of an id, whichever way it is written ([`canonical`]).
    pub fn new(id: &str) -> Self {
        let hash = SipHasher13::new().hash(canonical(id).as_bytes());
        Self([hash.h1, hash.h2])
    }

    /// The digests of what it adds to the tables. A table to which it adds nothing has 0.
    pub fn digests(&self, counts: &Counts, threshold: PovertyThreshold) -> Digests {
        Table::OF_CELLS.map(|table| {
            let mut state = 0;
            for column in table.columns() {
                let count = counts[column.index()];
                if count != 0 {
                    state = self.told(state, class(table, *column, threshold), count);
                }
            }
            if state == 0 { 0 } else { self.digest(table, state) }
        })
    }

    /// The digest of a table of single columns to one of which it adds 1, as [`Self::digests`] has it.
    pub fn digest_of_one(&self, table: Table, column: CubeColumn) -> u64 {
        self.digest(table, self.told(0, column as u64, 1))
    }

    /// Goes on to what it adds to the next class of a table.
    const fn told(&self, state: u64, class: u64, count: i64) -> u64 {
        mix(state ^ mix(class + 1)) ^ mix(self.0[1] ^ count.cast_unsigned())
    }

    const fn digest(&self, table: Table, state: u64) -> u64 {
        mix(state ^ self.0[0] ^ mix(table as u64 + 1))
    }
}

/// An id in one way of writing: without spaces around, in compatible characters (Unicode NFKC), in lower case. So the
/// same households have the same digests where only the way of writing their ids changed.
pub fn canonical(id: &str) -> Cow<'_, str> {
    let trimmed = id.trim();
    if !trimmed.is_ascii() {
        // Lower case letters may be compatible characters once more, for example of U+03D4.
        let folded = trimmed.nfkc().collect::<String>().to_lowercase();
        return Cow::Owned(folded.nfkc().collect());
    }
    if trimmed.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Cow::Owned(trimmed.to_ascii_lowercase());
    }
    Cow::Borrowed(trimmed)
}

/// A number for each class of a table.
fn class(table: Table, column: CubeColumn, threshold: PovertyThreshold) -> u64 {
    match table {
        Table::Counted => 0,
        Table::Welfare if column == CubeColumn::Unranked => 2,
        Table::Welfare => u64::from(!threshold.columns().contains(&column)),
        _ => column as u64,
    }
}

/// Adds digests to a sum.
pub fn add(sum: &mut Digests, more: &Digests) {
    for (sum, digest) in sum.iter_mut().zip(more) {
        *sum = sum.wrapping_add(*digest);
    }
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014, variant 13 of Stafford).
pub const fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(unit: &str, columns: &[(CubeColumn, i64)]) -> Digests {
        let mut counts = [0; CubeColumn::COUNT];
        for (column, count) in columns {
            counts[column.index()] = *count;
        }
        Unit::new(unit).digests(&counts, PovertyThreshold::default())
    }

    fn differing(one: &Digests, other: &Digests) -> Vec<Table> {
        let differs = |table: &Table| one[table.index()] != other[table.index()];
        Table::OF_CELLS.into_iter().filter(differs).collect()
    }

    #[test]
    fn only_the_tables_that_change_have_other_digests() {
        let poor = of("h", &[(CubeColumn::Decile1, 1), (CubeColumn::Age0To4, 2)]);
        let other = of("h", &[(CubeColumn::Decile2, 1), (CubeColumn::Age0To4, 2)]);
        assert_eq!(differing(&poor, &other), [Table::Deciles]);
        let older = of("h", &[(CubeColumn::Decile1, 1), (CubeColumn::Age5To17, 2)]);
        assert_eq!(differing(&poor, &older), [Table::Ages]);
        let less = of("h", &[(CubeColumn::Decile1, 1), (CubeColumn::Age0To4, 1)]);
        assert_eq!(differing(&poor, &less), [Table::Ages]);
        let richer = of("h", &[(CubeColumn::Decile7To10, 1)]);
        assert_eq!(differing(&poor, &richer), [Table::Welfare, Table::Deciles, Table::Ages]);
    }

    #[test]
    fn another_unit_has_other_digests_and_nothing_has_none() {
        let (one, other) =
            (of("h", &[(CubeColumn::Decile1, 1)]), of("i", &[(CubeColumn::Decile1, 1)]));
        assert_eq!(differing(&one, &other), [Table::Counted, Table::Welfare, Table::Deciles]);
        assert_eq!(of("h", &[]), [0; Table::COUNT]);
        assert_eq!(one[Table::Ages.index()], 0);
    }

    #[test]
    fn an_id_has_one_digest_whichever_way_it_is_written() {
        let decile = [(CubeColumn::Decile1, 1)];
        for (one, other) in
            [("AB-12", "ab-12"), (" 12\t", "12"), ("\u{ff21}1", "a1"), ("É", "e\u{301}")]
        {
            assert_eq!(of(one, &decile), of(other, &decile), "{one} {other}");
        }
        assert_ne!(of("12", &decile), of("012", &decile));
        for id in ["\u{3d4}\u{212b}\u{130}", "ﬁ", "ΑΣ"] {
            assert_eq!(canonical(&canonical(id)), canonical(id));
        }
    }

    #[test]
    fn the_digest_of_one_is_that_of_its_table() {
        for table in [Table::Visits, Table::Positions] {
            for column in table.columns() {
                let one = Unit::new("h").digest_of_one(table, *column);
                assert_eq!(one, of("h", &[(*column, 1)])[table.index()]);
            }
        }
    }

    #[test]
    fn the_sum_of_swapped_values_is_another() {
        let sum = |one, other| {
            let mut sum = of("h", &[(one, 1)]);
            add(&mut sum, &of("i", &[(other, 1)]));
            sum[Table::Deciles.index()]
        };
        let (first, second) = (CubeColumn::Decile1, CubeColumn::Decile2);
        assert_ne!(sum(first, second), sum(second, first));
    }
}
