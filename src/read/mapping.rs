//! Which field of a boundary file holds what: the mapping file, and the canonical names without one.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::domain::code::RegionCode;
use crate::domain::region::{Level, RegionKind};

/// What a boundary file calls things. Every field that is named here must exist.
///
/// ```toml
/// layer = "adm4"            # where the source has several
/// crs = "EPSG:32748"        # instead of what the source says, or where it says nothing
/// encoding = "windows-1252" # of a Shapefile's text, instead of what the source says
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
    /// Of a Shapefile's text: a label of the WHATWG's encodings, or another name that GDAL knows.
    pub encoding: Option<String>,
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
    #[serde(default, deserialize_with = "offsets")]
    pub provinces: BTreeMap<RegionCode, i16>,
}

/// Offsets from UTC that clocks on Earth have, in minutes.
pub const OFFSETS_MIN: RangeInclusive<i16> = -720..=840;

fn offsets<'de, D: Deserializer<'de>>(toml: D) -> Result<BTreeMap<RegionCode, i16>, D::Error> {
    let offsets = BTreeMap::<RegionCode, i16>::deserialize(toml)?;
    match offsets.values().find(|offset| !OFFSETS_MIN.contains(offset)) {
        Some(offset) => Err(D::Error::custom(format!(
            "{offset} is no offset from UTC; it takes minutes between -720 and 840"
        ))),
        None => Ok(offsets),
    }
}

#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    #[error("cannot open the mapping file `{path}`; check the path after --mapping")]
    Open { path: PathBuf, source: std::io::Error },
    #[error("cannot understand the mapping file `{path}`; docs/boundaries.md shows one")]
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
    use proptest::prelude::*;

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

    #[test]
    fn refuses_an_offset_that_is_nowhere_on_earth() {
        let text = "[utc_offset]\nprovinces = { \"01\" = 25200 }";
        let error = toml::from_str::<RegionMapping>(text).unwrap_err().to_string();
        assert!(error.contains("minutes between -720 and 840"), "{error}");
    }

    /// Lines of mappings, whole and torn.
    fn text() -> impl Strategy<Value = String> {
        let word = prop_oneof![
            6 => "layer|crs|level|code_prefix|province|village|kind|field|values|utc_offset|code|name",
            2 => "\"01\"|\"village\"|\"lake_or_forest\"|420|-99999|true|\\{|\\}|1e999|0x7fff",
            5 => "=|\\[|\\]|\n|,|\\.|\"|'| ",
            1 => "\\PC",
        ];
        proptest::collection::vec(word, 0..40).prop_map(|words| words.join(" "))
    }

    /// A whole mapping with some of its letters changed.
    fn torn() -> impl Strategy<Value = String> {
        let whole = "layer = \"units\"\ncode_prefix = \"XX\"\nlevel = \"district\"\n[district]\n\
            code = \"D\"\nname = \"N\"\n[kind]\nfield = \"T\"\nvalues = { \"L\" = \"lake_or_forest\" }\n\
            [utc_offset]\nprovinces = { \"01\" = 480 }\n";
        let edits = proptest::collection::vec((0..whole.len(), "\\PC|\n|\"|\\]"), 0..4);
        edits.prop_map(move |edits| {
            let mut text = whole.to_owned();
            for (at, letter) in edits {
                if text.is_char_boundary(at) && text.is_char_boundary(at + 1) {
                    text.replace_range(at..=at, &letter);
                }
            }
            text
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_a_mapping_or_told_of(text in prop_oneof![text(), torn()]) {
            match toml::from_str::<RegionMapping>(&text) {
                Ok(mapping) => {
                    let level = mapping.source_level();
                    let has_fields = level.is_none_or(|level| mapping.fields(level).is_some());
                    prop_assert!(has_fields || mapping.level == level);
                    let offsets = &mapping.utc_offset.provinces;
                    prop_assert!(offsets.values().all(|offset| OFFSETS_MIN.contains(offset)));
                }
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
        }
    }
}
