use geo::{BooleanOps, Validation, polygon};
use proptest::prelude::*;

use super::*;

/// A unit square with its south-west corner here.
fn cell(x: f64, y: f64) -> MultiPolygon {
    let (right, top) = (x + 1.0, y + 1.0);
    polygon![(x: x, y: y), (x: right, y: y), (x: right, y: top), (x: x, y: top)].into()
}

fn one(cells: &[(f64, f64)]) -> Union {
    let shapes: Vec<MultiPolygon> = cells.iter().map(|&(x, y)| cell(x, y)).collect();
    dissolve(&shapes, &vec![0; shapes.len()], 1).remove(0)
}

const RING: [(f64, f64); 8] = [
    (0.0, 0.0),
    (1.0, 0.0),
    (2.0, 0.0),
    (0.0, 1.0),
    (2.0, 1.0),
    (0.0, 2.0),
    (1.0, 2.0),
    (2.0, 2.0),
];

#[test]
fn keeps_every_corner_of_the_outline() {
    let union = one(&[(0.0, 0.0), (1.0, 0.0)]);
    assert_eq!(union.method, Method::Matched);
    let expected: MultiPolygon = polygon![
        (x: 0.0, y: 0.0), (x: 1.0, y: 0.0), (x: 2.0, y: 0.0),
        (x: 2.0, y: 1.0), (x: 1.0, y: 1.0), (x: 0.0, y: 1.0),
    ]
    .into();
    assert_eq!(union.shape, expected);
}

#[test]
fn parts_shells_that_touch_in_a_corner() {
    let union = one(&[(0.0, 0.0), (1.0, 1.0)]);
    assert_eq!((union.shape.0.len(), union.method), (2, Method::Matched));
    assert!(union.shape.is_valid());
}

#[test]
fn keeps_a_lake_as_a_hole() {
    let union = one(&RING);
    assert_eq!((union.shape.0.len(), union.shape.0[0].interiors().len()), (1, 1));
    assert_eq!(union.shape.unsigned_area(), 8.0);
}

#[test]
fn cuts_holes_that_touch_in_a_corner_into_two() {
    let cells: Vec<(f64, f64)> = (0..16)
        .map(|index| (f64::from(index % 4), f64::from(index / 4)))
        .filter(|&at| at != (1.0, 1.0) && at != (2.0, 2.0))
        .collect();
    let union = one(&cells);
    assert_eq!((union.shape.0.len(), union.shape.0[0].interiors().len()), (1, 2));
    assert!(union.shape.is_valid());
}

#[test]
fn fills_the_hole_of_a_region_around_an_enclave() {
    let shapes: Vec<MultiPolygon> =
        RING.iter().chain([&(1.0, 1.0)]).map(|&(x, y)| cell(x, y)).collect();
    let unions = dissolve(&shapes, &[0, 0, 0, 0, 0, 0, 0, 0, 1], 2);
    assert_eq!(unions[0].shape.0[0].interiors().len(), 1);
    assert_eq!(unions[1].shape.unsigned_area(), 1.0);
    let both: Vec<MultiPolygon> = unions.into_iter().map(|union| union.shape).collect();
    let whole = dissolve(&both, &[0, 0], 1).remove(0);
    assert_eq!((whole.shape.0[0].interiors().len(), whole.shape.unsigned_area()), (0, 9.0));
}

#[test]
fn overlays_where_a_neighbour_lacks_a_corner() {
    let tall: MultiPolygon =
        polygon![(x: 1.0, y: 0.0), (x: 2.0, y: 0.0), (x: 2.0, y: 2.0), (x: 1.0, y: 2.0)].into();
    let shapes = [cell(0.0, 0.0), cell(0.0, 1.0), tall];
    let union = dissolve(&shapes, &[0, 0, 0], 1).remove(0);
    assert_eq!(union.method, Method::Overlaid);
    assert_eq!((union.shape.0.len(), union.shape.unsigned_area()), (1, 4.0));
}

#[test]
fn overlays_what_overlaps_and_leaves_other_groups_matched() {
    let shapes = [cell(0.0, 0.0), cell(0.5, 0.5), cell(5.0, 0.0), cell(6.0, 0.0)];
    let unions = dissolve(&shapes, &[0, 0, 1, 1], 2);
    assert_eq!([unions[0].method, unions[1].method], [Method::Overlaid, Method::Matched]);
    assert!((unions[0].shape.unsigned_area() - 1.75).abs() < 1e-9);
}

#[test]
fn overlays_a_shape_that_lies_in_another() {
    let large: MultiPolygon =
        polygon![(x: -1.0, y: -1.0), (x: 4.0, y: -1.0), (x: 4.0, y: 4.0), (x: -1.0, y: 4.0)].into();
    let union = dissolve(&[large, cell(1.0, 1.0)], &[0, 0], 1).remove(0);
    assert_eq!((union.method, union.shape.unsigned_area()), (Method::Overlaid, 25.0));
}

proptest! {
    #[test]
    fn equals_an_overlay_of_the_same_cells(groups in prop::collection::vec(0_u32..4, 36)) {
        let shapes: Vec<MultiPolygon> = (0..36)
            .map(|index| cell(f64::from(index % 6) * 1.0, f64::from(index / 6) * 1.0))
            .collect();
        for (group, union) in (0..).zip(dissolve(&shapes, &groups, 4)) {
            let members: Vec<&MultiPolygon> =
                shapes.iter().zip(&groups).filter(|(_, of)| **of == group).map(|(shape, _)| shape).collect();
            let plain = unary_union(members.iter().copied());
            prop_assert_eq!(union.method, Method::Matched);
            prop_assert_eq!(union.shape.unsigned_area(), members.len() as f64);
            prop_assert!(union.shape.xor(&plain).unsigned_area() < 1e-6);
            prop_assert!(union.shape.is_valid());
        }
    }

    #[test]
    fn gives_the_same_whatever_the_order_of_shapes(groups in prop::collection::vec(0_u32..3, 16)) {
        let shapes: Vec<MultiPolygon> =
            (0..16).map(|index| cell(f64::from(index % 4), f64::from(index / 4))).collect();
        let (turned, turned_groups): (Vec<_>, Vec<_>) =
            shapes.iter().cloned().zip(groups.iter().copied()).rev().unzip();
        prop_assert_eq!(dissolve(&shapes, &groups, 3), dissolve(&turned, &turned_groups, 3));
    }
}
