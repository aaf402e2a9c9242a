//! The squares into which a web map is cut: the tile matrix set WebMercatorQuad of the OGC.

use std::f64::consts::PI;

use geo::Coord;

use super::position::Bounds;

/// The deepest zoom that a tile may have.
pub const DEEPEST_ZOOM: u8 = 22;

/// The latitude at which the square of Web Mercator ends, in degrees: `atan(sinh(pi))`.
pub const LATITUDE_LIMIT: f64 = 85.051_128_779_806_6;

/// A tile: its zoom, its column from the west and its row from the north.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    zoom: u8,
    column: u32,
    row: u32,
}

impl Tile {
    /// Makes a tile, or `None` where there is none: beyond [`DEEPEST_ZOOM`], or beyond the `2^zoom`
    /// columns and rows of its zoom.
    pub const fn new(zoom: u8, column: u32, row: u32) -> Option<Self> {
        if zoom > DEEPEST_ZOOM || column >> zoom != 0 || row >> zoom != 0 {
            return None;
        }
        Some(Self { zoom, column, row })
    }

    pub const fn zoom(self) -> u8 {
        self.zoom
    }

    pub const fn column(self) -> u32 {
        self.column
    }

    pub const fn row(self) -> u32 {
        self.row
    }

    /// Its box in degrees.
    pub fn bounds(self) -> Bounds {
        self.bounds_with(0.0)
    }

    /// Its box in degrees, with this share of its side added on each side.
    pub fn bounds_with(self, margin: f64) -> Bounds {
        let side = 1.0 / f64::from(1_u32 << self.zoom);
        let corner = |column: f64, row: f64| unproject(Coord { x: column * side, y: row * side });
        let (column, row) = (f64::from(self.column), f64::from(self.row));
        let north_west = corner(column - margin, row - margin);
        let south_east = corner(column + 1.0 + margin, row + 1.0 + margin);
        Bounds { west: north_west.x, south: south_east.y, east: south_east.x, north: north_west.y }
    }

    /// The tiles of a zoom that a box touches, row by row.
    pub fn over(zoom: u8, bounds: Bounds) -> impl Iterator<Item = Self> {
        let count = 1_u32 << zoom.min(DEEPEST_ZOOM);
        let index = |share: f64| {
            let index = (share * f64::from(count)).floor();
            (index.max(0.0) as u32).min(count - 1)
        };
        let north_west = project(Coord { x: bounds.west, y: bounds.north });
        let south_east = project(Coord { x: bounds.east, y: bounds.south });
        let columns = index(north_west.x)..=index(south_east.x);
        (index(north_west.y)..=index(south_east.y)).flat_map(move |row| {
            columns.clone().map(move |column| Self { zoom: zoom.min(DEEPEST_ZOOM), column, row })
        })
    }
}

/// Where a place in degrees lies in the square of Web Mercator: from its west and from its north, as
/// shares of its side (EPSG:3857, scaled).
pub fn project(at: Coord) -> Coord {
    let latitude = at.y.clamp(-LATITUDE_LIMIT, LATITUDE_LIMIT).to_radians();
    let north = (PI / 4.0 + latitude / 2.0).tan().ln();
    Coord { x: (at.x + 180.0) / 360.0, y: 0.5 - north / (2.0 * PI) }
}

/// The inverse of [`project`].
pub fn unproject(at: Coord) -> Coord {
    let north = (0.5 - at.y) * 2.0 * PI;
    Coord { x: at.x * 360.0 - 180.0, y: north.sinh().atan().to_degrees() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_no_tile_beyond_its_zoom() {
        assert!(Tile::new(0, 0, 0).is_some());
        assert!(Tile::new(3, 7, 7).is_some());
        assert!(Tile::new(3, 8, 0).is_none());
        assert!(Tile::new(23, 0, 0).is_none());
        assert!(Tile::new(0, u32::MAX, 0).is_none());
    }

    #[test]
    fn a_tile_has_the_box_that_others_give_it() {
        // mercantile 1.2.1: bounds(486, 332, 10)
        let bounds = Tile::new(10, 486, 332).unwrap().bounds();
        let expected = [-9.140_625, 53.120_405_283, -8.789_062_5, 53.330_872_983];
        for (ours, theirs) in <[f64; 4]>::from(bounds).into_iter().zip(expected) {
            assert!((ours - theirs).abs() < 1e-8, "{ours} {theirs}");
        }
    }

    #[test]
    fn a_box_is_covered_by_the_tiles_that_it_touches() {
        let bounds = Tile::new(4, 12, 8).unwrap().bounds_with(-0.1);
        let inner: Vec<Tile> = Tile::over(5, bounds).collect();
        let expected = [(24, 16), (25, 16), (24, 17), (25, 17)];
        let expected = expected.map(|(column, row)| Tile::new(5, column, row).unwrap());
        assert_eq!(inner, expected);
    }

    #[test]
    fn a_place_comes_back_from_its_projection() {
        let at = Coord { x: 107.5, y: -6.25 };
        let back = unproject(project(at));
        assert!((back.x - at.x).abs() < 1e-9 && (back.y - at.y).abs() < 1e-9);
    }
}
