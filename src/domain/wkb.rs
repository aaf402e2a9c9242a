//! Multipolygons as well-known binary (OGC 06-103r4), little endian, two dimensions.

use geo::{Coord, LineString, MultiPolygon, Polygon};

const LITTLE_ENDIAN: u8 = 1;
const POLYGON: u32 = 3;
const MULTI_POLYGON: u32 = 6;
/// Bytes of a coordinate pair.
const COORD_BYTES: usize = 16;
/// The fewest bytes of a polygon: byte order, type, number of rings.
const POLYGON_BYTES: usize = 9;
/// The fewest bytes of a ring: its number of coordinates.
const RING_BYTES: usize = 4;

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum WkbError {
    #[error("the geometry ends too early")]
    Short,
    #[error("the geometry goes on after its end")]
    Long,
    #[error("the geometry has the type {found}, not {expected}")]
    Type { found: u32, expected: u32 },
    #[error("the geometry is not little endian")]
    Endian,
}

/// Writes a shape; the same shape gives the same bytes.
pub fn encode(shape: &MultiPolygon) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(size(shape));
    head(&mut bytes, MULTI_POLYGON, shape.0.len());
    for polygon in shape {
        head(&mut bytes, POLYGON, 1 + polygon.interiors().len());
        for ring in rings(polygon) {
            bytes.extend(count(ring.0.len()).to_le_bytes());
            for coord in &ring.0 {
                bytes.extend(coord.x.to_le_bytes());
                bytes.extend(coord.y.to_le_bytes());
            }
        }
    }
    bytes
}

fn rings(polygon: &Polygon) -> impl Iterator<Item = &LineString> {
    std::iter::once(polygon.exterior()).chain(polygon.interiors())
}

fn size(shape: &MultiPolygon) -> usize {
    let ring = |ring: &LineString| RING_BYTES + COORD_BYTES * ring.0.len();
    let polygon = |polygon| POLYGON_BYTES + rings(polygon).map(ring).sum::<usize>();
    POLYGON_BYTES + shape.iter().map(polygon).sum::<usize>()
}

fn head(bytes: &mut Vec<u8>, kind: u32, members: usize) {
    bytes.push(LITTLE_ENDIAN);
    bytes.extend(kind.to_le_bytes());
    bytes.extend(count(members).to_le_bytes());
}

fn count(members: usize) -> u32 {
    u32::try_from(members).expect("a shape has fewer than 2^32 parts")
}

/// Reads a shape that [`encode`] wrote.
///
/// # Errors
/// [`WkbError`] where the bytes are not exactly one multipolygon.
pub fn decode(bytes: &[u8]) -> Result<MultiPolygon, WkbError> {
    let mut rest = Rest(bytes);
    let members = rest.head(MULTI_POLYGON, POLYGON_BYTES)?;
    let mut polygons = Vec::with_capacity(members);
    for _ in 0..members {
        polygons.push(rest.polygon()?);
    }
    if rest.0.is_empty() { Ok(MultiPolygon::new(polygons)) } else { Err(WkbError::Long) }
}

/// What is still to be read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn polygon(&mut self) -> Result<Polygon, WkbError> {
        let rings = self.head(POLYGON, RING_BYTES)?;
        if rings == 0 {
            return Ok(Polygon::new(LineString::new(Vec::new()), Vec::new()));
        }
        let outer = self.ring()?;
        let mut holes = Vec::with_capacity(rings - 1);
        for _ in 1..rings {
            holes.push(self.ring()?);
        }
        Ok(Polygon::new(outer, holes))
    }

    fn ring(&mut self) -> Result<LineString, WkbError> {
        let coords = self.members(COORD_BYTES)?;
        let bytes = self.take(coords * COORD_BYTES)?;
        let (pairs, _) = bytes.as_chunks::<COORD_BYTES>();
        Ok(LineString::new(pairs.iter().map(coord).collect()))
    }

    fn head(&mut self, expected: u32, member_bytes: usize) -> Result<usize, WkbError> {
        if self.take(1)?[0] != LITTLE_ENDIAN {
            return Err(WkbError::Endian);
        }
        let found = self.number()?;
        if found != expected {
            return Err(WkbError::Type { found, expected });
        }
        self.members(member_bytes)
    }

    /// Reads a count and refuses one that the bytes can't hold, before anything is allocated for it.
    fn members(&mut self, least_bytes: usize) -> Result<usize, WkbError> {
        let members = self.number()? as usize;
        if members > self.0.len() / least_bytes { Err(WkbError::Short) } else { Ok(members) }
    }

    fn number(&mut self) -> Result<u32, WkbError> {
        let (number, rest) = self.0.split_first_chunk().ok_or(WkbError::Short)?;
        self.0 = rest;
        Ok(u32::from_le_bytes(*number))
    }

    fn take(&mut self, bytes: usize) -> Result<&[u8], WkbError> {
        let (taken, rest) = self.0.split_at_checked(bytes).ok_or(WkbError::Short)?;
        self.0 = rest;
        Ok(taken)
    }
}

fn coord(pair: &[u8; COORD_BYTES]) -> Coord {
    let [x, y] = bytemuck::cast::<[u8; COORD_BYTES], [[u8; 8]; 2]>(*pair);
    Coord { x: f64::from_le_bytes(x), y: f64::from_le_bytes(y) }
}

#[cfg(test)]
mod tests {
    use geo::{polygon, wkt};

    use super::*;

    fn shape() -> MultiPolygon {
        let holed = wkt! { POLYGON((0. 0., 4. 0., 4. 4., 0. 0.), (1. 0.5, 2. 0.5, 2. 1., 1. 0.5)) };
        MultiPolygon::new(vec![holed, polygon![(x: 9., y: 9.), (x: 10., y: 9.), (x: 9., y: 10.)]])
    }

    #[test]
    fn reads_what_it_wrote() {
        let bytes = encode(&shape());
        assert_eq!(decode(&bytes), Ok(shape()));
        assert_eq!(bytes.len(), size(&shape()));
        let nothing = MultiPolygon::new(Vec::new());
        assert_eq!(decode(&encode(&nothing)), Ok(nothing));
    }

    #[test]
    fn refuses_any_shorter_or_longer_bytes() {
        let mut bytes = encode(&shape());
        for length in 0..bytes.len() {
            assert!(decode(&bytes[..length]).is_err(), "{length}");
        }
        bytes.push(0);
        assert_eq!(decode(&bytes), Err(WkbError::Long));
    }

    #[test]
    fn refuses_a_count_that_cannot_be() {
        let mut bytes = encode(&shape());
        bytes[5..9].fill(0xff);
        assert_eq!(decode(&bytes), Err(WkbError::Short));
    }

    #[test]
    fn refuses_another_type_and_byte_order() {
        let mut bytes = encode(&shape());
        bytes[1] = 3;
        assert_eq!(decode(&bytes), Err(WkbError::Type { found: 3, expected: 6 }));
        bytes[0] = 0;
        assert_eq!(decode(&bytes), Err(WkbError::Endian));
    }
}
