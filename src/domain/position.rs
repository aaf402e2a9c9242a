//! A place on the Earth, longitude before latitude.

/// A place in WGS 84, decimal degrees.
///
/// It is not serialisable and does not print itself: a household's position must not reach a log.
#[derive(Clone, Copy, PartialEq)]
pub struct Position {
    longitude: f64,
    latitude: f64,
}

impl Position {
    /// Makes a position, or `None` where a value is not finite or beyond ±180 and ±90 degrees.
    pub fn new(longitude: f64, latitude: f64) -> Option<Self> {
        let fits = longitude.abs() <= 180.0 && latitude.abs() <= 90.0;
        fits.then_some(Self { longitude, latitude })
    }

    /// Degrees east.
    pub const fn longitude(self) -> f64 {
        self.longitude
    }

    /// Degrees north.
    pub const fn latitude(self) -> f64 {
        self.latitude
    }

    pub const fn coord(self) -> geo::Coord {
        geo::Coord { x: self.longitude, y: self.latitude }
    }

    /// Metres east and north from here to another place, in the plane of the latitude between them:
    /// right to a thousandth within some hundred kilometres.
    pub fn metres_to(self, other: Self) -> (f64, f64) {
        let across = match other.longitude - self.longitude {
            west if west > 180.0 => west - 360.0,
            east if east < -180.0 => east + 360.0,
            across => across,
        };
        let middle = f64::midpoint(self.latitude, other.latitude).to_radians();
        let north = (other.latitude - self.latitude) * METRES_PER_DEGREE;
        (across * middle.cos() * METRES_PER_DEGREE, north)
    }

    /// Metres to another place, as [`Self::metres_to`] has them.
    pub fn distance_m(self, other: Self) -> f64 {
        length_m(self.metres_to(other))
    }
}

/// How far so many metres east and north are: as `hypot`, without its care for overflow, which no metres
/// on Earth need.
pub fn length_m((east, north): (f64, f64)) -> f64 {
    (east * east + north * north).sqrt()
}

impl std::fmt::Debug for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Position(withheld)")
    }
}

/// A box of longitudes and latitudes, closed, in degrees.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(into = "[f64; 4]", from = "[f64; 4]")]
pub struct Bounds {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

impl Bounds {
    /// The box of nothing: joined with another, it gives the other.
    pub const EMPTY: Self = Self {
        west: f64::INFINITY,
        south: f64::INFINITY,
        east: f64::NEG_INFINITY,
        north: f64::NEG_INFINITY,
    };

    pub fn join(self, other: Self) -> Self {
        Self {
            west: self.west.min(other.west),
            south: self.south.min(other.south),
            east: self.east.max(other.east),
            north: self.north.max(other.north),
        }
    }

    pub fn touches(self, other: Self) -> bool {
        self.west <= other.east
            && other.west <= self.east
            && self.south <= other.north
            && other.south <= self.north
    }

    /// Whether the other box lies in this one.
    pub fn contains(self, other: Self) -> bool {
        self.west <= other.west
            && other.east <= self.east
            && self.south <= other.south
            && other.north <= self.north
    }

    pub fn holds(self, position: Position) -> bool {
        (self.west..=self.east).contains(&position.longitude)
            && (self.south..=self.north).contains(&position.latitude)
    }
}

impl From<geo::Rect> for Bounds {
    fn from(rect: geo::Rect) -> Self {
        Self { west: rect.min().x, south: rect.min().y, east: rect.max().x, north: rect.max().y }
    }
}

impl From<Bounds> for [f64; 4] {
    fn from(bounds: Bounds) -> Self {
        [bounds.west, bounds.south, bounds.east, bounds.north]
    }
}

impl From<[f64; 4]> for Bounds {
    fn from([west, south, east, north]: [f64; 4]) -> Self {
        Self { west, south, east, north }
    }
}

/// Metres in a degree of latitude on the sphere of the Earth's mean radius (6,371,008.8 m, IUGG).
pub const METRES_PER_DEGREE: f64 = 6_371_008.8 * std::f64::consts::PI / 180.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_not_on_the_earth() {
        assert!(Position::new(180.0, -90.0).is_some());
        assert!(Position::new(180.1, 0.0).is_none());
        assert!(Position::new(0.0, f64::NAN).is_none());
    }

    #[test]
    fn measures_across_the_180th_meridian() {
        let place = |longitude, latitude| Position::new(longitude, latitude).unwrap();
        let (east, north) = place(179.999, 0.0).metres_to(place(-179.999, 0.001));
        assert!((east - 0.002 * METRES_PER_DEGREE).abs() < 0.1);
        assert!((north - 0.001 * METRES_PER_DEGREE).abs() < 0.1);
    }

    #[test]
    fn does_not_print_where_it_is() {
        let position = Position::new(101.5, -3.25).unwrap();
        assert_eq!(format!("{position:?}"), "Position(withheld)");
    }
}
