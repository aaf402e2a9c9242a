//! What several releases tell together: noise that was drawn afresh adds up, noise that was drawn again does not.

use std::collections::BTreeSet;

use super::epsilon::Epsilon;
use super::policy::{NoiseMode, Policy, TreeLevel};
use super::region_digests::RegionDigests;
use super::secret::Fingerprint;
use crate::domain::region::{Level, RegionId, RegionTree, Slug};
use crate::domain::table::Table;

/// A release as it was drawn: its content, and by what.
pub struct Drawn<'a> {
    pub release: &'a Slug,
    pub digests: &'a RegionDigests,
    pub policy: &'a Policy,
    pub secret: Fingerprint,
    /// [`crate::count::DIGEST_VERSION`] of the program that built it.
    pub digest_version: u8,
}

/// One draw of noise for one place of a table: two that are equal are the same noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Draw<'a> {
    digest: u64,
    epsilon: Epsilon,
    secret: [u8; 16],
    digest_version: u8,
    /// Where noise is bound to releases.
    release: Option<&'a str>,
}

impl<'a> Drawn<'a> {
    /// The draw of a place at a level; `None` where the table holds nothing there or is not published there.
    fn draw(&self, table: Table, level: TreeLevel, region: Option<RegionId>) -> Option<Draw<'a>> {
        let digest = self.digests.get(region).tables[table.index()];
        let epsilon = self.policy.epsilon(table, level).filter(|_| digest != 0)?;
        let release = (self.policy.noise == NoiseMode::Epoch).then(|| self.release.as_str());
        let (secret, digest_version) = (self.secret.bytes(), self.digest_version);
        Some(Draw { digest, epsilon, secret, digest_version, release })
    }
}

/// The nation and the levels of regions, each with its level in the protected tree.
fn level_of(level: Option<Level>) -> TreeLevel {
    level.map_or(TreeLevel::Nation, TreeLevel::Region)
}

/// By how much of its epsilon each table was spent on one household at most, over all of these releases.
///
/// Every release draws noise for a household once at each level: in its nation, province, regency, district, village
/// and hexagons. Draws of unchanged content are the same ones and count once. It is an upper bound: a village whose
/// content changed counts as if each of its hexagons had.
pub fn spent(releases: &[Drawn<'_>], regions: &RegionTree) -> Vec<(Table, Epsilon)> {
    let of_table = |table: Table| {
        let own = |level: TreeLevel, region: Option<RegionId>| -> u32 {
            let draws = releases.iter().filter_map(|drawn| drawn.draw(table, level, region));
            draws.collect::<BTreeSet<_>>().iter().map(|draw| draw.epsilon.millionths()).sum()
        };
        let nation = own(TreeLevel::Nation, None);
        let mut path = vec![nation; regions.len()];
        let mut most = nation;
        for (region, found) in regions.iter() {
            let above = regions.parent(region).map_or(nation, |parent| path[parent.index()]);
            path[region.index()] = above + own(level_of(Some(found.level)), Some(region));
            if found.level == regions.deepest() {
                let hexagons = [TreeLevel::Hexagon7, TreeLevel::Hexagon8];
                let below: u32 = hexagons.map(|level| own(level, Some(region))).iter().sum();
                most = most.max(path[region.index()] + below);
            }
        }
        (table, Epsilon::of_millionths(most))
    };
    Table::ALL.map(of_table).to_vec()
}

/// Content of an earlier release for which a later one draws fresh noise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Redrawn {
    /// Places with the same units that have other noise in some table.
    pub places: usize,
    /// Villages of [`LEAST_HOUSEHOLDS`] or more in which all figures are the same, and the ids of the units are not.
    pub villages_renamed: usize,
    /// Villages of so many in both releases.
    pub villages: usize,
}

/// From so many households on two contents of a village hardly have the same figures by chance.
pub const LEAST_HOUSEHOLDS: u64 = 20;

/// One village in so many may have the same figures by chance.
const RENAMED_ONE_IN: usize = 20;

impl Redrawn {
    /// Whether content that was published is published with fresh noise.
    pub const fn is_spend(&self) -> bool {
        self.places > 0 || self.villages_renamed * RENAMED_ONE_IN > self.villages
    }
}

/// What of the content of `before` the release `new` draws afresh.
pub fn redrawn(new: &Drawn<'_>, before: &Drawn<'_>, regions: &RegionTree) -> Redrawn {
    let mut found = Redrawn::default();
    let levels = regions.iter().map(|(id, region)| (Some(id), Some(region.level)));
    for (region, level) in std::iter::once((None, None)).chain(levels) {
        let [own, earlier] = [new, before].map(|drawn| drawn.digests.get(region));
        let is_deepest = level == Some(regions.deepest());
        let mut levels = vec![level_of(level)];
        if is_deepest {
            levels.extend([TreeLevel::Hexagon7, TreeLevel::Hexagon8]);
        }
        let is_redrawn = |table: &Table| {
            own.tables[table.index()] == earlier.tables[table.index()]
                && levels.iter().any(|level| {
                    let draws = [new, before].map(|drawn| drawn.draw(*table, *level, region));
                    draws[0].zip(draws[1]).is_some_and(|(one, other)| one != other)
                })
        };
        found.places += usize::from(Table::ALL.iter().any(is_redrawn));
        if is_deepest && own.households.min(earlier.households) >= LEAST_HOUSEHOLDS {
            let at = Table::Welfare.index();
            let is_renamed = own.figures == earlier.figures && own.tables[at] != earlier.tables[at];
            found.villages += 1;
            found.villages_renamed += usize::from(is_renamed);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::{Cell, Cube, DIGEST_VERSION, Unit};
    use crate::domain::indicator::{CubeColumn, PovertyThreshold};
    use crate::protect::RegisterSecret;
    use crate::protect::fixture::{key, tree};

    /// Households of a village, their ids beginning with a text.
    fn digests(prefix: &str, households: u32) -> RegionDigests {
        let tree = tree();
        let mut cube = Cube::default();
        for number in 0..households {
            let mut cell = Cell::default();
            cell.counts[CubeColumn::Decile1.index()] = 1;
            let unit = Unit::new(&format!("{prefix}{number}"));
            cell.digests = unit.digests(&cell.counts, PovertyThreshold::default());
            cube.add_cell(key(&tree, Some("0101001001"), None), &cell);
        }
        RegionDigests::of(&cube, &tree)
    }

    fn drawn<'a>(release: &'a Slug, digests: &'a RegionDigests, policy: &'a Policy) -> Drawn<'a> {
        let secret = RegisterSecret::new([1; 32]).fingerprint();
        Drawn { release, digests, policy, secret, digest_version: DIGEST_VERSION }
    }

    fn welfare(releases: &[Drawn<'_>]) -> f64 {
        let spent = spent(releases, &tree());
        spent.iter().find(|(table, _)| *table == Table::Welfare).unwrap().1.to_float()
    }

    #[test]
    fn the_same_content_is_paid_for_once_and_again_where_its_noise_is_fresh() {
        let [first, second] = ["r1", "r2"].map(|id| id.parse::<Slug>().unwrap());
        let (content, policy) = (
            digests("a", 30),
            Policy { epsilon_welfare: Epsilon::of_millionths(1_700_000), ..Policy::default() },
        );
        let once = [drawn(&first, &content, &policy)];
        assert!((welfare(&once) - 1.7).abs() < 1e-4, "{}", welfare(&once));
        let twice = [drawn(&first, &content, &policy), drawn(&second, &content, &policy)];
        assert!((welfare(&twice) - 1.7).abs() < 1e-4);
        assert!(!redrawn(&twice[1], &twice[0], &tree()).is_spend());
        let other = Policy { epsilon_welfare: Epsilon::of_millionths(1_710_000), ..policy };
        let twice = [drawn(&first, &content, &policy), drawn(&second, &content, &other)];
        assert!((welfare(&twice) - 3.41).abs() < 1e-4);
        assert!(redrawn(&twice[1], &twice[0], &tree()).is_spend());
        let epoch = Policy { noise: NoiseMode::Epoch, ..policy };
        let twice = [drawn(&first, &content, &epoch), drawn(&second, &content, &epoch)];
        assert!((welfare(&twice) - 3.4).abs() < 1e-4);
        assert!(redrawn(&twice[1], &twice[0], &tree()).is_spend());
        let mut older = drawn(&first, &content, &policy);
        older.digest_version -= 1;
        assert!(redrawn(&drawn(&second, &content, &policy), &older, &tree()).is_spend());
    }

    #[test]
    fn changed_content_adds_up_and_is_no_spend_but_renamed_content_is() {
        let [first, second] = ["r1", "r2"].map(|id| id.parse::<Slug>().unwrap());
        let policy =
            Policy { epsilon_welfare: Epsilon::of_millionths(1_700_000), ..Policy::default() };
        let (content, more, renamed) = (digests("a", 30), digests("a", 31), digests("b", 30));
        let changed = [drawn(&first, &content, &policy), drawn(&second, &more, &policy)];
        assert!((welfare(&changed) - 3.4).abs() < 1e-4);
        assert!(!redrawn(&changed[1], &changed[0], &tree()).is_spend());
        let renamed =
            redrawn(&drawn(&second, &renamed, &policy), &drawn(&first, &content, &policy), &tree());
        assert_eq!((renamed.places, renamed.villages_renamed, renamed.villages), (0, 1, 1));
        assert!(renamed.is_spend());
    }
}
