//! From degrees to the dots of a picture: Web Mercator, as the page's map is, so that both look alike.

use geo::Coord;

use crate::domain::position::{Bounds, METRES_PER_DEGREE};
use crate::domain::tile::{project, unproject};

/// Room around what is shown.
const MARGIN_PX: f64 = 12.0;

/// A map is at least so high, by its width.
const LEAST_HEIGHT: f64 = 0.3;

/// What lies in a picture, and how large.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct View {
    /// Of the picture's upper left corner, in shares of the square of Web Mercator.
    corner: Coord,
    /// Dots across that square.
    scale: f64,
    pub width_px: f64,
    pub height_px: f64,
}

impl View {
    /// The view of a box in a picture of this width that is no higher than so.
    pub fn fit(bounds: Bounds, width_px: f64, most_height_px: f64) -> Self {
        let north_west = project(Coord { x: bounds.west, y: bounds.north });
        let south_east = project(Coord { x: bounds.east, y: bounds.south });
        // A box of no size is looked at from as far as a metre takes a dot.
        let size = (south_east - north_west).max_by(1e-9);
        let (room_x, room_y) = (width_px - 2.0 * MARGIN_PX, most_height_px - 2.0 * MARGIN_PX);
        let scale = (room_x / size.x).min(room_y / size.y);
        let height_px = (size.y * scale + 2.0 * MARGIN_PX).max(width_px * LEAST_HEIGHT).round();
        let middle = (north_west + south_east) / 2.0;
        let half = Coord { x: width_px, y: height_px } / (2.0 * scale);
        Self { corner: middle - half, scale, width_px, height_px }
    }

    /// Where a place in degrees lies, in dots from the upper left corner.
    pub fn place(&self, at: Coord) -> Coord {
        (project(at) - self.corner) * self.scale
    }

    /// The box in degrees that the picture shows.
    pub fn bounds(&self) -> Bounds {
        let far = self.corner + Coord { x: self.width_px, y: self.height_px } / self.scale;
        let (north_west, south_east) = (unproject(self.corner), unproject(far));
        Bounds { west: north_west.x, south: south_east.y, east: south_east.x, north: north_west.y }
    }

    /// Metres that a dot in the middle of the picture stands for.
    pub fn metres_per_px(&self) -> f64 {
        let middle =
            self.corner + Coord { x: self.width_px, y: self.height_px } / (2.0 * self.scale);
        METRES_PER_DEGREE * unproject(middle).y.to_radians().cos() * 360.0 / self.scale
    }
}

trait AtLeast {
    fn max_by(self, least: f64) -> Self;
}

impl AtLeast for Coord {
    fn max_by(self, least: f64) -> Self {
        Self { x: self.x.max(least), y: self.y.max(least) }
    }
}
