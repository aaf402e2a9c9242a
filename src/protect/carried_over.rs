//! Regencies that are published as they were before, because too little changed in them.
//!
//! Noise is bound to content, so a place that did not change has the figures of the release before. If a release
//! changed one village of a regency, everybody would see which. So a regency is published anew only where many of
//! its villages changed together; until then its content in the release before is published again.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::region_digests::RegionDigests;
use crate::count::Cube;
use crate::domain::date::Date;
use crate::domain::indicator::CubeColumn;
use crate::domain::region::{Level, RegionId, RegionTree, Slug};
use crate::domain::table::Table;

/// How many villages of a regency must have changed since the release before, where any did. Where a regency has
/// fewer villages than that, all of them must have.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LeastChanged {
    /// Of the regency's villages, from 0 to 1; 0.2.
    pub least_changed_share: f64,
    /// The number of villages; 10.
    pub least_changed_villages: u32,
}

impl Default for LeastChanged {
    fn default() -> Self {
        Self { least_changed_share: 0.2, least_changed_villages: 10 }
    }
}

impl LeastChanged {
    /// How many of so many villages.
    pub fn of(&self, villages: usize) -> usize {
        let share = (self.least_changed_share * villages as f64).ceil() as usize;
        share.max(self.least_changed_villages as usize).min(villages)
    }
}

/// The release in which the content of a regency was published first as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarriedFrom {
    pub release: Slug,
    pub reference_date: Date,
}

/// How many villages of a regency hold anything in either of two releases, and in how many that is not the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changed {
    pub villages: usize,
    pub changed: usize,
    /// Whether anything changed, in a village or in what is known to the regency or a district alone.
    pub any: bool,
}

/// What changed in each regency between two cubes on the same regions, in the order of the tree.
pub fn changed(
    new: &RegionDigests,
    before: &RegionDigests,
    regions: &RegionTree,
) -> BTreeMap<RegionId, Changed> {
    let places = |region| (new.get(Some(region)).tables, before.get(Some(region)).tables);
    let regency = |(regency, _): (RegionId, _)| {
        let (new, before) = places(regency);
        (regency, Changed { any: new != before, ..Changed::default() })
    };
    let mut found: BTreeMap<RegionId, Changed> =
        regions.level(Level::Regency).map(regency).collect();
    for (village, _) in regions.level(regions.deepest()) {
        let regency = regions.ancestor(village, Level::Regency);
        let Some(found) = regency.and_then(|id| found.get_mut(&id)) else { continue };
        let (new, before) = places(village);
        let is_empty = new.iter().chain(&before).all(|digest| *digest == 0);
        found.villages += usize::from(!is_empty);
        found.changed += usize::from(new != before);
    }
    found
}

/// The regencies that are to be carried over: where something changed, and in too few villages.
pub fn too_little_changed(
    changed: &BTreeMap<RegionId, Changed>,
    least: &LeastChanged,
) -> BTreeSet<RegionId> {
    let is_too_little =
        |(_, it): &(&RegionId, &Changed)| it.any && it.changed < least.of(it.villages);
    changed.iter().filter(is_too_little).map(|(regency, _)| *regency).collect()
}

/// The content to publish: that of `new`, but in the regencies that are carried over that of `before`.
pub fn carry_over(
    (new, before): (&Cube, &Cube),
    carried: &BTreeSet<RegionId>,
    regions: &RegionTree,
) -> Cube {
    let is_carried = is_in(carried, regions);
    let mut cube = new.within(|region| !is_carried(region));
    cube.merge(&before.within(&is_carried));
    cube
}

fn is_in<'a>(
    regencies: &'a BTreeSet<RegionId>,
    regions: &'a RegionTree,
) -> impl Fn(Option<RegionId>) -> bool + 'a {
    move |region| {
        let regency = region.and_then(|id| regions.ancestor(id, Level::Regency));
        regency.is_some_and(|regency| regencies.contains(&regency))
    }
}

/// The first of these regencies in which something was added, not only deleted: a region of it has more units in a
/// class than before.
pub fn first_with_additions(
    (new, before): (&Cube, &Cube),
    regencies: &BTreeSet<RegionId>,
    regions: &RegionTree,
) -> Option<RegionId> {
    let is_in = is_in(regencies, regions);
    let mut more = vec![[0_i64; CubeColumn::ALL.len()]; regions.len()];
    for (cube, sign) in [(new, 1), (before, -1)] {
        for (key, counts) in cube.iter().filter(|(key, _)| is_in(key.region)) {
            let Some(id) = key.region else { continue };
            let sums = more[id.index()].iter_mut().zip(counts);
            sums.for_each(|(sum, count)| *sum += sign * count);
        }
        // What was counted and is not any more is no addition to what is not.
        for (region, cell) in cube.prelist().filter(|(region, _)| is_in(*region)) {
            let Some(id) = region else { continue };
            more[id.index()][CubeColumn::PrelistCounted.index()] += sign * cell.counts[0];
        }
        for programme in cube.programmes() {
            let columns = Table::of_programme(programme).columns();
            for (region, cell) in cube.reach(programme).filter(|(region, _)| is_in(*region)) {
                let Some(id) = region else { continue };
                for (column, count) in columns.iter().zip(cell.counts) {
                    more[id.index()][column.index()] += sign * count;
                }
            }
        }
    }
    let added = regions.iter().find(|(id, _)| more[id.index()].iter().any(|count| *count > 0));
    added.and_then(|(id, _)| regions.ancestor(id, Level::Regency))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::{Cell, Unit};
    use crate::domain::indicator::PovertyThreshold;
    use crate::protect::fixture::{code, key, tree};

    /// Households by id in villages; each is in decile 1.
    fn counted(households: &[(&str, &str)]) -> Cube {
        let tree = tree();
        let mut cube = Cube::default();
        for (village, id) in households {
            let mut cell = Cell::default();
            cell.counts[CubeColumn::Decile1.index()] = 1;
            cell.digests = Unit::new(id).digests(&cell.counts, PovertyThreshold::default());
            cube.add_cell(key(&tree, Some(village), None), &cell);
        }
        cube
    }

    fn carried(new: &Cube, before: &Cube, least: LeastChanged) -> BTreeSet<RegionId> {
        let tree = tree();
        let [new, before] = [new, before].map(|cube| RegionDigests::of(cube, &tree));
        too_little_changed(&changed(&new, &before, &tree), &least)
    }

    #[test]
    fn a_regency_is_carried_over_where_too_few_of_its_villages_changed() {
        let tree = tree();
        let before = counted(&[("0101001001", "a"), ("0101001002", "b"), ("0102001001", "c")]);
        let one = counted(&[("0101001001", "a2"), ("0101001002", "b"), ("0102001001", "c")]);
        let both = counted(&[("0101001001", "a2"), ("0101001002", "b2"), ("0102001001", "c")]);
        let least = LeastChanged::default();
        let regency = tree.find(code("0101")).unwrap();
        assert_eq!(carried(&one, &before, least), BTreeSet::from([regency]));
        // The regency has two villages, fewer than ten.
        assert_eq!(carried(&both, &before, least), BTreeSet::new());
        let lax = LeastChanged { least_changed_villages: 1, ..least };
        assert_eq!(carried(&one, &before, lax), BTreeSet::new());
        let published = carry_over((&one, &before), &BTreeSet::from([regency]), &tree);
        assert_eq!(published, before);
        // What is known to the regency alone names no village, and stays as it was too.
        let known = counted(&[
            ("0101001001", "a"),
            ("0101001002", "b"),
            ("0101", "d"),
            ("0102001001", "c"),
        ]);
        assert_eq!(carried(&known, &before, least), BTreeSet::from([regency]));
    }

    #[test]
    fn the_least_number_of_villages_is_a_share_and_no_fewer_than_ten_but_where_there_are_fewer() {
        let least = LeastChanged::default();
        assert_eq!([0, 4, 10, 40, 51, 300].map(|of| least.of(of)), [0, 4, 10, 10, 11, 60]);
    }

    #[test]
    fn a_deletion_adds_nothing_and_a_move_does() {
        let tree = tree();
        let before = counted(&[("0101001001", "a"), ("0101001001", "b"), ("0101001002", "c")]);
        let deleted = counted(&[("0101001001", "a"), ("0101001002", "c")]);
        let moved = counted(&[("0101001001", "a"), ("0101001002", "b"), ("0101001002", "c")]);
        let regency = tree.find(code("0101")).unwrap();
        let regencies = BTreeSet::from([regency]);
        assert_eq!(first_with_additions((&deleted, &before), &regencies, &tree), None);
        assert_eq!(first_with_additions((&moved, &before), &regencies, &tree), Some(regency));
    }
}
