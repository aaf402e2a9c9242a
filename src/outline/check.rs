//! Refuses source regions whose codes, names or shapes cannot form a tree.

use std::collections::BTreeMap;

use geo::{CoordsIter, MultiPolygon};

use crate::domain::code::{CodeSystem, RegionCode};
use crate::domain::region::{Level, SourceRegion, TreeError};

/// Why source regions do not form a tree. Messages name features by their number in the source; the
/// reader adds file and layer.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum OutlineError {
    #[error("there is no feature; name the layer that has the regions")]
    Empty,
    #[error(
        "feature {feature}: code `{code}` has {width} digits, and the system {system} has no such \
         codes; map the field that has the code, or name the right system"
    )]
    Width { feature: u64, code: RegionCode, width: u8, system: CodeSystem },
    #[error(
        "feature {feature}: code `{code}` is a {level}'s, but feature {other} (code `{other_code}`) \
         is a {other_level}; keep the features of one level, the deepest"
    )]
    MixedLevels {
        feature: u64,
        code: RegionCode,
        level: Level,
        other: u64,
        other_code: RegionCode,
        other_level: Level,
    },
    #[error(
        "code `{code}` stands in feature {first} and in feature {second}; join the two into one \
         multipolygon, or correct the code of one"
    )]
    Repeated { code: RegionCode, first: u64, second: u64 },
    #[error(
        "feature {feature}: code `{code}` needs {needed} names, from the province down to the \
         {level}, and has {found}; map the fields that have the names"
    )]
    Names { feature: u64, code: RegionCode, level: Level, needed: usize, found: usize },
    #[error(
        "{level} `{code}` is called `{first_name}` by feature {first} and `{second_name}` by feature \
         {second}; give both the same name, or correct the code of one"
    )]
    NamesDiffer {
        level: Level,
        code: RegionCode,
        first: u64,
        first_name: String,
        second: u64,
        second_name: String,
    },
    #[error(
        "province `{code}` is {first_min} minutes ahead of UTC by feature {first} and {second_min} by \
         feature {second}; a province keeps one time: correct the offset of one"
    )]
    OffsetsDiffer { code: RegionCode, first: u64, first_min: i16, second: u64, second_min: i16 },
    #[error("feature {feature}: code `{code}` has a shape without an area; give it a polygon")]
    NoArea { feature: u64, code: RegionCode },
    #[error(
        "feature {feature}: code `{code}` has a corner that is not on the Earth, beyond 180 degrees \
         of longitude or 90 of latitude; name the source's coordinate system"
    )]
    NotOnEarth { feature: u64, code: RegionCode },
    #[error(transparent)]
    Tree(#[from] TreeError),
}

/// Orders the regions by code and gives their level.
pub(super) fn check(
    system: CodeSystem,
    regions: &mut [SourceRegion],
) -> Result<Level, OutlineError> {
    regions.sort_by_key(|region| (region.code, region.feature));
    let level = common_level(system, regions)?;
    for pair in regions.windows(2) {
        if pair[0].code == pair[1].code {
            let (code, first, second) = (pair[0].code, pair[0].feature, pair[1].feature);
            return Err(OutlineError::Repeated { code, first, second });
        }
    }
    for region in &*regions {
        let (feature, code) = (region.feature, region.code);
        let (needed, found) = (level.index() + 1, region.names.len());
        if needed != found {
            return Err(OutlineError::Names { feature, code, level, needed, found });
        }
        if !is_on_earth(&region.shape) {
            return Err(OutlineError::NotOnEarth { feature, code });
        }
    }
    names_agree(system, level, regions)?;
    offsets_agree(system, regions)?;
    Ok(level)
}

fn common_level(system: CodeSystem, regions: &[SourceRegion]) -> Result<Level, OutlineError> {
    let mut common: Option<(Level, &SourceRegion)> = None;
    for region in regions {
        let (feature, code, width) = (region.feature, region.code, region.code.width());
        let Some(level) = system.level(width) else {
            return Err(OutlineError::Width { feature, code, width, system });
        };
        let (other_level, other) = *common.get_or_insert((level, region));
        if level != other_level {
            let (other, other_code) = (other.feature, other.code);
            return Err(OutlineError::MixedLevels {
                feature,
                code,
                level,
                other,
                other_code,
                other_level,
            });
        }
    }
    common.map(|(level, _)| level).ok_or(OutlineError::Empty)
}

fn is_on_earth(shape: &MultiPolygon) -> bool {
    shape.coords_iter().all(|at| at.x.abs() <= 180.0 && at.y.abs() <= 90.0)
}

fn names_agree(
    system: CodeSystem,
    deepest: Level,
    regions: &[SourceRegion],
) -> Result<(), OutlineError> {
    for level in Level::ALL.into_iter().filter(|&level| level < deepest) {
        let mut known: BTreeMap<RegionCode, &SourceRegion> = BTreeMap::new();
        for region in regions {
            let code = region.code.prefix(system.width(level));
            let first = *known.entry(code).or_insert(region);
            let (first_name, second_name) =
                (&first.names[level.index()], &region.names[level.index()]);
            if first_name != second_name {
                return Err(OutlineError::NamesDiffer {
                    level,
                    code,
                    first: first.feature,
                    first_name: first_name.clone(),
                    second: region.feature,
                    second_name: second_name.clone(),
                });
            }
        }
    }
    Ok(())
}

fn offsets_agree(system: CodeSystem, regions: &[SourceRegion]) -> Result<(), OutlineError> {
    let mut known: BTreeMap<RegionCode, (u64, i16)> = BTreeMap::new();
    for region in regions {
        let Some(second_min) = region.utc_offset_min else { continue };
        let code = region.code.prefix(system.width(Level::Province));
        let (first, first_min) = *known.entry(code).or_insert((region.feature, second_min));
        if first_min != second_min {
            let second = region.feature;
            return Err(OutlineError::OffsetsDiffer { code, first, first_min, second, second_min });
        }
    }
    Ok(())
}
