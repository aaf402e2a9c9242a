//! How much of the prelist was visited, by village and enumerator.

use std::collections::BTreeMap;

use super::code::RegionCode;
use super::visit::Outcome;

/// The village's word on a prelist entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Deliberation {
    Found = 1,
    NotFound = 2,
    Duplicate = 3,
    NewProposal = 4,
}

impl Deliberation {
    /// The status of this number, 1 to 4.
    pub const fn from_number(number: i64) -> Option<Self> {
        Some(match number {
            1 => Self::Found,
            2 => Self::NotFound,
            3 => Self::Duplicate,
            4 => Self::NewProposal,
            _ => return None,
        })
    }
}

/// Whether a visit of this outcome resolves an entry of the prelist: there is no household to survey.
pub const fn resolves(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::MovedOrGone | Outcome::PartOfAnother | Outcome::Duplicate)
}

/// What became of entries of the prelist.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Entries of the prelist.
    pub listed: u64,
    /// Of them: the household was visited at least once, whatever came of it.
    pub visited: u64,
    /// Of them: the household counts by a completed visit.
    pub counted: u64,
    /// Of them: no visit counts, and one says that there is no household to survey (moved or gone, part of
    /// another, duplicate).
    pub resolved: u64,
    /// Entries that name no household, and can't be known to be visited.
    pub without_household: u64,
    /// Entries by the village's word: found, not found, duplicate, new proposal.
    pub deliberated: [u64; 4],
}

impl Coverage {
    /// Visited by listed, a fraction; `None` where nothing is listed.
    pub fn share(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "entries are fewer than 2^52")]
        let share = self.visited as f64 / self.listed as f64;
        (self.listed > 0).then_some(share)
    }

    /// Visited, neither counted nor resolved: not found or refused.
    pub const fn tried(&self) -> u64 {
        self.visited - self.counted - self.resolved
    }

    /// Entries whose household was not visited.
    pub const fn not_tried(&self) -> u64 {
        self.listed - self.visited - self.without_household
    }

    /// Adds an entry.
    pub fn add_entry(&mut self, deliberation: Option<Deliberation>) {
        self.listed += 1;
        if let Some(status) = deliberation {
            self.deliberated[status as usize - 1] += 1;
        }
    }

    pub fn merge(&mut self, other: &Self) {
        self.listed += other.listed;
        self.visited += other.visited;
        self.counted += other.counted;
        self.resolved += other.resolved;
        self.without_household += other.without_household;
        for (sum, count) in self.deliberated.iter_mut().zip(other.deliberated) {
            *sum += count;
        }
    }
}

/// Coverage by the entry's village and the enumerator to whom it was assigned, if to one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CoverageTable(BTreeMap<(RegionCode, Option<String>), Coverage>);

impl CoverageTable {
    /// The coverage of a village and an enumerator, to add to.
    pub fn entry(&mut self, village: RegionCode, enumerator: Option<&str>) -> &mut Coverage {
        self.0.entry((village, enumerator.map(str::to_owned))).or_default()
    }

    /// Adds another part's.
    pub fn merge(&mut self, other: Self) {
        for (key, coverage) in other.0 {
            self.0.entry(key).or_default().merge(&coverage);
        }
    }

    /// In the order of villages and enumerators.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (RegionCode, Option<&str>, &Coverage)> {
        self.0.iter().map(|((village, officer), coverage)| (*village, officer.as_deref(), coverage))
    }

    /// The sums of the villages, whoever went there.
    pub fn by_village(&self) -> BTreeMap<RegionCode, Coverage> {
        let mut sums: BTreeMap<RegionCode, Coverage> = BTreeMap::new();
        for (village, _, coverage) in self.iter() {
            sums.entry(village).or_default().merge(coverage);
        }
        sums
    }

    /// The sum of all.
    pub fn total(&self) -> Coverage {
        let mut total = Coverage::default();
        self.0.values().for_each(|coverage| total.merge(coverage));
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn officers_of_a_village_add_up() {
        let village: RegionCode = "0101001001".parse().unwrap();
        let mut table = CoverageTable::default();
        for officer in [Some("a"), Some("b"), None] {
            table.entry(village, officer).add_entry(Deliberation::from_number(1));
        }
        table.entry(village, Some("a")).visited += 1;
        let mut other = CoverageTable::default();
        other.entry(village, Some("a")).add_entry(None);
        table.merge(other);
        let sums = table.by_village();
        let told = sums[&village];
        assert_eq!((told.listed, told.visited, told.deliberated), (4, 1, [3, 0, 0, 0]));
        assert_eq!((told, told.share()), (table.total(), Some(0.25)));
        assert_eq!(Coverage::default().share(), None);
    }
}
