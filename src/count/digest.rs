//! Digests of content: two contents of a place that differ in a unit of a table differ in its digest.
//!
//! A digest is the wrapping sum of a 64-bit hash of each unit and what it adds to the table, so it can
//! be summed in any order and parts. It takes no secret: noise is drawn by one that has it. Contents
//! that differ have the same digest with a chance of 2^-64.

use crate::domain::indicator::{Counts, CubeColumn, PovertyThreshold};
use crate::domain::table::Table;

/// One digest for each table, by [`Table::index`].
pub type Digests = [u64; Table::COUNT];

/// The digests of one unit that adds these counts: a household by its id, a visit by its id. A table to
/// which it adds nothing has 0.
pub fn digests(unit: &str, counts: &Counts, threshold: PovertyThreshold) -> Digests {
    let unit = hash(unit);
    Table::OF_CELLS.map(|table| {
        let mut state = 0;
        for column in table.columns() {
            let count = counts[column.index()];
            if count != 0 {
                let class = mix(class(table, *column, threshold) + 1);
                state = mix(state ^ class) ^ mix(unit[1] ^ count.cast_unsigned());
            }
        }
        if state == 0 { 0 } else { mix(state ^ unit[0] ^ mix(table as u64 + 1)) }
    })
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

pub(super) fn hash(unit: &str) -> [u64; 2] {
    let hash = blake3::hash(unit.as_bytes());
    let (words, _) = hash.as_bytes().as_chunks::<8>();
    [u64::from_le_bytes(words[0]), u64::from_le_bytes(words[1])]
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014, variant 13 of Stafford).
pub(super) const fn mix(word: u64) -> u64 {
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
        digests(unit, &counts, PovertyThreshold::default())
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
