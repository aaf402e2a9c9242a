//! The words of a feature: its code, names, kind and offset, from the fields that hold them.

use gdal::vector::{Feature, Layer, LayerAccess, OGRFieldType};
use unicode_normalization::UnicodeNormalization;

use super::encoding::{Known, Seen, Text};
use super::error::Problem;
use crate::domain::code::{CodeForm, CodeSystem, RegionCode};
use crate::domain::region::{Level, RegionKind};
use crate::read::mapping::{KindField, OFFSETS_MIN, RegionMapping};

/// A field by its name and place.
#[derive(Debug, Clone)]
struct Field {
    name: String,
    index: usize,
    is_real: bool,
}

/// Where each word stands in the layer's features.
#[derive(Debug)]
pub struct Columns<'a> {
    mapping: &'a RegionMapping,
    system: CodeSystem,
    pub level: Level,
    /// From the province down to the source's own level, which always has one.
    codes: Vec<Option<Field>>,
    names: Vec<Field>,
    kind: Option<(Field, &'a KindField)>,
    offset: Option<Field>,
    text: Text,
}

/// What a feature says of itself, apart from its shape.
#[derive(Debug)]
pub struct Words {
    pub code: RegionCode,
    pub names: Vec<String>,
    pub kind: RegionKind,
    pub utc_offset_min: Option<i16>,
}

/// A field of the layer.
#[derive(Debug, Clone)]
pub struct KnownField {
    pub name: String,
    /// Whether it holds real numbers, as codes do after some programs.
    is_real: bool,
}

/// A layer's fields.
pub fn known(layer: &Layer<'_>, encoding: &Known) -> Vec<KnownField> {
    let defn = layer.defn();
    let fields = defn.fields().map(|field| KnownField {
        name: encoding.name(&field.name()),
        is_real: field.field_type() == OGRFieldType::OFTReal,
    });
    fields.collect()
}

/// Their names.
pub fn names(known: &[KnownField]) -> Vec<String> {
    known.iter().map(|field| field.name.clone()).collect()
}

impl<'a> Columns<'a> {
    /// Finds every field that the mapping names.
    pub fn resolve(
        known: &[KnownField],
        mapping: &'a RegionMapping,
        system: CodeSystem,
    ) -> Result<Self, Problem> {
        let level =
            mapping.source_level().ok_or_else(|| Problem::NoCodeField { known: names(known) })?;
        let find = |field: &str, level: Level, what: &'static str| find(known, field, level, what);
        let mut columns = Self {
            mapping,
            system,
            level,
            codes: Vec::new(),
            names: Vec::new(),
            kind: None,
            offset: None,
            text: Text::Decoded,
        };
        for above in Level::ALL.into_iter().filter(|&above| above <= level) {
            let unmapped =
                |what| Problem::UnmappedField { level: above, what, known: names(known) };
            let fields = mapping.fields(above).ok_or_else(|| unmapped("name"))?;
            if above == level && fields.code.is_none() {
                return Err(unmapped("code"));
            }
            let code = fields.code.as_ref().map(|code| find(code, above, "code")).transpose()?;
            columns.codes.push(code);
            columns.names.push(find(&fields.name, above, "name")?);
        }
        if let Some(kind) = &mapping.kind {
            columns.kind = Some((find(&kind.field, level, "kind")?, kind));
        }
        if let Some(field) = &mapping.utc_offset.field {
            columns.offset = Some(find(field, level, "offset from UTC")?);
        }
        Ok(columns)
    }

    /// The same, of text that is written so.
    pub fn written_in(self, text: Text) -> Self {
        Self { text, ..self }
    }

    /// Looks at how the text of a feature is written.
    pub fn see(&self, feature: &Feature<'_>, seen: &mut Seen) {
        let kind = self.kind.iter().map(|(field, _)| field);
        for field in self.codes.iter().flatten().chain(&self.names).chain(kind) {
            if let Ok(Some(text)) = feature.field_as_string(field.index) {
                seen.see(&text);
            }
        }
    }

    /// Reads a feature's words, after its code.
    pub fn words(&self, feature: &Feature<'_>, code: RegionCode) -> Result<Words, Problem> {
        self.check_codes_above(feature, code)?;
        let names = Level::ALL.into_iter().zip(&self.names);
        let names = names
            .map(|(level, field)| {
                // Composed, as keyboards write it, so that a filter finds the name.
                let name = self.text(feature, field)?.map(|name| name.nfc().collect());
                name.ok_or_else(|| Problem::NoName { field: field.name.clone(), level })
            })
            .collect::<Result<_, _>>()?;
        let kind = self.kind(feature)?;
        Ok(Words { code, names, kind, utc_offset_min: self.offset(feature, code)? })
    }

    /// Reads a feature's own code.
    pub fn code(&self, feature: &Feature<'_>) -> Result<RegionCode, Problem> {
        let level = self.level;
        let field = self.codes[level.index()].as_ref().expect("the source's level has a code");
        let text = self
            .text(feature, field)?
            .ok_or_else(|| Problem::NoCode { field: field.name.clone(), level })?;
        self.parse(text, field, level)
    }

    fn parse(&self, text: String, field: &Field, level: Level) -> Result<RegionCode, Problem> {
        let bare = text.strip_prefix(&self.mapping.code_prefix).unwrap_or(&text);
        let Some((code, form)) = parsed(bare) else {
            let field = field.name.clone();
            return Err(match bare.parse::<f64>() {
                Ok(_) => Problem::BadNumber { field, text },
                Err(_) => Problem::BadCode { field, text },
            });
        };
        if form == CodeForm::Dotted && self.system != CodeSystem::Kemendagri {
            return Err(Problem::Dotted { text, system: self.system });
        }
        let (found, expected) = (code.width(), self.system.width(level));
        if found == expected {
            Ok(code)
        } else {
            Err(Problem::Width { text, level, system: self.system, found, expected })
        }
    }

    fn check_codes_above(&self, feature: &Feature<'_>, code: RegionCode) -> Result<(), Problem> {
        for (level, field) in Level::ALL.into_iter().zip(&self.codes) {
            let Some(field) = field.as_ref().filter(|_| level < self.level) else { continue };
            let Some(text) = self.text(feature, field)? else { continue };
            let found = self.parse(text, field, level)?;
            let expected = code.prefix(self.system.width(level));
            if found != expected {
                return Err(Problem::NotNested { level, found, expected });
            }
        }
        Ok(())
    }

    /// The field's text without the space around it, or `None` where there is nothing else.
    fn text(&self, feature: &Feature<'_>, field: &Field) -> Result<Option<String>, Problem> {
        if field.is_real
            && let Ok(Some(number)) = feature.field_as_double(field.index)
            && let Some(digits) = digits(number)
        {
            return Ok(Some(digits));
        }
        let Ok(Some(text)) = feature.field_as_string(field.index) else { return Ok(None) };
        let Some(decoded) = self.text.decode(text.clone()) else {
            let (field, text) = (field.name.clone(), self.text.show(&text));
            return Err(Problem::BadText { field, text, encoding: self.text.name() });
        };
        let trimmed = decoded.trim();
        Ok((!trimmed.is_empty()).then(|| trimmed.to_owned()))
    }

    fn kind(&self, feature: &Feature<'_>) -> Result<RegionKind, Problem> {
        let Some((field, mapping)) = &self.kind else { return Ok(RegionKind::default()) };
        let Some(text) = self.text(feature, field)? else { return Ok(RegionKind::default()) };
        if !mapping.values.is_empty() {
            return Ok(mapping.values.get(&text).copied().unwrap_or_default());
        }
        text.parse().map_err(|_| Problem::BadKind { field: field.name.clone(), text })
    }

    fn offset(&self, feature: &Feature<'_>, code: RegionCode) -> Result<Option<i16>, Problem> {
        if let Some(field) = &self.offset
            && let Some(text) = self.text(feature, field)?
        {
            let minutes = text.parse().ok().filter(|minutes| OFFSETS_MIN.contains(minutes));
            let bad = || Problem::BadOffset { field: field.name.clone(), text };
            return minutes.ok_or_else(bad).map(Some);
        }
        let province = code.prefix(self.system.width(Level::Province));
        Ok(self.mapping.utc_offset.provinces.get(&province).copied())
    }
}

fn find(
    known: &[KnownField],
    field: &str,
    level: Level,
    what: &'static str,
) -> Result<Field, Problem> {
    match known.iter().position(|known| known.name == field) {
        Some(index) => Ok(Field { name: field.to_owned(), index, is_real: known[index].is_real }),
        None => {
            Err(Problem::MissingField { field: field.to_owned(), level, what, known: names(known) })
        }
    }
}

/// A code, also one that went through a program that takes codes for numbers: `3171011001.0`.
fn parsed(text: &str) -> Option<(RegionCode, CodeForm)> {
    RegionCode::parse_form(text).ok().or_else(|| {
        let (whole, fraction) = text.split_once('.')?;
        let is_whole = !fraction.is_empty() && fraction.bytes().all(|digit| digit == b'0');
        RegionCode::parse_form(whole).ok().filter(|_| is_whole)
    })
}

/// A real number that is whole is its digits, as far as it holds them all.
fn digits(number: f64) -> Option<String> {
    const EXACT: f64 = (1_u64 << f64::MANTISSA_DIGITS) as f64;
    (number.fract() == 0.0 && number.abs() < EXACT).then(|| format!("{number:.0}"))
}
