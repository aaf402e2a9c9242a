//! Cuts the shapes of a level into tiles, each zoom with the corners that it can show.
//!
//! 1. Borders become arcs, which neighbours share, in the square of Web Mercator.
//! 2. From the deepest zoom up, each arc loses the corners that the zoom can't show.
//! 3. A zoom's shapes are drawn from its arcs in whole units, and parts without area go.
//! 4. Each part is halved, and halved again, until every piece lies in one tile.
//!
//! Neighbours meet without gaps, since they are drawn from the same arcs in the same units. At the
//! coarsest zooms a shape may touch or cross itself by less than the tolerance.

use geo::{Coord, LineString, MultiPolygon, Polygon};
use rayon::prelude::*;

use super::arcs::{Arcs, Path};
use super::clip::{Axis, Kept, Ring, doubled_area, split};
use super::generalise::{drop_islets, follow, simplified};
use crate::domain::tile::{Tile, project};
use crate::domain::zoom::{EXTENT, ZoomSettings, Zooms};

/// What a tile shows of a region.
#[derive(Debug, Clone, PartialEq)]
pub struct TilePiece {
    pub tile: Tile,
    /// The region's number among the shapes.
    pub region: u32,
    /// In units of the tile, from its north-west: x to the east, y to the south.
    pub shape: MultiPolygon<i32>,
}

/// The borders of a level, ready to be cut.
pub struct Cutter {
    shapes: Vec<Vec<Vec<Path>>>,
    /// By zoom from the least one, each arc's corners in the square of Web Mercator.
    lines: Vec<Vec<Vec<Coord>>>,
    zooms: Zooms,
    margin: i32,
}

impl Cutter {
    /// Takes shapes in degrees whose rings follow the right-hand rule.
    pub fn new(shapes: &[MultiPolygon], zooms: Zooms, settings: &ZoomSettings) -> Self {
        let mut arcs = Arcs::new(shapes);
        drop_islets(&mut arcs, 360.0 / units(zooms.most) * settings.tolerance);
        let mut lines: Vec<Vec<Coord>> = arcs
            .lines
            .into_par_iter()
            .map(|line| line.into_iter().map(project).collect())
            .collect();
        let mut by_zoom = Vec::new();
        for zoom in (zooms.least..=zooms.most).rev() {
            let tolerance = settings.tolerance / units(zoom);
            lines = lines.par_iter().map(|line| simplified(line, tolerance)).collect();
            by_zoom.push(lines.clone());
        }
        by_zoom.reverse();
        Self { shapes: arcs.shapes, lines: by_zoom, zooms, margin: settings.margin }
    }

    /// What the tiles of a zoom show, ordered by tile and region; nothing where the zoom is not cut.
    pub fn cut(&self, zoom: u8) -> Vec<TilePiece> {
        if !self.zooms.holds(zoom) {
            return Vec::new();
        }
        let lines = &self.lines[usize::from(zoom - self.zooms.least)];
        let mut pieces: Vec<TilePiece> = (0..)
            .zip(&self.shapes)
            .collect::<Vec<_>>()
            .into_par_iter()
            .flat_map_iter(|(region, polygons)| self.pieces(zoom, region, polygons, lines))
            .collect();
        pieces.par_sort_by_key(|piece| (piece.tile, piece.region));
        pieces
    }

    fn pieces(
        &self,
        zoom: u8,
        region: u32,
        polygons: &[Vec<Path>],
        lines: &[Vec<Coord>],
    ) -> Vec<TilePiece> {
        let mut parts: Vec<(Tile, Polygon<i32>)> = Vec::new();
        for rings in polygons {
            let rings: Vec<Ring> =
                rings.iter().map(|path| in_units(&follow(path, lines), zoom)).collect();
            if rings.first().is_none_or(|shell| doubled_area(shell) == 0) {
                continue;
            }
            self.columns(zoom, rings, &mut parts);
        }
        parts.sort_by_key(|part| part.0);
        let of_one_tile = parts.chunk_by(|one, other| one.0 == other.0);
        let piece = |parts: &[(Tile, Polygon<i32>)]| TilePiece {
            tile: parts[0].0,
            region,
            shape: parts.iter().map(|(_, polygon)| polygon.clone()).collect(),
        };
        of_one_tile.map(piece).collect()
    }

    /// Halves a polygon until each part lies in one column of tiles, and then in one tile.
    fn columns(&self, zoom: u8, rings: Vec<Ring>, parts: &mut Vec<(Tile, Polygon<i32>)>) {
        self.halve(Axis::X, rings, &mut |column, rings| {
            self.halve(Axis::Y, rings, &mut |row, rings| {
                let tile = u32::try_from(column).ok().zip(u32::try_from(row).ok());
                let tile = tile.and_then(|(column, row)| Tile::new(zoom, column, row));
                let origin = Coord { x: column * EXTENT, y: row * EXTENT };
                parts.extend(tile.zip(polygon(&rings, origin)));
            });
        });
    }

    /// Gives the parts of a polygon by the tile along an axis in which they lie, with the margin.
    fn halve(&self, axis: Axis, rings: Vec<Ring>, give: &mut dyn FnMut(i32, Vec<Ring>)) {
        let Some((low, high)) = rings.first().and_then(|shell| axis.span(shell)) else { return };
        self.halve_between(axis, rings, (low.div_euclid(EXTENT), high.div_euclid(EXTENT)), give);
    }

    fn halve_between(
        &self,
        axis: Axis,
        rings: Vec<Ring>,
        (first, last): (i32, i32),
        give: &mut dyn FnMut(i32, Vec<Ring>),
    ) {
        let Some((low, high)) = rings.first().and_then(|shell| axis.span(shell)) else { return };
        if low > (last + 1) * EXTENT || high < first * EXTENT {
            return;
        }
        if first == last {
            return give(first, rings);
        }
        let middle = first + (last - first) / 2;
        let line = (middle + 1) * EXTENT;
        for part in split(&rings, axis, Kept::UpTo(line + self.margin)) {
            self.halve_between(axis, part, (first, middle), give);
        }
        for part in split(&rings, axis, Kept::From(line - self.margin)) {
            self.halve_between(axis, part, (middle + 1, last), give);
        }
    }
}

/// The units across the whole square at a zoom.
fn units(zoom: u8) -> f64 {
    f64::from(EXTENT) * f64::from(1_u32 << zoom)
}

fn in_units(ring: &LineString, zoom: u8) -> Ring {
    let units = units(zoom);
    let whole =
        |at: &Coord| Coord { x: (at.x * units).round() as i32, y: (at.y * units).round() as i32 };
    let mut corners: Ring = ring.coords().map(whole).collect();
    corners.dedup();
    while corners.len() > 1 && corners.first() == corners.last() {
        corners.pop();
    }
    corners
}

/// A polygon in units of its tile, or `None` where it has no area or only its margin is in the tile.
fn polygon(rings: &[Ring], origin: Coord<i32>) -> Option<Polygon<i32>> {
    let mut rings =
        rings.iter().map(|ring| -> Ring { ring.iter().map(|&at| at - origin).collect() });
    let shell = rings.next().filter(|shell| doubled_area(shell) != 0)?;
    for axis in [Axis::X, Axis::Y] {
        axis.span(&shell).filter(|&(low, high)| low < EXTENT && high > 0)?;
    }
    let holes = rings.filter(|hole| doubled_area(hole) != 0).map(LineString::new);
    Some(Polygon::new(LineString::new(shell), holes.collect()))
}

#[cfg(test)]
#[path = "cut_tests.rs"]
mod tests;
