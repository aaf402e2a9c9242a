//! How the figures of an area differ between two releases, and whether that is more than their margin.
//!
//! The page says the same: `web/src/data/change.json` holds cases that both are held to.

use super::Measure;
use super::change::{by_place, key};
use crate::protect::{CoverageOf, Feature, Layer, Status};

/// What changed in an area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// [`Status::Value`] where both releases have a figure, else why one of them has none.
    pub status: Status,
    pub before: Option<f64>,
    pub now: Option<f64>,
    pub apart: Option<Apart>,
    /// The coverage of the prelist before and now, where it changed by more than a share did.
    pub coverage: Option<[f64; 2]>,
}

/// How far two figures lie apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Apart {
    /// Now less before, in the unit of the figure.
    pub by: f64,
    /// Half the width of a 95 % interval of `by`, as of two independent errors: an upper bound.
    pub margin: f64,
    /// What a map classes: points of a share (a fraction), or how much of the number before.
    pub classed: f64,
}

impl Apart {
    /// Whether it is more than its margin.
    pub fn is_clear(&self) -> bool {
        self.by.abs() > self.margin
    }
}

impl Difference {
    /// Shares are compared in points, numbers in parts of what they were.
    pub fn between(now: Option<&Feature>, before: Option<&Feature>, measure: Measure) -> Self {
        // Shares of two kinds are not compared: what was found is.
        let is_same = now.map(|it| it.shown) == before.map(|it| it.shown);
        let told = |feature: Option<&Feature>| {
            feature.filter(|it| it.status == Status::Value).map(|it| figure(it, measure, is_same))
        };
        let (after, earlier) = (told(now), told(before));
        let [now_is, before_is] = [after, earlier].map(|told| told.and_then(|(figure, _)| figure));
        let (Some(one), Some(other)) = (now_is, before_is) else {
            let statuses = [now, before].map(|it| it.map_or(Status::NoData, |it| it.status));
            let untold = statuses.into_iter().find(|status| *status != Status::Value);
            let status = untold.unwrap_or(Status::NoData);
            return Self { status, before: before_is, now: now_is, apart: None, coverage: None };
        };
        let margin = |told: Option<(_, Option<f64>)>| told.and_then(|it| it.1).unwrap_or_default();
        let by = one - other;
        let classed = match measure {
            Measure::Share => by,
            _ if other > 0.0 => by / other,
            _ if by == 0.0 => 0.0,
            _ => by.signum(),
        };
        let apart = Apart { by, margin: margin(after).hypot(margin(earlier)), classed };
        let coverage = [before, now].map(|it| it.and_then(of_prelist));
        let coverage = coverage[0].zip(coverage[1]).map(|(before, now)| [before, now]);
        let coverage = coverage
            .filter(|[before, now]| measure == Measure::Share && (now - before).abs() > by.abs());
        let status = Status::Value;
        Self { status, before: before_is, now: now_is, apart: Some(apart), coverage }
    }

    /// The differences of a layer's features, in their order, from the earlier release to the later one.
    /// `other` is the same layer of a release on the same regions, with all its features.
    pub fn of_layer(shown: &Layer, other: &Layer, measure: Measure, order: Order) -> Vec<Self> {
        let others = by_place(other);
        let between = |feature: &Feature| {
            let there = others.get(&key(feature)).copied();
            match order {
                Order::OtherIsEarlier => Self::between(Some(feature), there, measure),
                Order::OtherIsLater => Self::between(there, Some(feature), measure),
            }
        };
        shown.features().iter().map(between).collect()
    }
}

fn of_prelist(feature: &Feature) -> Option<f64> {
    let coverage = feature.coverage.filter(|it| it.of == CoverageOf::Prelist);
    coverage.map(|coverage| coverage.share)
}

/// Which of two releases is the earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    OtherIsEarlier,
    OtherIsLater,
}

#[expect(clippy::cast_precision_loss, reason = "counts are fewer than 2^52")]
fn figure(feature: &Feature, measure: Measure, is_shown: bool) -> (Option<f64>, Option<f64>) {
    match measure {
        Measure::Share if !is_shown => (feature.share, feature.share_moe95),
        Measure::Share => (feature.shown_share(), feature.shown_share_moe95()),
        Measure::Count | Measure::DensityKm2 => {
            (feature.count.map(|count| count as f64), feature.moe95)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::domain::indicator::Indicators;
    use crate::protect::fixture::{denominators, leaves, tree};
    use crate::protect::{Coverage, LayerRequest, ShownShare};

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Case {
        name: String,
        by: String,
        now: Option<Figure>,
        before: Option<Figure>,
        told: Told,
    }

    #[derive(Deserialize)]
    struct Figure {
        count: Option<i64>,
        moe95: Option<f64>,
        share: Option<f64>,
        share_moe95: Option<f64>,
        #[serde(default)]
        coverage: Option<f64>,
        status: Status,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Told {
        status: Status,
        now: Option<f64>,
        before: Option<f64>,
        apart: Option<f64>,
        margin: Option<f64>,
        classed: Option<f64>,
        is_clear: bool,
        #[serde(default)]
        coverage: Option<[f64; 2]>,
    }

    fn feature() -> Feature {
        let (tree, indicators) = (tree(), Indicators::embedded());
        let request = LayerRequest {
            theme: indicators.theme("poverty").unwrap(),
            geography: "province".parse().unwrap(),
            within: None,
            bounds: None,
            limit: None,
        };
        let layer = leaves(&tree).layer(&request, &tree, &indicators, &denominators());
        layer.features()[0].clone()
    }

    impl Figure {
        fn feature(self) -> Feature {
            let Self { count, moe95, share, share_moe95, coverage, status } = self;
            let (shown, of) = (ShownShare::Found, CoverageOf::Prelist);
            let coverage = coverage.map(|share| Coverage { share, moe95: None, of, units: 100.0 });
            Feature { count, moe95, share, share_moe95, status, shown, coverage, ..feature() }
        }
    }

    #[test]
    fn they_are_those_of_the_page() {
        let cases: Vec<Case> =
            serde_json::from_str(include_str!("../../web/src/data/change.json")).unwrap();
        assert!(cases.len() > 5);
        for Case { name, by, now, before, told } in cases {
            let measure = if by == "share" { Measure::Share } else { Measure::Count };
            let [now, before] = [now, before].map(|figure| figure.map(Figure::feature));
            let found = Difference::between(now.as_ref(), before.as_ref(), measure);
            assert_eq!(
                (found.status, found.now, found.before),
                (told.status, told.now, told.before),
                "{name}"
            );
            assert_eq!(found.apart.is_some_and(|apart| apart.is_clear()), told.is_clear, "{name}");
            assert_eq!(found.apart.is_some(), told.apart.is_some(), "{name}");
            assert_eq!(found.coverage, told.coverage, "{name}");
            let Some(apart) = found.apart else { continue };
            for (is, told) in
                [(apart.by, told.apart), (apart.margin, told.margin), (apart.classed, told.classed)]
            {
                assert!((is - told.unwrap()).abs() < 1e-12, "{name}: {is} for {told:?}");
            }
        }
    }
}
