//! Digests of whom programmes reach: two contents of a region that differ in the class of a household differ
//! in them.

use super::digest::{hash, mix};
use crate::domain::programme::{Programme, Reach};
use crate::domain::table::Table;

/// A household whose digests are asked for.
pub struct ReachDigests([u64; 2]);

impl ReachDigests {
    pub fn of(household: &str) -> Self {
        Self(hash(household))
    }

    /// The digest of its class in a programme; 0 of who is in no class of the programme's table.
    pub fn digest(&self, programme: Programme, reach: Option<Reach>) -> u64 {
        let class = match reach {
            Some(Reach::EligibleReceives) => 1,
            Some(Reach::EligibleOnly) => 2,
            Some(Reach::ReceivesOnly) => 3,
            Some(Reach::ReceivesUnknown) | None => return 0,
        };
        let table = Table::of_programme(programme) as u64;
        let Self([unit, other]) = self;
        mix(mix(unit ^ mix(table + 1)) ^ mix(other ^ class))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_household_class_or_programme_has_another_digest_and_no_class_has_none() {
        let of = |household: &str, programme, reach| {
            ReachDigests::of(household).digest(programme, Some(reach))
        };
        let all = [
            of("h", Programme::Pkh, Reach::EligibleOnly),
            of("i", Programme::Pkh, Reach::EligibleOnly),
            of("h", Programme::Sembako, Reach::EligibleOnly),
            of("h", Programme::Pkh, Reach::EligibleReceives),
            of("h", Programme::Pkh, Reach::ReceivesOnly),
        ];
        for (at, digest) in all.iter().enumerate() {
            assert!(*digest != 0 && !all[..at].contains(digest), "{at}");
        }
        assert_eq!(of("h", Programme::Pkh, Reach::ReceivesUnknown), 0);
        assert_eq!(ReachDigests::of("h").digest(Programme::Pkh, None), 0);
    }
}
