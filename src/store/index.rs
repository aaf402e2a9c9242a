//! The region index on disk: built once for a version of regions, then mapped into memory.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use geo::MultiPolygon;
use memmap2::Mmap;
use tracing::{info, warn};

use super::StoreError;
use super::aside::Aside;
use super::{mapped, regions};
use crate::domain::region::{RegionTree, Slug};
use crate::locate::{DamagedIndex, RegionIndex, build};

const INDEX: &str = "index.bin";

/// Opens a version's tree with the index of its deepest level, and builds the index where there is
/// none or a damaged one.
///
/// # Errors
/// [`StoreError`] where the regions can't be read, or no index can be made or kept.
pub fn open(register: &Path, version: &Slug) -> Result<(RegionTree, RegionIndex), StoreError> {
    let folder = regions::folder(register, version);
    let path = folder.join(INDEX);
    match map(&path) {
        Ok(index) => {
            let tree = regions::load_tree(register, version)?;
            if index.regions() == tree.level(tree.deepest()).len() {
                return Ok((tree, index));
            }
            warn!(%version, "{DamagedIndex}");
        }
        Err(Unopened::Damaged(error)) => warn!(%version, "{error}"),
        Err(Unopened::Missing) => {}
    }
    info!(%version, "Indexing the regions {version}, once");
    // Made before the regions are read: where they are replaced meanwhile, it goes with the old ones,
    // and no index of those comes to stand beside the new.
    regions::load_manifest(register, version)?;
    let aside = Aside::new_in(&folder, ".indexing-")?;
    let (tree, shapes) = regions::load(register, version)?;
    let deepest = deepest_shapes(&tree, shapes.full);
    let index =
        build(&deepest).map_err(|source| StoreError::Index { version: version.clone(), source })?;
    write(&aside.path().join(INDEX), &path, &index)?;
    Ok((tree, index))
}

fn deepest_shapes(tree: &RegionTree, mut full: Vec<MultiPolygon>) -> Vec<MultiPolygon> {
    let first = tree.level(tree.deepest()).next().map_or(0, |(id, _)| id.index());
    full.split_off(first)
}

enum Unopened {
    Missing,
    Damaged(DamagedIndex),
}

fn map(path: &Path) -> Result<RegionIndex, Unopened> {
    let map = mapped::map(path).map_err(|_| Unopened::Missing)?;
    if bytemuck::try_cast_slice::<u8, u64>(&map).is_err() {
        return Err(Unopened::Damaged(DamagedIndex));
    }
    RegionIndex::open(Box::new(Mapped(map))).map_err(Unopened::Damaged)
}

/// A mapped file of whole words.
struct Mapped(Mmap);

impl AsRef<[u64]> for Mapped {
    fn as_ref(&self) -> &[u64] {
        bytemuck::cast_slice(&self.0)
    }
}

/// Writes the index aside and renames it into its place, so that a reader finds all of it or nothing.
fn write(aside: &Path, path: &Path, index: &RegionIndex) -> Result<(), StoreError> {
    let written = File::create(aside).and_then(|mut file| {
        file.write_all(bytemuck::cast_slice(index.words()))?;
        file.sync_all()
    });
    written.map_err(StoreError::io("write", aside))?;
    fs::rename(aside, path).map_err(StoreError::io("rename to", path))
}
