use std::collections::BTreeSet;

use geo::{BoundingRect, Contains, Polygon};

use super::*;
use crate::domain::region::Level;
use crate::outline::{Derived, OutlineSettings, derive};

fn small() -> CountrySettings {
    CountrySettings { provinces: 3, regencies: 9, districts: 30, villages: 300 }
}

fn derived(seed: u64, settings: &CountrySettings) -> Derived {
    let version = VERSION.parse().unwrap();
    let regions = country(seed, settings);
    derive(CodeSystem::Invented, version, regions, &OutlineSettings::default()).unwrap()
}

#[test]
fn has_four_levels_of_about_the_size_asked_for() {
    let derived = derived(1, &CountrySettings::default());
    let counts = Level::ALL.map(|level| derived.tree.level(level).len());
    assert_eq!(counts[..2], [5, 30]);
    assert!((190..=220).contains(&counts[2]), "{counts:?}");
    assert!((1_950..=2_050).contains(&counts[3]), "{counts:?}");
}

#[test]
fn covers_its_land_once_except_for_one_lake() {
    for seed in 1..=4 {
        let derived = derived(seed, &small());
        assert_eq!(derived.coverage.overlaps, []);
        assert_eq!(derived.coverage.gaps.len(), 1, "seed {seed}");
        assert_eq!(derived.overlaid, []);
    }
}

#[test]
fn has_an_enclave_in_another_regency() {
    let derived = derived(2, &small());
    let regencies: Vec<_> = derived.tree.level(Level::Regency).map(|(id, _)| id).collect();
    let parts = |id: crate::domain::region::RegionId| &derived.shapes.full[id.index()].0;
    let fills = |hole: &geo::LineString, part: &Polygon| {
        let hole: BTreeSet<_> = hole.0.iter().map(|at| (at.x.to_bits(), at.y.to_bits())).collect();
        let edge = &part.exterior().0;
        edge.iter().all(|at| hole.contains(&(at.x.to_bits(), at.y.to_bits())))
    };
    let found = regencies.iter().any(|&outer| {
        let holes = parts(outer).iter().flat_map(Polygon::interiors);
        holes.into_iter().any(|hole| {
            let others = regencies.iter().filter(|&&inner| inner != outer);
            others.flat_map(|&inner| parts(inner)).any(|part| fills(hole, part))
        })
    });
    assert!(found);
}

#[test]
fn has_villages_of_several_islands_and_forest_and_towns() {
    let regions = country(1, &small());
    assert!(regions.iter().any(|region| region.shape.0.len() > 1));
    assert!(regions.iter().any(|region| region.kind == RegionKind::LakeOrForest));
    assert!(regions.iter().any(|region| region.names[1].starts_with("Kota ")));
    assert!(regions.iter().any(|region| region.names[1].starts_with("Kabupaten ")));
}

#[test]
fn has_small_villages_in_towns_and_large_ones_outside() {
    let derived = derived(1, &small());
    let mut areas: Vec<f64> =
        derived.tree.level(Level::Village).map(|(_, village)| village.area_km2).collect();
    areas.sort_by(f64::total_cmp);
    assert!(areas[areas.len() * 9 / 10] > 5.0 * areas[areas.len() / 10]);
}

#[test]
fn lies_in_open_ocean_on_both_sides_of_the_equator() {
    let frame = geo::Rect::new((84.0, -5.0), (92.0, 1.0));
    let boxes: Vec<_> = country(3, &CountrySettings::default())
        .iter()
        .filter_map(|region| region.shape.bounding_rect())
        .collect();
    assert!(boxes.iter().all(|rect| frame.contains(rect)));
    assert!(boxes.iter().any(|rect| rect.min().y > 0.0));
    assert!(boxes.iter().any(|rect| rect.max().y < 0.0));
}

#[test]
fn is_the_same_each_time_and_another_for_another_seed() {
    let shapes = |seed| {
        let regions = country(seed, &small());
        regions
            .into_iter()
            .map(|region| (region.code, region.names, region.shape))
            .collect::<Vec<_>>()
    };
    assert_eq!(shapes(7), shapes(7));
    assert_ne!(shapes(7), shapes(8));
}
