//! Who is worst off and who is best: regions or hexagons of a layer by one measure.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::domain::region::RegionId;
use crate::protect::{Feature, Layer, Place, Status};

/// By what is ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    Share,
    Count,
    DensityKm2,
}

impl Measure {
    pub const ALL: [Self; 3] = [Self::Share, Self::Count, Self::DensityKm2];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::Count => "count",
            Self::DensityKm2 => "density_km2",
        }
    }

    /// The share, where any feature of the layer has one; else the count.
    pub fn of_layer(layer: &Layer) -> Self {
        let has_share = layer.features().iter().any(|feature| Self::Share.of(feature).is_some());
        if has_share { Self::Share } else { Self::Count }
    }

    /// The value by which a feature is ranked and classed; `None` where nobody was visited, too little was
    /// surveyed or there is no figure.
    pub fn of(self, feature: &Feature) -> Option<f64> {
        match feature.status {
            Status::NotEnoughSurveyed | Status::NotVisited | Status::NoData => None,
            Status::Value | Status::Below10 => match self {
                Self::Share => feature.shown_share(),
                Self::Count => feature.count.map(number),
                Self::DensityKm2 => feature.density_km2,
            },
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are fewer than 2^52")]
const fn number(count: i64) -> f64 {
    count as f64
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Measure {
    type Err = UnknownMeasure;

    fn from_str(text: &str) -> Result<Self, UnknownMeasure> {
        let found = Self::ALL.into_iter().find(|measure| measure.name() == text);
        found.ok_or_else(|| UnknownMeasure(text.chars().take(40).collect()))
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("nothing is ranked by `{0}`; there are share, count and density_km2")]
pub struct UnknownMeasure(String);

/// A region's place among its siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rank {
    pub by: Measure,
    /// 1 is the highest value; equal values have the same place.
    pub place: usize,
    /// The siblings that have a value, the region itself among them.
    pub among: usize,
}

impl Rank {
    /// The place of a region in a layer of it and its siblings: by share where it has one, else by
    /// count; `None` where it has neither.
    pub fn of(region: RegionId, siblings: &Layer) -> Option<Self> {
        let features = siblings.features();
        let own = features.iter().find(|feature| feature.place == Place::Region(region))?;
        // Without a prelist nothing says how much was looked at.
        if !own.shown.is_ranked() {
            return None;
        }
        let by = [Measure::Share, Measure::Count].into_iter().find(|by| by.of(own).is_some())?;
        let value = by.of(own)?;
        let values: Vec<f64> = features.iter().filter_map(|feature| by.of(feature)).collect();
        let above = values.iter().filter(|other| **other > value).count();
        Some(Self { by, place: above + 1, among: values.len() })
    }
}

/// The ends of a layer by a measure. A feature without a value is in neither; where there are few, some
/// are in both.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking<'a> {
    /// The highest value first.
    pub worst: Vec<&'a Feature>,
    /// The lowest value first.
    pub best: Vec<&'a Feature>,
}

impl<'a> Ranking<'a> {
    /// At most `limit` features at each end, equal ones in the order of their codes.
    pub fn new(layer: &'a Layer, by: Measure, limit: usize) -> Self {
        // Without a prelist a share says nothing of a place's rank.
        let is_ranked = by != Measure::Share || layer.shown_share().is_ranked();
        let features = layer.features().iter().filter(|_| is_ranked);
        let valued = features.filter_map(|feature| Some((by.of(feature)?, feature)));
        let mut ascending: Vec<(f64, &Feature)> = valued.collect();
        let mut descending = ascending.clone();
        // Both sorts are stable, and features stand in the order of their codes.
        ascending.sort_by(|one, other| one.0.total_cmp(&other.0));
        descending.sort_by(|one, other| other.0.total_cmp(&one.0));
        let first = |sorted: Vec<(f64, &'a Feature)>| {
            sorted.into_iter().take(limit).map(|(_, feature)| feature).collect()
        };
        Self { worst: first(descending), best: first(ascending) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::indicator::{Denominators, Indicators};
    use crate::protect::LayerRequest;
    use crate::protect::fixture::{self, code, leaves, tree};

    /// Enough residents for a share to be told.
    fn denominators() -> Denominators {
        let mut given = fixture::denominators();
        for denominator in given.values_mut() {
            denominator.households = denominator.households.map(|households| 2 * households);
        }
        given
    }

    fn layer(theme: &str, geography: &str, within: Option<&str>) -> Layer {
        let (tree, indicators) = (tree(), Indicators::embedded());
        let request = LayerRequest {
            theme: indicators.theme(theme).unwrap(),
            geography: geography.parse().unwrap(),
            within: within.map(|text| tree.find(code(text)).unwrap()),
            bounds: None,
            limit: None,
        };
        leaves(&tree).layer(&request, &tree, &indicators, &denominators())
    }

    fn rank(text: &str, layer: &Layer) -> Option<(&'static str, usize, usize)> {
        let rank = Rank::of(tree().find(code(text)).unwrap(), layer)?;
        Some((rank.by.name(), rank.place, rank.among))
    }

    #[test]
    fn the_highest_share_has_place_1_and_without_a_share_the_count_decides() {
        let regencies = layer("poverty", "regency", Some("01"));
        assert_eq!(rank("0101", &regencies), Some(("share", 1, 2)));
        assert_eq!(rank("0102", &regencies), Some(("share", 2, 2)));
        let provinces = layer("elderly", "province", None);
        assert_eq!(rank("02", &provinces), Some(("count", 1, 2)));
    }

    #[test]
    fn who_was_not_visited_or_has_no_figure_has_no_rank() {
        let villages = layer("poverty", "village", Some("0101001"));
        assert_eq!(rank("0101001002", &villages), None);
        assert_eq!(rank("0101001001", &villages), Some(("share", 1, 1)));
        assert_eq!(rank("01", &layer("disability", "province", None)), None);
    }

    #[test]
    fn ranks_from_both_ends_and_leaves_out_who_has_no_value() {
        let regencies = layer("poverty", "regency", None);
        let codes = |features: &[&Feature]| {
            features.iter().map(|feature| feature.code.to_string()).collect::<Vec<_>>()
        };
        let all = Ranking::new(&regencies, Measure::Count, 10);
        assert_eq!(codes(&all.worst), ["0201", "0101", "0102"]);
        assert_eq!(codes(&all.best), ["0102", "0101", "0201"]);
        let villages = layer("poverty", "village", None);
        let first = Ranking::new(&villages, Measure::Count, 1);
        assert_eq!(codes(&first.best), ["0101001001"]);
    }

    #[test]
    fn says_by_what_there_is_to_rank() {
        assert_eq!("density_km2".parse(), Ok(Measure::DensityKm2));
        let unknown = "wealth".parse::<Measure>().unwrap_err();
        assert!(unknown.to_string().contains("share, count and density_km2"));
        assert_eq!(Measure::of_layer(&layer("poverty", "regency", None)), Measure::Share);
        assert_eq!(Measure::of_layer(&layer("poverty", "hex7", None)), Measure::Count);
    }
}
