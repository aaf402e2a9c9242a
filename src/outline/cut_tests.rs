use super::*;

fn square(west: f64, south: f64, side: f64) -> MultiPolygon {
    let corners = vec![
        (west, south),
        (west + side, south),
        (west + side, south + side),
        (west, south + side),
        (west, south),
    ];
    Polygon::new(LineString::from(corners), Vec::new()).into()
}

fn cutter(shapes: &[MultiPolygon], least: u8, most: u8) -> Cutter {
    Cutter::new(shapes, Zooms { least, most }, &ZoomSettings::embedded())
}

/// The area of what lies in the tiles themselves, without their margins, in square units.
fn area_in_tiles(pieces: &[TilePiece]) -> i64 {
    let inner = |line: &LineString<i32>| {
        let ring: Ring = line.0[..line.0.len() - 1].to_vec();
        let mut rings = vec![ring];
        for axis in [Axis::X, Axis::Y] {
            for kept in [Kept::From(0), Kept::UpTo(EXTENT)] {
                let parts =
                    rings.iter().flat_map(|ring| split(std::slice::from_ref(ring), axis, kept));
                rings = parts.flatten().collect();
            }
        }
        rings.iter().map(|ring| doubled_area(ring).abs()).sum::<i64>()
    };
    let of_polygon = |polygon: &Polygon<i32>| {
        inner(polygon.exterior()) - polygon.interiors().iter().map(inner).sum::<i64>()
    };
    pieces.iter().flat_map(|piece| &piece.shape).map(of_polygon).sum::<i64>() / 2
}

#[test]
fn what_lies_in_several_tiles_keeps_its_area() {
    let shapes = [square(100.0, -3.0, 5.0)];
    let cutter = cutter(&shapes, 0, 7);
    let corner = |x, y| project(Coord { x, y });
    let (one, other) = (corner(100.0, 2.0), corner(105.0, -3.0));
    for zoom in [3, 7] {
        let side = |share: f64| (share * units(zoom)).round();
        let expected = (side(other.x) - side(one.x)) * (side(other.y) - side(one.y));
        let pieces = cutter.cut(zoom);
        assert_eq!(area_in_tiles(&pieces) as f64, expected, "zoom {zoom}");
    }
    let tiles = cutter.cut(7).len();
    assert!(tiles >= 4, "{tiles}");
}

#[test]
fn neighbours_share_every_corner_of_their_border_in_every_tile() {
    // A border with a bend that a coarse zoom takes away.
    let bend = [(102.0, -1.0), (102.000_01, 0.5), (102.3, 1.0), (102.0, 2.0)];
    let ring = |end: (f64, f64), corners: Vec<(f64, f64)>| {
        let mut corners = corners;
        corners.push(end);
        let first = corners[0];
        corners.push(first);
        Polygon::new(LineString::from(corners), Vec::new()).into()
    };
    let (mut west, east) = (bend.to_vec(), bend.iter().rev().copied().collect::<Vec<_>>());
    west.push((100.0, 2.0));
    let west: MultiPolygon = ring((100.0, -1.0), west);
    let mut east_corners = east;
    east_corners.push((104.0, -1.0));
    let east: MultiPolygon = ring((104.0, 2.0), east_corners);
    let shapes = [west, east].map(|mut shape| {
        super::super::measure::orient(&mut shape);
        shape
    });
    let cutter = cutter(&shapes, 4, 9);
    for zoom in 4..=9 {
        let pieces = cutter.cut(zoom);
        let whole = area_in_tiles(&pieces);
        let corner = |x, y| project(Coord { x, y });
        let (one, other) = (corner(100.0, 2.0), corner(104.0, -1.0));
        let side = |share: f64| (share * units(zoom)).round();
        let expected = (side(other.x) - side(one.x)) * (side(other.y) - side(one.y));
        // A corner that a tile's edge cuts is rounded: half a unit along it, for each such corner.
        assert!((whole as f64 - expected).abs() <= f64::from(EXTENT), "zoom {zoom}");
    }
}

#[test]
fn a_hole_stays_a_hole() {
    let shell = square(100.0, 0.0, 1.0).0.remove(0).exterior().clone();
    let mut hole = square(100.4, 0.4, 0.2).0.remove(0).exterior().clone();
    hole.0.reverse();
    let shapes = [Polygon::new(shell, vec![hole]).into()];
    let pieces = cutter(&shapes, 5, 6).cut(5);
    assert_eq!(pieces.len(), 1);
    assert_eq!(pieces[0].shape.0[0].interiors().len(), 1);
}

#[test]
fn what_is_too_small_to_be_seen_is_left_out_and_seen_deeper() {
    let shapes = [square(100.0, 0.0, 1.0), square(102.0, 0.0, 0.000_2)];
    let cutter = cutter(&shapes, 2, 12);
    let regions = |zoom| -> Vec<u32> {
        let mut regions: Vec<u32> = cutter.cut(zoom).iter().map(|piece| piece.region).collect();
        regions.dedup();
        regions.sort_unstable();
        regions.dedup();
        regions
    };
    assert_eq!(regions(2), [0]);
    assert_eq!(regions(12), [0, 1]);
    assert!(cutter.cut(13).is_empty());
}
