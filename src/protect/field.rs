//! The fields of a layer's features by name: the columns of its tables and the properties of its filters.

use std::borrow::Cow;

use super::layer::{Feature, PlaceCode};
use crate::domain::geography::Geography;
use crate::domain::indicator::Theme;

/// What a field's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Whole,
    Number,
    Truth,
}

/// A value of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    Text(Cow<'a, str>),
    Whole(i64),
    Number(f64),
    Truth(bool),
}

/// A field that the features of a theme have.
#[derive(Debug, Clone)]
pub struct Field {
    pub name: String,
    pub kind: Kind,
    /// What it says, in English; empty for a column of the breakdown and for a rate, which
    /// `data/indicators.toml` describes.
    pub says: &'static str,
    read: Read,
}

#[derive(Debug, Clone, Copy)]
enum Read {
    Plain(for<'a> fn(&'a Feature, Geography) -> Option<Value<'a>>),
    Breakdown(usize),
    Rate(usize),
}

impl Field {
    /// All fields of a theme's features, the breakdown and the rates last.
    pub fn all(theme: &Theme) -> Vec<Self> {
        let plain = PLAIN.into_iter().map(|(name, kind, says, read)| {
            let name = name.to_owned();
            Self { name, kind, says, read: Read::Plain(read) }
        });
        let columns = theme.breakdown.iter().enumerate().map(|(at, column)| {
            let name = column.name().to_owned();
            Self { name, kind: Kind::Whole, says: "", read: Read::Breakdown(at) }
        });
        let rates = theme.rates.iter().enumerate().map(|(at, rate)| {
            let name = rate.name.clone();
            Self { name, kind: Kind::Number, says: "", read: Read::Rate(at) }
        });
        plain.chain(columns).chain(rates).collect()
    }

    /// What a feature of a layer in this geography has; `None` where it is null.
    pub fn value<'a>(&self, feature: &'a Feature, geography: Geography) -> Option<Value<'a>> {
        match self.read {
            Read::Plain(read) => read(feature, geography),
            Read::Breakdown(at) => feature.breakdown[at].map(Value::Whole),
            Read::Rate(at) => feature.rates[at].map(Value::Number),
        }
    }
}

impl Value<'_> {
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Text(_) => Kind::Text,
            Self::Whole(_) => Kind::Whole,
            Self::Number(_) => Kind::Number,
            Self::Truth(_) => Kind::Truth,
        }
    }

    fn code(code: PlaceCode) -> Self {
        Self::Text(Cow::Owned(code.to_string()))
    }
}

impl std::fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => text.fmt(f),
            Self::Whole(whole) => whole.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Truth(truth) => truth.fmt(f),
        }
    }
}

/// A field's name, kind and meaning, and how it is read.
type Plain =
    (&'static str, Kind, &'static str, for<'a> fn(&'a Feature, Geography) -> Option<Value<'a>>);

/// The fields that every theme has.
const PLAIN: [Plain; 27] = [
    ("code", Kind::Text, "The region's code, or the hexagon's index", |it, _| {
        Some(Value::code(it.code))
    }),
    ("name", Kind::Text, "The region's name; a hexagon has none", |it, _| {
        it.name.as_deref().map(|name| Value::Text(Cow::Borrowed(name)))
    }),
    ("parent", Kind::Text, "The code of the region or hexagon that holds it", |it, _| {
        it.parent.map(Value::code)
    }),
    ("level", Kind::Text, "The geography", |_, geography| {
        Some(Value::Text(Cow::Borrowed(geography.name())))
    }),
    ("households", Kind::Whole, "Households visited and counted", |it, _| {
        Some(Value::Whole(it.households))
    }),
    (
        "known_households",
        Kind::Whole,
        "Households of which the figure is known; none where that is not told",
        |it, _| it.known.map(|known| Value::Whole(known.households)),
    ),
    (
        "known_of",
        Kind::Whole,
        "Households of which it should be known: all counted ones, or the poor ones",
        |it, _| it.known.map(|known| Value::Whole(known.of)),
    ),
    ("count", Kind::Whole, "The theme's count", |it, _| it.count.map(Value::Whole)),
    (
        "moe95",
        Kind::Number,
        "Half the width of the count's 95 % interval, by noise alone",
        |it, _| it.moe95.map(Value::Number),
    ),
    ("share", Kind::Number, "The count by what it is a share of, a fraction", |it, _| {
        it.share.map(Value::Number)
    }),
    (
        "share_moe95",
        Kind::Number,
        "Half the width of the share's 95 % interval, by noise alone",
        |it, _| it.share_moe95.map(Value::Number),
    ),
    ("share_of_column", Kind::Text, "Of what the share is", |it, _| {
        it.share_of.as_ref().map(|of| Value::Text(Cow::Borrowed(of.column)))
    }),
    (
        "share_of_year",
        Kind::Whole,
        "The year of that number; none where the release counts it itself",
        |it, _| it.share_of.as_ref().and_then(|of| Some(Value::Whole(of.year?.into()))),
    ),
    ("share_of_source", Kind::Text, "Whence that number is", |it, _| {
        it.share_of.as_ref().map(|of| Value::Text(Cow::Borrowed(&of.source)))
    }),
    ("share_of_value", Kind::Whole, "The number that the count is a share of", |it, _| {
        it.share_of.as_ref().and_then(|of| Some(Value::Whole(of.value.try_into().ok()?)))
    }),
    (
        "share_low",
        Kind::Number,
        "The share of poor if none is poor whose rank is not known",
        |it, _| it.other_shares.low.map(Value::Number),
    ),
    (
        "share_high",
        Kind::Number,
        "The share of poor if all are poor whose rank is not known",
        |it, _| it.other_shares.high.map(Value::Number),
    ),
    (
        "share_estimate",
        Kind::Number,
        "The share of poor if those whose rank is not known are as poor as the ranked around them",
        |it, _| it.other_shares.estimate.map(Value::Number),
    ),
    (
        "share_estimate_moe95",
        Kind::Number,
        "Half the width of its 95 % interval, by noise and by sampling",
        |it, _| it.other_shares.estimate_moe95.map(Value::Number),
    ),
    ("share_surveyed", Kind::Number, "The count by the households surveyed", |it, _| {
        it.other_shares.surveyed.map(Value::Number)
    }),
    ("share_surveyed_moe95", Kind::Number, "Half the width of its 95 % interval", |it, _| {
        it.other_shares.surveyed_moe95.map(Value::Number)
    }),
    ("coverage", Kind::Number, "How much was surveyed, a fraction", |it, _| {
        it.coverage.map(|coverage| Value::Number(coverage.share))
    }),
    ("coverage_moe95", Kind::Number, "Half the width of its 95 % interval", |it, _| {
        it.coverage.and_then(|coverage| coverage.moe95).map(Value::Number)
    }),
    ("coverage_of", Kind::Text, "Of what that is: prelist or residents", |it, _| {
        it.coverage.map(|coverage| Value::Text(Cow::Borrowed(coverage.of.name())))
    }),
    ("density_km2", Kind::Number, "The count by the area in square kilometres", |it, _| {
        it.density_km2.map(Value::Number)
    }),
    ("rest", Kind::Truth, "Whether it is the rest of a hexagon 7 among hexagons 8", |it, _| {
        Some(Value::Truth(it.rest))
    }),
    (
        "status",
        Kind::Text,
        "value, below_10, not_enough_surveyed, not_visited or no_data",
        |it, _| Some(Value::Text(Cow::Borrowed(it.status.name()))),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::indicator::Indicators;
    use crate::protect::LayerRequest;
    use crate::protect::fixture::{denominators, leaves, tree};

    #[test]
    fn every_value_is_of_its_field_s_kind() {
        let (tree, indicators) = (tree(), Indicators::embedded());
        for theme in &indicators.themes {
            for geography in Geography::ALL {
                let request =
                    LayerRequest { theme, geography, within: None, bounds: None, limit: None };
                let layer = leaves(&tree).layer(&request, &tree, &indicators, &denominators());
                for feature in layer.features() {
                    for field in Field::all(theme) {
                        let kind = field.value(feature, geography).map(|value| value.kind());
                        assert!(kind.is_none_or(|kind| kind == field.kind), "{}", field.name);
                    }
                }
            }
        }
    }
}
