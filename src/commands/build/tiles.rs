//! The tile archives of a release: its figures on the shapes of its regions.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use rayon::prelude::*;
use tracing::info;

use super::{BuildArgs, Tiles};
use crate::commands::Common;
use crate::domain::date::Date;
use crate::domain::geography::Geography;
use crate::domain::indicator::{Denominators, Indicators};
use crate::domain::region::{Level, RegionTree, Shapes};
use crate::domain::tile::Tile;
use crate::domain::zoom::ZoomSettings;
use crate::encode::mvt::TileFigures;
use crate::encode::tilejson::{TileJson, Tiled};
use crate::outline::{Cutter, TilePiece};
use crate::protect::{Layer, LayerRequest, LeafTable, completed_denominators};
use crate::store::archive::{ArchiveWriter, TILES, file_name, gzip};
use crate::store::regions;

/// Makes the tiles of a release.
pub(super) struct TileMaker<'a> {
    pub tree: &'a RegionTree,
    /// The outlines as the regions' source has them, by region.
    pub shapes: Shapes,
    pub denominators: Denominators,
    pub reference_date: Date,
}

impl<'a> TileMaker<'a> {
    /// What makes the tiles of a build; `None` where it was asked for none.
    ///
    /// # Errors
    /// Where the regions can't be read.
    pub fn asked(
        args: &BuildArgs,
        common: &Common,
        tree: &'a RegionTree,
        given: Option<Denominators>,
    ) -> Result<Option<Self>> {
        if args.tiles == Tiles::No {
            return Ok(None);
        }
        let shapes = regions::load(&common.register, &args.regions)?.1;
        let denominators = completed_denominators(given.unwrap_or_default(), tree);
        Ok(Some(Self { tree, shapes, denominators, reference_date: args.reference_date }))
    }

    /// Writes the archive of each level that the regions have into a folder, with the figures of these
    /// leaves.
    ///
    /// # Errors
    /// Where they can't be written.
    pub fn write(&self, folder: &Path, leaves: &LeafTable) -> Result<()> {
        let tiles = folder.join(TILES);
        fs::create_dir(&tiles).with_context(|| format!("cannot make `{}`", tiles.display()))?;
        let levels = Level::ALL.into_iter().filter(|&level| self.tree.level(level).len() > 0);
        let written = levels.map(|level| self.write_level(folder, level, leaves));
        let count = written.sum::<Result<u64>>()?;
        info!(tiles = count, "Wrote {count} tiles");
        Ok(())
    }

    fn write_level(&self, folder: &Path, level: Level, leaves: &LeafTable) -> Result<u64> {
        let (settings, indicators) = (ZoomSettings::embedded(), Indicators::embedded());
        let zooms = settings.of(level);
        let layers: Vec<Layer> = indicators
            .themes
            .iter()
            .map(|theme| {
                let geography = Geography::Region(level);
                let request =
                    LayerRequest { theme, geography, within: None, bounds: None, limit: None };
                leaves.layer(&request, self.tree, &indicators, &self.denominators)
            })
            .collect();
        let figures = TileFigures::new(&layers);
        let bounds = self.tree.bounds();
        let told = TileJson::new(
            Tiled::Region(level),
            zooms,
            bounds,
            (None, self.reference_date),
            &indicators,
            Vec::new(),
        );
        let path = folder.join(file_name(level));
        let mut archive = ArchiveWriter::create(&path, zooms, bounds, &told.metadata())?;
        let cutter = Cutter::new(&self.shapes.full[range(self.tree, level)], zooms, &settings);
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
