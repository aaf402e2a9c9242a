//! Administrative regions and the tree that they form.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use geo::MultiPolygon;
use serde::{Deserialize, Serialize};

use super::code::{CodeSystem, RegionCode};
use super::position::{Bounds, Position};

/// The four levels of region, from above.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Province,
    Regency,
    District,
    Village,
}

impl Level {
    pub const ALL: [Self; 4] = [Self::Province, Self::Regency, Self::District, Self::Village];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::Regency => "regency",
            Self::District => "district",
            Self::Village => "village",
        }
    }

    pub const fn above(self) -> Option<Self> {
        match self {
            Self::Province => None,
            Self::Regency => Some(Self::Province),
            Self::District => Some(Self::Regency),
            Self::Village => Some(Self::District),
        }
    }

    pub const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a region is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegionKind {
    #[default]
    Region,
    /// A unit of the boundary set where nobody is expected to live.
    LakeOrForest,
}

impl RegionKind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Region => "region",
            Self::LakeOrForest => "lake_or_forest",
        }
    }
}

impl FromStr for RegionKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        match text {
            "region" => Ok(Self::Region),
            "lake_or_forest" => Ok(Self::LakeOrForest),
            _ => Err(UnknownKind(text.to_owned())),
        }
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("no kind of region is called `{0}`; there are region and lake_or_forest")]
pub struct UnknownKind(String);

/// The name of a set of boundaries, for example `bps-2020`: 1 to 64 lower-case letters, digits,
/// dots, dashes and underscores, so that it is a folder's name and a part of a URL as it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

impl Slug {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Slug {
    type Err = SlugError;

    fn from_str(text: &str) -> Result<Self, SlugError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let fits = (1..=64).contains(&text.len())
            && text.bytes().all(|byte| allowed(byte) || b"._-".contains(&byte))
            && allowed(text.as_bytes()[0]);
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(SlugError(text.chars().take(80).collect()))
        }
    }
}

impl TryFrom<String> for Slug {
    type Error = SlugError;

    fn try_from(text: String) -> Result<Self, SlugError> {
        text.parse()
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{0}` is no name for a version or a release: 1 to 64 lower-case letters, digits, dots, dashes \
     and underscores, a letter or digit first, for example bps-2020"
)]
pub struct SlugError(String);

/// A region as its source tells it, of the deepest level that the source has.
#[derive(Debug, Clone)]
pub struct SourceRegion {
    pub code: RegionCode,
    /// Names from the province down to the region itself.
    pub names: Vec<String>,
    pub kind: RegionKind,
    /// Minutes ahead of UTC, where the source says it.
    pub utc_offset_min: Option<i16>,
    /// WGS 84, longitude before latitude.
    pub shape: MultiPolygon,
    /// The number of the feature in its source, for messages.
    pub feature: u64,
}

/// A feature whose shape was not valid as it stood in its source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    pub code: RegionCode,
    /// The number of the feature in its source.
    pub feature: u64,
    /// What was wrong, in the words of GEOS.
    pub reason: String,
}

/// Parts of a feature's geometry that are no areas and are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    pub code: RegionCode,
    /// The number of the feature in its source.
    pub feature: u64,
    /// How many of each type, for example `2 linestring, 1 point`.
    pub parts: String,
}

/// A region's place in its [`RegionTree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RegionId(pub u32);

impl RegionId {
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One region of any level, without its shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    pub code: RegionCode,
    pub name: String,
    pub level: Level,
    pub kind: RegionKind,
    /// On the WGS 84 ellipsoid.
    pub area_km2: f64,
    pub bounds: Bounds,
    /// A point inside the region where its label stands.
    pub label: Position,
    /// Minutes ahead of UTC.
    pub utc_offset_min: i16,
}

/// All regions of one version, ordered by level and code: each level is a run, and the children of a
/// region are a run of the next level.
#[derive(Debug, Clone, PartialEq)]
pub struct RegionTree {
    system: CodeSystem,
    version: Slug,
    regions: Vec<Region>,
    /// Where each level starts; the last entry is the number of regions.
    starts: [usize; 5],
    parents: Vec<Option<RegionId>>,
    bounds: Bounds,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TreeError {
    #[error("there is no region")]
    Empty,
    #[error("region `{code}` stands more than once")]
    Repeated { code: RegionCode },
    #[error("code `{code}` is not a {level} code of the system {system}, which has {width} digits")]
    Width { code: RegionCode, level: Level, system: CodeSystem, width: u8 },
    #[error("{level} `{code}` has no parent `{parent}`")]
    Orphan { code: RegionCode, level: Level, parent: RegionCode },
}

impl RegionTree {
    /// Orders the regions into a tree.
    ///
    /// # Errors
    /// [`TreeError`] where a code repeats, has the wrong width, or its parent is missing.
    pub fn new(
        system: CodeSystem,
        version: Slug,
        mut regions: Vec<Region>,
    ) -> Result<Self, TreeError> {
        if regions.is_empty() {
            return Err(TreeError::Empty);
        }
        regions.sort_by_key(|region| (region.level, region.code));
        for pair in regions.windows(2) {
            if pair[0].code == pair[1].code {
                return Err(TreeError::Repeated { code: pair[0].code });
            }
        }
        let starts = [0, 1, 2, 3, 4]
            .map(|level| regions.partition_point(|region| region.level.index() < level));
        let bounds =
            regions.iter().fold(Bounds::EMPTY, |bounds, region| bounds.join(region.bounds));
        let mut tree = Self { system, version, regions, starts, parents: Vec::new(), bounds };
        tree.parents =
            tree.regions.iter().map(|region| tree.find_parent(region)).collect::<Result<_, _>>()?;
        Ok(tree)
    }

    fn find_parent(&self, region: &Region) -> Result<Option<RegionId>, TreeError> {
        let (code, level) = (region.code, region.level);
        let width = self.system.width(level);
        if code.width() != width {
            return Err(TreeError::Width { code, level, system: self.system, width });
        }
        let Some(parent) = code.parent(self.system) else { return Ok(None) };
        self.find(parent).map(Some).ok_or(TreeError::Orphan { code, level, parent })
    }

    pub const fn system(&self) -> CodeSystem {
        self.system
    }

    pub const fn version(&self) -> &Slug {
        &self.version
    }

    /// The number of regions of all levels.
    pub fn len(&self) -> usize {
        self.regions.len()
    }

    pub fn is_empty(&self) -> bool {
        self.regions.is_empty()
    }

    pub fn get(&self, id: RegionId) -> &Region {
        &self.regions[id.index()]
    }

    pub fn parent(&self, id: RegionId) -> Option<RegionId> {
        self.parents[id.index()]
    }

    /// The region of exactly this code.
    pub fn find(&self, code: RegionCode) -> Option<RegionId> {
        let level = self.system.level(code.width())?;
        let run = self.run(level);
        let found =
            self.regions[run.clone()].binary_search_by_key(&code, |region| region.code).ok()?;
        Some(Self::id(run.start + found))
    }

    /// The region of the longest prefix of `code` that this version knows.
    pub fn find_longest(&self, code: RegionCode) -> Option<RegionId> {
        Level::ALL
            .into_iter()
            .rev()
            .map(|level| self.system.width(level))
            .filter(|&width| width <= code.width())
            .find_map(|width| self.find(code.prefix(width)))
    }

    /// The regions of one level, in the order of their codes.
    pub fn level(&self, level: Level) -> impl ExactSizeIterator<Item = (RegionId, &Region)> {
        self.run(level).map(|index| (Self::id(index), &self.regions[index]))
    }

    /// The deepest level that has regions.
    pub fn deepest(&self) -> Level {
        Level::ALL
            .into_iter()
            .rev()
            .find(|&level| !self.run(level).is_empty())
            .expect("a tree has at least one region")
    }

    /// The regions directly below, in the order of their codes.
    pub fn children(&self, id: RegionId) -> Range<u32> {
        let code = self.get(id).code;
        let below = self.get(id).level.index() + 1;
        if below == Level::ALL.len() {
            return 0..0;
        }
        let run = self.starts[below]..self.starts[below + 1];
        let regions = &self.regions[run.clone()];
        let first = regions.partition_point(|region| region.code < code);
        let count =
            regions[first..].partition_point(|region| region.code.prefix(code.width()) == code);
        Self::id(run.start + first).0..Self::id(run.start + first + count).0
    }

    /// The region of `level` that holds this one or is this one; `None` where `level` is deeper.
    pub fn ancestor(&self, id: RegionId, level: Level) -> Option<RegionId> {
        let mut at = id;
        while self.get(at).level > level {
            at = self.parent(at)?;
        }
        (self.get(at).level == level).then_some(at)
    }

    /// Whether `inner` is `outer` or lies in it.
    pub fn is_within(&self, inner: RegionId, outer: RegionId) -> bool {
        self.ancestor(inner, self.get(outer).level) == Some(outer)
    }

    /// The box of all regions.
    pub const fn bounds(&self) -> Bounds {
        self.bounds
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = (RegionId, &Region)> {
        self.regions.iter().enumerate().map(|(index, region)| (Self::id(index), region))
    }

    fn run(&self, level: Level) -> Range<usize> {
        self.starts[level.index()]..self.starts[level.index() + 1]
    }

    fn id(index: usize) -> RegionId {
        RegionId(u32::try_from(index).expect("there are fewer than 2^32 regions"))
    }
}

/// The shapes of a tree's regions, by [`RegionId`].
#[derive(Debug, Clone, PartialEq)]
pub struct Shapes {
    /// As the source has them.
    pub full: Vec<MultiPolygon>,
    /// Generalised per level, without gaps between neighbours.
    pub general: Vec<MultiPolygon>,
}

#[cfg(test)]
#[path = "region_tests.rs"]
mod tests;
