//! Tiles on disk: one PMTiles archive (version 3) a level of region, which any static host can serve.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use flate2::write::GzEncoder;
use futures::FutureExt;
use pmtiles::{
    AsyncBackend, AsyncPmTilesReader, BackendResponse, Compression, HashMapCache,
    PmTilesStreamWriter, PmTilesWriter, PmtError, PmtResult, TileCoord, TileId, TileType,
};

use super::StoreError;
use super::verified::{Published, VerifiedFile};
use crate::domain::position::Bounds;
use crate::domain::region::Level;
use crate::domain::tile::Tile;
use crate::domain::zoom::Zooms;

/// The folder of a release that holds the archives.
pub const TILES: &str = "tiles";

/// The file of a level's archive in a release.
pub fn file_name(level: Level) -> String {
    format!("{TILES}/{level}.pmtiles")
}

/// An archive that is being written.
pub struct ArchiveWriter {
    path: PathBuf,
    writer: PmTilesStreamWriter<File, pmtiles::ContentHash>,
}

impl ArchiveWriter {
    /// Begins an archive of so many zooms, with metadata as the specification has it.
    ///
    /// # Errors
    /// [`StoreError`] where it can't be written.
    pub fn create(
        path: &Path,
        zooms: Zooms,
        bounds: Bounds,
        metadata: &str,
    ) -> Result<Self, StoreError> {
        let file = File::create(path).map_err(StoreError::io("write", path))?;
        let middle = |low: f64, high: f64| f64::midpoint(low, high);
        let writer = PmTilesWriter::new(TileType::Mvt)
            .precompressed(Compression::Gzip)
            .min_zoom(zooms.least)
            .max_zoom(zooms.most)
            .bounds(bounds.west, bounds.south, bounds.east, bounds.north)
            .center(middle(bounds.west, bounds.east), middle(bounds.south, bounds.north))
            .center_zoom(zooms.least)
            .metadata(metadata)
            .create(file)
            .map_err(StoreError::archive("write", path))?;
        Ok(Self { path: path.to_owned(), writer })
    }

    /// Adds all tiles of a zoom, which [`gzip`] made small; zooms come from the least one.
    ///
    /// # Errors
    /// [`StoreError`] where they can't be written.
    pub fn add_zoom(&mut self, tiles: Vec<(Tile, Vec<u8>)>) -> Result<(), StoreError> {
        let mut placed: Vec<(TileCoord, Vec<u8>)> =
            tiles.into_iter().map(|(tile, bytes)| (coord(tile), bytes)).collect();
        placed.sort_unstable_by_key(|(coord, _)| TileId::from(*coord));
        for (coord, bytes) in placed {
            self.writer
                .add_tile(coord, &bytes)
                .map_err(StoreError::archive("write", &self.path))?;
        }
        Ok(())
    }

    /// Writes what stands at its end and at its head.
    ///
    /// # Errors
    /// [`StoreError`] where it can't be written.
    pub fn finish(self) -> Result<(), StoreError> {
        self.writer.finalize().map_err(StoreError::archive("write", &self.path))
    }
}

/// Compresses a tile: the same bytes each time.
pub fn gzip(tile: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    let written = encoder.write_all(tile).and_then(|()| encoder.finish());
    written.expect("memory takes all that is written")
}

/// An archive whose bytes are verified.
pub struct TileArchive {
    file: Arc<VerifiedFile>,
    reader: AsyncPmTilesReader<Verified, HashMapCache>,
}

impl TileArchive {
    /// Opens an archive and reads all of it, to compare it with what was published.
    ///
    /// # Errors
    /// [`StoreError`] where it is damaged or can't be read.
    pub fn open(published: &Published) -> Result<Self, StoreError> {
        let file = Arc::new(VerifiedFile::open(published)?);
        let source = Verified(Arc::clone(&file));
        let reader = AsyncPmTilesReader::try_from_cached_source(source, HashMapCache::default());
        let reader =
            reader.now_or_never().expect("every byte is at hand, so nothing is waited for");
        let reader = reader.map_err(StoreError::archive("read", file.path()))?;
        Ok(Self { file, reader })
    }

    /// All of its bytes.
    pub const fn file(&self) -> &Arc<VerifiedFile> {
        &self.file
    }

    /// A tile, compressed with gzip; `None` where nothing lies in it.
    ///
    /// # Errors
    /// [`StoreError`] where the archive is damaged.
    pub async fn tile(&self, tile: Tile) -> Result<Option<Bytes>, StoreError> {
        let found = self.reader.get_tile(coord(tile)).await;
        found.map_err(StoreError::archive("read", self.file.path()))
    }
}

/// The bytes of an archive.
struct Verified(Arc<VerifiedFile>);

impl AsyncBackend for Verified {
    async fn read(&self, offset: u64, length: usize) -> PmtResult<BackendResponse> {
        if offset > self.0.bytes() {
            return Err(PmtError::Reading(io::ErrorKind::UnexpectedEof.into()));
        }
        let part = offset..offset.saturating_add(length as u64);
        self.0.read(part).map(BackendResponse::new).map_err(PmtError::Reading)
    }
}

fn coord(tile: Tile) -> TileCoord {
    TileCoord::new(tile.zoom(), tile.column(), tile.row()).expect("a tile lies within its zoom")
}

impl StoreError {
    /// Makes the error of an action on an archive.
    fn archive(action: &'static str, path: &Path) -> impl FnOnce(PmtError) -> Self {
        let path = path.to_owned();
        move |source| Self::Archive { action, path, source: Box::new(source) }
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;

    #[test]
    fn a_tile_comes_back_as_it_was_written_and_others_are_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pmtiles");
        let zooms = Zooms { least: 0, most: 7 };
        let bounds = Bounds { west: 95.0, south: -11.0, east: 141.0, north: 6.0 };
        let mut writer = ArchiveWriter::create(&path, zooms, bounds, "{}").unwrap();
        let tiles: Vec<Tile> = Tile::over(7, bounds).collect();
        assert!(tiles.len() > 50);
        let bytes = |tile: Tile| gzip(format!("{tile:?}").as_bytes());
        writer.add_zoom(vec![(Tile::new(0, 0, 0).unwrap(), gzip(b"whole"))]).unwrap();
        writer.add_zoom(tiles.iter().map(|&tile| (tile, bytes(tile))).collect()).unwrap();
        writer.finish().unwrap();
        let fact = crate::store::manifest::FileFact::of(&std::fs::read(&path).unwrap());
        let release = "r1".parse().unwrap();
        let published = Published { release, name: "a".to_owned(), path, fact };
        block_on(async {
            let archive = TileArchive::open(&published).unwrap();
            for &tile in &tiles {
                assert_eq!(archive.tile(tile).await.unwrap().unwrap(), bytes(tile));
            }
            assert_eq!(archive.tile(Tile::new(7, 0, 0).unwrap()).await.unwrap(), None);
        });
    }
}
