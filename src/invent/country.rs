//! The invented archipelago: four levels of region with coasts, small islands, an enclave, a lake and
//! forest, in open ocean on both sides of the equator.

use geo::{Coord, MultiPolygon};
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64;

use super::growth::grow;
use super::names::Names;
use super::terrain::Terrain;
use crate::domain::code::{CodeSystem, RegionCode};
use crate::domain::region::{Level, RegionKind, SourceRegion};
use crate::outline::dissolve;

/// The version of the invented country's regions, as a slug.
pub const VERSION: &str = "demo";

/// The mean size of a village, in cells of the raster.
const CELLS_PER_VILLAGE: usize = 29;
/// One village in so many is forest.
const VILLAGES_PER_FOREST: usize = 400;
/// The number of a town's regency in its province, as in real systems.
const TOWN: u64 = 71;

/// How big the invented country is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountrySettings {
    /// Default 5; 2 to 60. Every tier needs at least as many regions as the one above.
    pub provinces: usize,
    /// Default 30; at most 60 a province.
    pub regencies: usize,
    /// Default 200; at most 900 a regency.
    pub districts: usize,
    /// Default 2,000; about as many, at least 100 and on average at most 500 a district.
    pub villages: usize,
}

impl Default for CountrySettings {
    fn default() -> Self {
        Self { provinces: 5, regencies: 30, districts: 200, villages: 2_000 }
    }
}

/// Makes the villages of an invented country, in [`CodeSystem::Invented`], ordered by code. The same
/// seed and settings give the same country.
///
/// There is one lake, a hole in the land that no village has; one enclave, a village of one regency
/// that lies wholly in another; and some forest.
pub fn country(seed: u64, settings: &CountrySettings) -> Vec<SourceRegion> {
    let mut random = Pcg64::seed_from_u64(seed);
    let terrain = Terrain::new(&mut random, settings.villages * CELLS_PER_VILLAGE);
    let village = grow(&mut random, &terrain, settings.villages, settings.regencies);
    let mut villages = gather(&terrain, &village);
    sort_into_tiers(&mut random, &mut villages, settings);
    let inland = inland(&terrain, &village, &villages);
    make_enclave(&mut villages, &inland);
    let forests = settings.villages.div_ceil(VILLAGES_PER_FOREST);
    plant_forests(&mut villages, inland, forests);
    let shapes = outlines(&terrain, &villages);
    describe(&mut random, &villages, shapes)
}

/// A village on its way.
#[derive(Debug, Clone)]
struct Draft {
    cells: Vec<usize>,
    middle: Coord,
    /// Which province, regency in it, and district in that, from 0.
    place: [usize; 3],
    kind: RegionKind,
    is_enclave: bool,
}

fn gather(terrain: &Terrain, village: &[Option<u32>]) -> Vec<Draft> {
    let count = village.iter().flatten().max().map_or(0, |&last| last as usize + 1);
    let mut cells: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (cell, number) in village.iter().enumerate() {
        if let Some(number) = number {
            cells[*number as usize].push(cell);
        }
    }
    let draft = |cells: Vec<usize>| {
        let sum = cells.iter().fold(Coord::zero(), |sum, &cell| sum + terrain.middle(cell));
        let middle = sum / cells.len() as f64;
        Draft { cells, middle, place: [0; 3], kind: RegionKind::Region, is_enclave: false }
    };
    cells.into_iter().map(draft).collect()
}

/// Parts the villages into provinces, these into regencies, and these into districts.
fn sort_into_tiers(random: &mut Pcg64, villages: &mut [Draft], settings: &CountrySettings) {
    let all: Vec<usize> = (0..villages.len()).collect();
    let provinces = split(random, villages, all, settings.provinces);
    let regencies = settings.regencies.div_ceil(settings.provinces);
    let districts = settings.districts.div_ceil(settings.regencies);
    for (province, members) in provinces.into_iter().enumerate() {
        for (regency, members) in
            split(random, villages, members, regencies).into_iter().enumerate()
        {
            let members = split(random, villages, members, districts);
            for (district, members) in members.into_iter().enumerate() {
                for member in members {
                    villages[member].place = [province, regency, district];
                }
            }
        }
    }
}

/// Halves a set across its longer side, not quite evenly, until there are `count` parts.
fn split(
    random: &mut Pcg64,
    villages: &[Draft],
    mut members: Vec<usize>,
    count: usize,
) -> Vec<Vec<usize>> {
    if count <= 1 || members.len() <= 1 {
        return vec![members];
    }
    let along = |axis: fn(Coord) -> f64| move |&member: &usize| axis(villages[member].middle);
    let (x, y) = (along(|at| at.x), along(|at| at.y));
    let extent = |axis: &dyn Fn(&usize) -> f64| {
        let values = members.iter().map(axis);
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        high - low
    };
    if extent(&x) >= extent(&y) {
        members.sort_by(|one, other| x(one).total_cmp(&x(other)).then(one.cmp(other)));
    } else {
        members.sort_by(|one, other| y(other).total_cmp(&y(one)).then(one.cmp(other)));
    }
    let first = count / 2;
    let share = first as f64 / count as f64 * random.random_range(0.85..1.15);
    let cut = ((members.len() as f64 * share) as usize).clamp(1, members.len() - 1);
    let rest = members.split_off(cut);
    let mut parts = split(random, villages, members, first);
    parts.extend(split(random, villages, rest, count - first));
    parts
}

/// The villages that touch villages of their own regency only, and neither sea nor lake.
fn inland(terrain: &Terrain, village: &[Option<u32>], villages: &[Draft]) -> Vec<usize> {
    let regency = |index: usize| &villages[index].place[..2];
    let is_inland = |&index: &usize| {
        let around = villages[index].cells.iter().flat_map(|&cell| terrain.around(cell));
        around
            .map(|cell| village[cell])
            .all(|other| other.is_some_and(|other| regency(other as usize) == regency(index)))
    };
    (0..villages.len()).filter(is_inland).collect()
}

/// Gives one inland village to another regency of its province.
fn make_enclave(villages: &mut [Draft], inland: &[usize]) {
    for &index in inland {
        let [province, regency, _] = villages[index].place;
        let other = villages
            .iter()
            .find(|other| other.place[0] == province && other.place[1] != regency)
            .map(|other| other.place);
        if let Some(place) = other {
            villages[index].place = place;
            villages[index].is_enclave = true;
            return;
        }
    }
}

/// Makes the largest inland villages forest.
fn plant_forests(villages: &mut [Draft], mut inland: Vec<usize>, count: usize) {
    inland.retain(|&index| !villages[index].is_enclave);
    inland.sort_by_key(|&index| (std::cmp::Reverse(villages[index].cells.len()), index));
    for index in inland.into_iter().take(count) {
        villages[index].kind = RegionKind::LakeOrForest;
    }
}

fn outlines(terrain: &Terrain, villages: &[Draft]) -> Vec<MultiPolygon> {
    let mut cells: Vec<MultiPolygon> = Vec::new();
    let mut groups: Vec<u32> = Vec::new();
    for (village, number) in villages.iter().zip(0..) {
        cells.extend(village.cells.iter().map(|&cell| terrain.outline(cell).into()));
        groups.resize(cells.len(), number);
    }
    dissolve(&cells, &groups, villages.len()).into_iter().map(|union| union.shape).collect()
}

/// Gives codes and names, tier by tier.
fn describe(
    random: &mut Pcg64,
    villages: &[Draft],
    shapes: Vec<MultiPolygon>,
) -> Vec<SourceRegion> {
    let towns = towns(villages);
    let mut order: Vec<(usize, MultiPolygon)> = (0..).zip(shapes).collect();
    order.sort_by_key(|&(index, _)| (villages[index].place, index));
    let mut names = Names::default();
    let mut path: Vec<String> = Vec::new();
    let (mut last, mut number): (Option<[usize; 3]>, u64) = (None, 0);
    let mut regions = Vec::with_capacity(villages.len());
    for ((index, shape), feature) in order.into_iter().zip(1..) {
        let draft = &villages[index];
        let place @ [province, regency, district] = draft.place;
        let is_town = towns.contains(&[province, regency]);
        let same =
            last.map_or(0, |last| (0..3).take_while(|&tier| last[tier] == place[tier]).count());
        path.truncate(same);
        for tier in same..3 {
            let name = names.next(random);
            path.push(match (tier, is_town) {
                (0, _) => format!("Provinsi {name}"),
                (1, true) => format!("Kota {name}"),
                (1, false) => format!("Kabupaten {name}"),
                _ => name,
            });
        }
        number = if same == 3 { number + 1 } else { 1 };
        last = Some(place);
        let name = match draft.kind {
            RegionKind::Region => names.next(random),
            RegionKind::LakeOrForest => format!("Hutan {}", names.next(random)),
        };
        let regency = if is_town { TOWN } else { regency as u64 + 1 };
        let digits = (province as u64 + 1) * 100 + regency;
        let digits = (digits * 1_000 + district as u64 + 1) * 1_000 + number;
        let width = CodeSystem::Invented.width(Level::Village);
        regions.push(SourceRegion {
            code: RegionCode::new(digits, width)
                .expect("the settings keep codes within ten digits"),
            names: path.iter().cloned().chain([name]).collect(),
            kind: draft.kind,
            // The east of the country is an hour ahead.
            utc_offset_min: Some(if province < 3 { 420 } else { 480 }),
            shape,
            feature,
        });
    }
    regions.sort_by_key(|region| region.code);
    regions
}

/// The densest regency of each province.
fn towns(villages: &[Draft]) -> Vec<[usize; 2]> {
    let mut sizes: std::collections::BTreeMap<[usize; 2], (usize, usize)> = Default::default();
    for draft in villages {
        let size = sizes.entry([draft.place[0], draft.place[1]]).or_default();
        size.0 += draft.cells.len();
        size.1 += 1;
    }
    let mut densest: std::collections::BTreeMap<usize, (usize, [usize; 2])> = Default::default();
    for (place, (cells, count)) in sizes {
        let next = (cells * 1_000 / count, place);
        densest.entry(place[0]).and_modify(|best| *best = next.min(*best)).or_insert(next);
    }
    densest.into_values().map(|(_, place)| place).collect()
}

#[cfg(test)]
#[path = "country_tests.rs"]
mod tests;
