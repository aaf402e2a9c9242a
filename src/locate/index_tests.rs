use geo::{Intersects, MultiPolygon, Point, polygon};
use proptest::prelude::*;

use super::super::build::build;
use super::*;

fn find(index: &RegionIndex, longitude: f64, latitude: f64) -> Option<u32> {
    index.view().find(Position::new(longitude, latitude).unwrap())
}

fn square(west: f64, south: f64, side: f64) -> MultiPolygon {
    let (east, north) = (west + side, south + side);
    polygon![(x: west, y: south), (x: east, y: south), (x: east, y: north), (x: west, y: north)]
        .into()
}

/// The first region that touches the point, by `geo`, one after the other.
fn plain(regions: &[MultiPolygon], longitude: f64, latitude: f64) -> Option<u32> {
    let point = Point::new(longitude, latitude);
    regions.iter().position(|region| region.intersects(&point)).map(|region| region as u32)
}

#[test]
fn a_point_on_a_shared_border_belongs_to_the_first_region() {
    let index = build(&[square(1.0, 0.0, 0.5), square(0.5, 0.0, 0.5)]).unwrap();
    assert_eq!(find(&index, 1.0, 0.25), Some(0));
    assert_eq!(find(&index, 0.999_999, 0.25), Some(1));
    assert_eq!(find(&index, 1.5, 0.5), Some(0));
    assert_eq!(find(&index, 1.500_000_1, 0.5), None);
    assert_eq!(find(&index, 120.0, -80.0), None);
}

#[test]
fn an_enclave_belongs_to_itself_and_a_lake_to_nobody() {
    let around = polygon![
        exterior: [(x: 0., y: 0.), (x: 1., y: 0.), (x: 1., y: 1.), (x: 0., y: 1.)],
        interiors: [
            [(x: 0.2, y: 0.2), (x: 0.2, y: 0.4), (x: 0.4, y: 0.4), (x: 0.4, y: 0.2)],
            [(x: 0.6, y: 0.6), (x: 0.6, y: 0.8), (x: 0.8, y: 0.8), (x: 0.8, y: 0.6)],
        ],
    ];
    let index = build(&[around.into(), square(0.2, 0.2, 0.2)]).unwrap();
    assert_eq!(find(&index, 0.3, 0.3), Some(1));
    assert_eq!(find(&index, 0.7, 0.7), None);
    assert_eq!(find(&index, 0.6, 0.7), Some(0));
    assert_eq!(find(&index, 0.2, 0.3), Some(0));
}

#[test]
fn where_regions_overlap_the_first_holds_the_point() {
    let regions = [square(0.0, 0.0, 1.0), square(0.5, 0.5, 1.0), square(0.25, 0.25, 0.1)];
    let index = build(&regions).unwrap();
    assert_eq!(find(&index, 0.75, 0.75), Some(0));
    assert_eq!(find(&index, 0.3, 0.3), Some(0));
    assert_eq!(find(&index, 1.25, 1.25), Some(1));
}

#[test]
fn an_empty_index_holds_nothing() {
    let index = build(&[]).unwrap();
    assert_eq!(find(&index, 0.0, 0.0), None);
}

#[test]
fn a_changed_word_is_noticed() {
    let index = build(&[square(0.0, 0.0, 0.05)]).unwrap();
    let words = index.words().to_vec();
    assert!(RegionIndex::open(Box::new(words.clone())).is_ok());
    for at in [0, 1, 9, HEAD, words.len() / 2, words.len() - 1] {
        let mut changed = words.clone();
        changed[at] ^= 1 << 17;
        assert_eq!(RegionIndex::open(Box::new(changed)).err(), Some(DamagedIndex), "word {at}");
    }
    assert!(RegionIndex::open(Box::new(words[..words.len() - 1].to_vec())).is_err());
}

#[test]
fn measures_the_distance_to_a_border_and_to_the_nearest_region() {
    let index = build(&[square(10.0, 0.0, 0.1)]).unwrap();
    let east = Position::new(10.11, 0.05).unwrap();
    let metre = index.view().border_distance_m(east, 0);
    assert!((metre - 1_111.9).abs() < 1.0, "{metre}");
    assert_eq!(index.view().nearest_m(east, 1_000.0), None);
    assert_eq!(index.view().nearest_m(east, 2_000.0), Some(metre));
    let far = Position::new(-120.0, 60.0).unwrap();
    assert_eq!(index.view().nearest_m(far, 2_000.0), None);
}

/// Stars with jagged borders around the origin, some sharing vertices with the lattice of the points.
fn star(corners: &[(u8, u8)]) -> Option<MultiPolygon> {
    let turn = std::f64::consts::TAU / corners.len() as f64;
    let ring: Vec<Coord> = corners
        .iter()
        .enumerate()
        .map(|(corner, &(radius, shift))| {
            let (sin, cos) = (turn * corner as f64).sin_cos();
            let radius = 0.002 + f64::from(radius) / 4_000.0;
            let round = |value: f64| (value * 1_000.0).round() / 1_000.0;
            Coord { x: round(radius * cos) + f64::from(shift % 4) / 100.0, y: round(radius * sin) }
        })
        .collect();
    let shape = geo::Polygon::new(ring.into(), vec![]);
    geo::Validation::is_valid(&shape).then(|| shape.into())
}

#[test]
fn cells_with_many_edges_are_divided_and_still_agree_with_the_plain_search() {
    let circle = |west: f64, corners: u32| -> MultiPolygon {
        let turn = std::f64::consts::TAU / f64::from(corners);
        let ring = (0..corners).map(|corner| {
            let (sin, cos) = (turn * f64::from(corner)).sin_cos();
            Coord { x: west + 0.03 * cos, y: 0.03 * sin }
        });
        geo::Polygon::new(ring.collect::<Vec<_>>().into(), vec![]).into()
    };
    let regions = [circle(0.0, 3_000), circle(0.02, 2_000), circle(0.3, 1_000)];
    let index = build(&regions).unwrap();
    for step in 0..20_000 {
        let x = f64::from(step % 200) / 500.0 - 0.05;
        let y = f64::from(step / 200) / 1_500.0 - 0.033;
        assert_eq!(find(&index, x, y), plain(&regions, x, y), "at {x} {y}");
    }
    for (number, region) in regions.iter().enumerate() {
        let ring = region.0[0].exterior();
        let first = |at: &Coord| plain(&regions[..=number], at.x, at.y);
        assert!(ring.coords().all(|at| find(&index, at.x, at.y) == first(at)));
    }
}

proptest! {
    #[test]
    fn agrees_with_the_plain_search_on_overlapping_stars_and_lattice_points(
        corners in prop::collection::vec(prop::collection::vec((any::<u8>(), any::<u8>()), 5..60), 1..5),
        points in prop::collection::vec((-70_i32..100, -70_i32..70), 200),
    ) {
        let regions: Vec<MultiPolygon> = corners.iter().filter_map(|corners| star(corners)).collect();
        let index = build(&regions).unwrap();
        for (x, y) in points {
            let (x, y) = (f64::from(x) / 1_000.0, f64::from(y) / 1_000.0);
            prop_assert_eq!(find(&index, x, y), plain(&regions, x, y), "at {} {}", x, y);
        }
    }
}
