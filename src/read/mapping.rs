//! Which field of a boundary file holds what: the mapping file, and the canonical names without one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::domain::code::RegionCode;
use crate::domain::region::{Level, RegionKind};

/// What a boundary file calls things. Every field that is named here must exist.
///
/// ```toml
/// layer = "adm4"            # where the source has several
/// crs = "EPSG:32748"        # instead of what the source says, or where it says nothing
/// level = "village"         # by default the deepest level below that has a code
/// code_prefix = "ID"        # letters before the digits of every code
///
/// [village]
/// code = "ADM4_PCODE"
/// name = "ADM4_EN"
/// [district]                # a code here is optional: it is checked against the village's
/// name = "ADM3_EN"
/// [regency]
/// name = "ADM2_EN"
/// [province]
/// name = "ADM1_EN"
///
/// [kind]
/// field = "TYPE"            # other values than these are ordinary regions
/// values = { "Lake" = "lake_or_forest" }
///
/// [utc_offset]              # minutes; by default from the longitude
/// field = "OFFSET"
/// provinces = { "01" = 420 }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionMapping {
    pub layer: Option<String>,
    /// Anything that PROJ understands: `EPSG:32748`, WKT, a PROJ string.
    pub crs: Option<String>,
    pub level: Option<Level>,
    #[serde(default)]
    pub code_prefix: String,
    pub province: Option<LevelFields>,
    pub regency: Option<LevelFields>,
    pub district: Option<LevelFields>,
    pub village: Option<LevelFields>,
    pub kind: Option<KindField>,
    #[serde(default)]
    pub utc_offset: OffsetField,
}

/// The fields of one level.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelFields {
    pub code: Option<String>,
    pub name: String,
}

/// The field that says what a region is made of.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindField {
    pub field: String,
    /// What the field's values mean; empty where the field holds our own words.
    #[serde(default)]
    pub values: BTreeMap<String, RegionKind>,
}

/// Where the offset from UTC stands, in minutes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OffsetField {
    pub field: Option<String>,
    /// Per province, where no field says it.
    #[serde(default)]
    pub provinces: BTreeMap<RegionCode, i16>,
}

#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    #[error("cannot open the mapping file `{path}`; check the path after --mapping")]
    Open { path: PathBuf, source: std::io::Error },
    #[error(
        "cannot understand the mapping file `{path}`; README shows one under \"Your own boundaries\""
    )]
    Syntax { path: PathBuf, source: Box<toml::de::Error> },
}

impl RegionMapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// [`MappingError`] where it can't be opened or is no mapping.
    pub fn read(path: &Path) -> Result<Self, MappingError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| MappingError::Open { path: path.to_owned(), source })?;
        toml::from_str(&text).map_err(|source| MappingError::Syntax {
            path: path.to_owned(),
            source: Box::new(source),
        })
    }

    /// The mapping of the canonical names (`village_code`, `village`, …, `kind`,
    /// `utc_offset_min`), as far as the source has them.
    pub fn canonical(known: &[String]) -> Self {
        let has = |name: &str| known.iter().any(|field| field == name).then(|| name.to_owned());
        let level = |level: Level| {
            let code = has(&format!("{level}_code"));
            (code.is_some() || has(level.name()).is_some())
                .then(|| LevelFields { code, name: level.name().to_owned() })
        };
        Self {
            province: level(Level::Province),
            regency: level(Level::Regency),
            district: level(Level::District),
            village: level(Level::Village),
            kind: has("kind").map(|field| KindField { field, values: BTreeMap::new() }),
            utc_offset: OffsetField { field: has("utc_offset_min"), provinces: BTreeMap::new() },
            ..Self::default()
        }
    }

    pub const fn fields(&self, level: Level) -> Option<&LevelFields> {
        match level {
            Level::Province => self.province.as_ref(),
            Level::Regency => self.regency.as_ref(),
            Level::District => self.district.as_ref(),
            Level::Village => self.village.as_ref(),
        }
    }

    /// The level of the source's features: the one that is named, else the deepest with a code.
    pub fn source_level(&self) -> Option<Level> {
        let has_code = |level: &Level| self.fields(*level).is_some_and(|it| it.code.is_some());
        self.level.or_else(|| Level::ALL.into_iter().rev().find(has_code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_part_of_a_mapping() {
        let text = r#"
            layer = "units"
            crs = "EPSG:32748"
            code_prefix = "XX"
            [district]
            code = "D_CODE"
            name = "D_NAME"
            [regency]
            name = "R_NAME"
            [kind]
            field = "TYPE"
            values = { "Lake" = "lake_or_forest" }
            [utc_offset]
            provinces = { "01" = 480 }
        "#;
        let mapping: RegionMapping = toml::from_str(text).unwrap();
        assert_eq!(mapping.source_level(), Some(Level::District));
        assert_eq!(mapping.fields(Level::Regency).unwrap().code, None);
        assert_eq!(mapping.kind.unwrap().values["Lake"], RegionKind::LakeOrForest);
        assert_eq!(mapping.utc_offset.provinces[&"01".parse().unwrap()], 480);
    }

    #[test]
    fn refuses_a_word_that_it_does_not_know() {
        let error = toml::from_str::<RegionMapping>("layers = \"units\"").unwrap_err();
        assert!(error.to_string().contains("unknown field `layers`"), "{error}");
    }

    #[test]
    fn names_the_mapping_file_that_it_cannot_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("map.toml");
        let error = RegionMapping::read(&path).unwrap_err().to_string();
        assert!(error.contains("cannot open") && error.contains("map.toml`"), "{error}");
        std::fs::write(&path, "layer = 3").unwrap();
        let error = RegionMapping::read(&path).unwrap_err().to_string();
        assert!(error.contains("cannot understand") && error.contains("map.toml`"), "{error}");
    }

    #[test]
    fn takes_the_deepest_level_that_has_a_code() {
        let fields = ["regency_code", "regency", "province", "village"].map(str::to_owned);
        let mapping = RegionMapping::canonical(&fields);
        assert_eq!(mapping.source_level(), Some(Level::Regency));
        assert_eq!(mapping.kind, None);
    }
}
