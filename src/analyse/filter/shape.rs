//! Shapes in a filter: boxes, well-known text, GeoJSON.

use geo::{
    Coord, CoordsIter, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint,
    MultiPolygon, Point, Polygon, Rect,
};

use super::FilterError;
use super::checked::Checked;
use super::words::Word;
use crate::domain::position::Bounds;

pub(super) fn rect(bounds: Bounds) -> Rect {
    let Bounds { west, south, east, north } = bounds;
    Rect::new(Coord { x: west, y: south }, Coord { x: east, y: north })
}

/// A box of west, south, east, north, or with heights, which are passed over; one across the 180th meridian
/// is refused.
fn from_numbers(numbers: &[f64]) -> Result<Geometry, FilterError> {
    let (&[west, south, east, north] | &[west, south, _, east, north, _]) = numbers else {
        return Err(FilterError::Shape);
    };
    let fits = west <= east
        && south <= north
        && [west, south, east, north].iter().all(|it| it.abs() <= 360.0);
    if !fits {
        return Err(FilterError::Shape);
    }
    Ok(Geometry::Rect(rect(Bounds { west, south, east, north })))
}

/// The shape that words begin with, and how many of them it takes.
pub(super) fn from_words(
    words: &[Word],
    checked: &mut Checked,
) -> Result<(Geometry, usize), FilterError> {
    let mut reader = Reader { words, at: 0, checked };
    let shape = reader.shape(true)?;
    Ok((shape, reader.at))
}

struct Reader<'a, 'b> {
    words: &'a [Word],
    at: usize,
    checked: &'b mut Checked,
}

impl Reader<'_, '_> {
    /// A box, or well-known text. A collection holds no other.
    fn shape(&mut self, may_be_collection: bool) -> Result<Geometry, FilterError> {
        let Some(Word::Name(name)) = self.words.get(self.at) else {
            return Err(FilterError::Shape);
        };
        let name = name.to_ascii_uppercase();
        self.at += 1;
        // Heights are passed over.
        self.at += usize::from(self.words.get(self.at).is_some_and(|word| word.is("z")));
        Ok(match name.as_str() {
            "BBOX" => from_numbers(&self.list(Self::number)?)?,
            "POINT" => Geometry::Point(self.point()?),
            "MULTIPOINT" => Geometry::MultiPoint(MultiPoint(self.list(Self::point)?)),
            "LINESTRING" => Geometry::LineString(self.line()?),
            "MULTILINESTRING" => Geometry::MultiLineString(MultiLineString(self.list(Self::line)?)),
            "POLYGON" => Geometry::Polygon(self.polygon()?),
            "MULTIPOLYGON" => Geometry::MultiPolygon(MultiPolygon(self.list(Self::polygon)?)),
            "GEOMETRYCOLLECTION" if may_be_collection => Geometry::GeometryCollection(
                GeometryCollection(self.list(|reader| reader.shape(false))?),
            ),
            _ => return Err(FilterError::Shape),
        })
    }

    fn point(&mut self) -> Result<Point, FilterError> {
        match self.ring()?.0[..] {
            [corner] => Ok(Point(corner)),
            _ => Err(FilterError::Shape),
        }
    }

    fn line(&mut self) -> Result<LineString, FilterError> {
        Some(self.ring()?).filter(|line| line.0.len() > 1).ok_or(FilterError::Shape)
    }

    fn polygon(&mut self) -> Result<Polygon, FilterError> {
        let mut rings = self.list(Self::ring)?.into_iter();
        let outer = rings.next().filter(|ring| ring.0.len() > 3).ok_or(FilterError::Shape)?;
        Ok(Polygon::new(outer, rings.collect()))
    }

    fn ring(&mut self) -> Result<LineString, FilterError> {
        self.list(Self::corner).map(LineString)
    }

    fn corner(&mut self) -> Result<Coord, FilterError> {
        self.checked.corner()?;
        let corner = Coord { x: self.number()?, y: self.number()? };
        self.at += usize::from(matches!(self.words.get(self.at), Some(Word::Number(_))));
        Ok(corner)
    }

    fn number(&mut self) -> Result<f64, FilterError> {
        let Some(Word::Number(number)) = self.words.get(self.at) else {
            return Err(FilterError::Shape);
        };
        self.at += 1;
        Ok(*number)
    }

    /// What stands in a bracket, with commas between.
    fn list<T>(
        &mut self,
        read: impl Fn(&mut Self) -> Result<T, FilterError>,
    ) -> Result<Vec<T>, FilterError> {
        self.sign("(")?;
        let mut list = vec![read(self)?];
        while self.sign(",").is_ok() {
            list.push(read(self)?);
        }
        self.sign(")")?;
        Ok(list)
    }

    fn sign(&mut self, sign: &str) -> Result<(), FilterError> {
        match self.words.get(self.at) {
            Some(Word::Sign(is)) if *is == sign => {
                self.at += 1;
                Ok(())
            }
            _ => Err(FilterError::Shape),
        }
    }
}

/// A geometry of GeoJSON, or an object with a `bbox`.
pub(super) fn from_json(
    value: &serde_json::Value,
    checked: &mut Checked,
) -> Result<Geometry, FilterError> {
    if let Some(bounds) = value.get("bbox").filter(|_| value.get("type").is_none()) {
        let numbers: Vec<f64> =
            serde_json::from_value(bounds.clone()).map_err(|_| FilterError::Shape)?;
        return from_numbers(&numbers);
    }
    let geometry: geojson::Geometry =
        serde_json::from_value(value.clone()).map_err(|_| FilterError::Shape)?;
    let shape = Geometry::<f64>::try_from(geometry).map_err(|_| FilterError::Shape)?;
    check_parts(&shape)?;
    for corner in shape.coords_iter() {
        checked.corner()?;
        if !(corner.x.is_finite() && corner.y.is_finite()) {
            return Err(FilterError::Shape);
        }
    }
    Ok(shape)
}

/// Refuses what the text does: rings and lines of too few corners, and collections in collections.
fn check_parts(shape: &Geometry) -> Result<(), FilterError> {
    let is_ring = |ring: &LineString| ring.0.len() > 3;
    let is_polygon = |polygon: &Polygon| is_ring(polygon.exterior());
    let is_line = |line: &LineString| line.0.len() > 1;
    let fits = match shape {
        Geometry::Polygon(polygon) => is_polygon(polygon),
        Geometry::MultiPolygon(all) => all.0.iter().all(is_polygon),
        Geometry::LineString(line) => is_line(line),
        Geometry::MultiLineString(all) => all.0.iter().all(is_line),
        Geometry::GeometryCollection(all) => all
            .0
            .iter()
            .all(|one| !matches!(one, Geometry::GeometryCollection(_)) && check_parts(one).is_ok()),
        _ => true,
    };
    if fits { Ok(()) } else { Err(FilterError::Shape) }
}
