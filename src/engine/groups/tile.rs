//! Tiles of about a kilometre: neighbours are looked for in one tile at a time.

use crate::domain::position::METRES_PER_DEGREE;

/// The height of a tile, in millionths of a degree.
const HEIGHT: i32 = 10_000;
/// Beyond this latitude tiles are no narrower.
const NARROWEST: f64 = 0.02;

/// The tile of a place, given as latitude and longitude in millionths of a degree, and then the tiles
/// that lie within a distance of it, which must be less than half a tile.
pub fn tiles([north, east]: [i32; 2], distance_m: f64) -> Vec<u64> {
    let band = |north: i32| north.div_euclid(HEIGHT);
    let up = (distance_m / METRES_PER_DEGREE * 1e6).ceil() as i32;
    let own = Band::new(band(north));
    let mut tiles = vec![own.tile(east)];
    // The corners of the box about the place: it is smaller than a tile, so no other tile touches it.
    for north in [north - up, north + up] {
        let band = Band::new(band(north));
        let across = (f64::from(up) / band.cos).ceil() as i32;
        for east in [east - across, east + across] {
            let tile = band.tile(east);
            if !tiles.contains(&tile) {
                tiles.push(tile);
            }
        }
    }
    tiles
}

/// The tiles between two circles of latitude.
struct Band {
    number: i32,
    cos: f64,
}

impl Band {
    fn new(number: i32) -> Self {
        let middle = (f64::from(number) + 0.5) * f64::from(HEIGHT) / 1e6;
        Self { number, cos: middle.to_radians().cos().max(NARROWEST) }
    }

    fn tile(&self, east: i32) -> u64 {
        let width = (f64::from(HEIGHT) / self.cos).round() as i32;
        let (row, column) = (self.number + (1 << 20), east.div_euclid(width) + (1 << 20));
        (row as u64) << 32 | column as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_middle_of_a_tile_is_in_that_alone() {
        assert_eq!(tiles([1_005_000, 90_005_000], 10.0).len(), 1);
    }

    #[test]
    fn a_place_near_an_edge_is_in_the_next_tile_too() {
        let own = tiles([1_000_050, 90_005_000], 10.0);
        assert_eq!(own.len(), 2);
        assert_eq!(tiles([999_950, 90_005_000], 10.0)[0], own[1]);
        assert_eq!(tiles([0, 0], 10.0).len(), 4);
    }

    #[test]
    fn neighbours_share_the_tile_of_each() {
        let mut seed = 5_u64;
        let mut draw = |end: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            ((seed >> 33) % end) as i32
        };
        for _ in 0..20_000 {
            let one = [draw(160_000_000) - 80_000_000, draw(300_000_000) - 150_000_000];
            let cos = (f64::from(one[0]) / 1e6).to_radians().cos();
            let across = (80.0 / cos) as u64;
            let other = [one[0] + draw(160) - 80, one[1] + draw(2 * across) - across as i32];
            assert!(tiles(one, 15.0).contains(&tiles(other, 15.0)[0]), "{one:?} {other:?}");
        }
    }
}
