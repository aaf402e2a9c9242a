//! What a version of regions tells of itself: where it is from, what was found, what it holds.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::code::{CodeSystem, RegionCode};
use crate::domain::licence::Licence;
use crate::domain::region::{LeftOut, Level, RegionKind, RegionTree, Repair, Slug};
use crate::outline::Coverage;
use crate::store::StoreError;
use crate::store::digest::Digest;

/// The format of the manifest and of the files beside it, raised whenever it changes.
pub const FORMAT: u32 = 2;

/// The format before, whose manifests have no seal; they are still read.
pub(super) const WITHOUT_SEAL: u32 = 1;

/// The manifest of one version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    pub system: CodeSystem,
    pub version: Slug,
    pub levels: Vec<LevelSummary>,
    pub table: FileStamp,
    #[serde(flatten)]
    pub report: ImportReport,
}

/// How many regions a level has.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LevelSummary {
    pub level: Level,
    pub regions: usize,
    /// How many of them are lakes or forest.
    pub lake_or_forest: usize,
    pub area_km2: f64,
}

/// By what a file is known to be whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStamp {
    pub bytes: u64,
    pub blake3: Digest,
}

/// How an import went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportReport {
    pub source: SourceStamp,
    /// Under which the boundaries may be shown, where the import was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<Licence>,
    /// In the order of the codes.
    pub repaired: Vec<Repair>,
    /// In the order of the codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// What was not certain when the source was read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// The largest first.
    pub overlaps: Vec<OverlapFound>,
    /// The largest first.
    pub gaps: Vec<GapFound>,
}

/// Where a version comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceStamp {
    /// Without its folder.
    pub name: String,
    pub layer: String,
    /// Of all the files that the source is made of.
    pub blake3: Digest,
}

/// Two regions that share ground.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OverlapFound {
    pub a: RegionCode,
    pub b: RegionCode,
    pub area_km2: f64,
}

/// Ground between regions that belongs to none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GapFound {
    pub area_km2: f64,
    /// Of a point in it, degrees east.
    pub longitude: f64,
    /// Degrees north.
    pub latitude: f64,
    pub neighbours: Vec<RegionCode>,
}

impl ImportReport {
    /// Joins what reading and deriving found.
    pub fn new(source: SourceStamp, repaired: Vec<Repair>, coverage: Coverage) -> Self {
        let overlaps = coverage.overlaps.into_iter().map(|overlap| OverlapFound {
            a: overlap.a,
            b: overlap.b,
            area_km2: overlap.area_km2,
        });
        let gaps = coverage.gaps.into_iter().map(|gap| GapFound {
            area_km2: gap.area_km2,
            longitude: gap.near.longitude(),
            latitude: gap.near.latitude(),
            neighbours: gap.neighbours,
        });
        let (overlaps, gaps) = (overlaps.collect(), gaps.collect());
        let (left_out, warnings) = Default::default();
        Self { source, licence: None, repaired, left_out, warnings, overlaps, gaps }
    }
}

impl SourceStamp {
    /// Stamps the files that a source is made of, given in a fixed order.
    ///
    /// # Errors
    /// Where one of them can't be read.
    pub fn of(source: &Path, files: &[PathBuf], layer: &str) -> Result<Self, StoreError> {
        let mut digests = String::new();
        let mut last = None;
        for file in files {
            let (_, digest) = Digest::of_file(file).map_err(StoreError::io("read", file))?;
            digests.push_str(&format!("{digest}\n"));
            last = Some(digest);
        }
        let blake3 = match (files.len(), last) {
            (1, Some(digest)) => digest,
            _ => Digest::of_bytes(digests.as_bytes()),
        };
        let name = source.file_name().unwrap_or(source.as_os_str());
        Ok(Self { name: name.to_string_lossy().into_owned(), layer: layer.to_owned(), blake3 })
    }
}

/// Sums up each level that has regions, from above.
pub fn summarise(tree: &RegionTree) -> Vec<LevelSummary> {
    let summary = |level| LevelSummary {
        level,
        regions: tree.level(level).len(),
        lake_or_forest: tree
            .level(level)
            .filter(|(_, region)| region.kind == RegionKind::LakeOrForest)
            .count(),
        area_km2: tree.level(level).map(|(_, region)| region.area_km2).sum(),
    };
    Level::ALL.into_iter().map(summary).filter(|summary| summary.regions > 0).collect()
}
