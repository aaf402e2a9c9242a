//! The tile archives of a release: its figures on the shapes of its regions.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use rayon::prelude::*;

use crate::domain::date::Date;
use crate::domain::geography::Geography;
use crate::domain::indicator::{Denominators, Indicators};
use crate::domain::region::{Level, RegionTree, Shapes, Slug};
use crate::domain::tile::Tile;
use crate::domain::zoom::ZoomSettings;
use crate::encode::mvt::TileFigures;
use crate::encode::tilejson::{TileJson, Tiled};
use crate::outline::{Cutter, TilePiece};
use crate::protect::{Layer, LayerRequest, LeafTable};
use crate::store::archive::{ArchiveWriter, TILES, file_name, gzip};

/// What tiles are made of.
pub(super) struct TileSource<'a> {
    pub tree: &'a RegionTree,
    pub leaves: &'a LeafTable,
    pub denominators: &'a Denominators,
    pub release: &'a Slug,
    pub reference_date: Date,
}

impl TileSource<'_> {
    /// Writes the archive of each level that the regions have into a folder. Returns how many tiles.
    pub fn write(&self, folder: &Path, shapes: &Shapes) -> Result<u64> {
        let tiles = folder.join(TILES);
        fs::create_dir(&tiles).with_context(|| format!("cannot make `{}`", tiles.display()))?;
        let levels = Level::ALL.into_iter().filter(|&level| self.tree.level(level).len() > 0);
        levels.map(|level| self.write_level(folder, level, shapes)).sum()
    }

    fn write_level(&self, folder: &Path, level: Level, shapes: &Shapes) -> Result<u64> {
        let (settings, indicators) = (ZoomSettings::embedded(), Indicators::embedded());
        let zooms = settings.of(level);
        let layers: Vec<Layer> = indicators
            .themes
            .iter()
            .map(|theme| {
                let geography = Geography::Region(level);
                let request =
                    LayerRequest { theme, geography, within: None, bounds: None, limit: None };
                self.leaves.layer(&request, self.tree, &indicators, self.denominators)
            })
            .collect();
        let figures = TileFigures::new(&layers);
        let bounds = self.tree.bounds();
        let told = TileJson::new(
            Tiled::Region(level),
            zooms,
            bounds,
            (self.release, self.reference_date),
            &indicators,
            Vec::new(),
        );
        let path = folder.join(file_name(level));
        let mut archive = ArchiveWriter::create(&path, zooms, bounds, &told.metadata())?;
        let cutter = Cutter::new(&shapes.full[range(self.tree, level)], zooms, &settings);
        let mut count = 0;
        for zoom in zooms.least..=zooms.most {
            let pieces = cutter.cut(zoom);
            let tiles: Vec<&[TilePiece]> =
                pieces.chunk_by(|one, other| one.tile == other.tile).collect();
            let tiles: Vec<(Tile, Vec<u8>)> = tiles
                .into_par_iter()
                .map(|pieces| Ok((pieces[0].tile, gzip(&self.tile(&figures, pieces)?))))
                .collect::<Result<_>>()?;
            count += tiles.len() as u64;
            archive.add_zoom(tiles)?;
        }
        archive.finish()?;
        Ok(count)
    }

    fn tile(&self, figures: &TileFigures, pieces: &[TilePiece]) -> Result<Vec<u8>> {
        let shapes: Vec<_> = pieces.iter().map(|piece| (piece.region, &piece.shape)).collect();
        Ok(figures.regions(pieces[0].tile, &shapes, self.tree)?)
    }
}

/// Where a level's regions stand among all.
fn range(tree: &RegionTree, level: Level) -> std::ops::Range<usize> {
    let first = tree.level(level).next().map_or(0, |(id, _)| id.index());
    first..first + tree.level(level).len()
}
