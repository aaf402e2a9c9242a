//! Shapes in a filter: boxes, well-known text, GeoJSON.

use geo::{Coord, CoordsIter, Geometry, LineString, MultiPolygon, Point, Polygon, Rect};

use super::FilterError;
use super::checked::Checked;
use super::words::Word;
use crate::domain::position::Bounds;

pub(super) fn rect(bounds: Bounds) -> Rect {
    let Bounds { west, south, east, north } = bounds;
    Rect::new(Coord { x: west, y: south }, Coord { x: east, y: north })
}

/// A box of west, south, east, north; one across the 180th meridian is refused.
fn from_numbers(numbers: &[f64]) -> Result<Geometry, FilterError> {
    let &[west, south, east, north] = numbers else { return Err(FilterError::Shape) };
    let fits = west <= east && south <= north && numbers.iter().all(|it| it.abs() <= 360.0);
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
    let Some(Word::Name(name)) = words.first() else { return Err(FilterError::Shape) };
    let mut reader = Reader { words, at: 1, checked };
    let shape = match name.to_ascii_uppercase().as_str() {
        "BBOX" => from_numbers(&reader.list(Reader::number)?)?,
        "POINT" => {
            let corners = reader.ring()?;
            let [corner] = corners.0[..] else { return Err(FilterError::Shape) };
            Geometry::Point(Point(corner))
        }
        "POLYGON" => Geometry::Polygon(reader.polygon()?),
        "MULTIPOLYGON" => Geometry::MultiPolygon(MultiPolygon(reader.list(Reader::polygon)?)),
        _ => return Err(FilterError::Shape),
    };
    Ok((shape, reader.at))
}

struct Reader<'a, 'b> {
    words: &'a [Word],
    at: usize,
    checked: &'b mut Checked,
}

impl Reader<'_, '_> {
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
        Ok(Coord { x: self.number()?, y: self.number()? })
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
    for corner in shape.coords_iter() {
        checked.corner()?;
        if !(corner.x.is_finite() && corner.y.is_finite()) {
            return Err(FilterError::Shape);
        }
    }
    Ok(shape)
}
