//! How the figures of an area differ between two releases, and whether that is more than their margin: the page's
//! `web/src/data/change.ts`.

use super::Measure;
use super::change::{by_place, key};
use crate::protect::{Feature, Layer, Status};

/// What changed in an area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// [`Status::Value`] where both releases have a figure, else why one of them has none.
    pub status: Status,
    pub before: Option<f64>,
    pub now: Option<f64>,
    pub apart: Option<Apart>,
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
        let told = |feature: Option<&Feature>| {
            feature.filter(|it| it.status == Status::Value).map(|it| figure(it, measure))
        };
        let (after, earlier) = (told(now), told(before));
        let [now_is, before_is] = [after, earlier].map(|told| told.and_then(|(figure, _)| figure));
        let (Some(one), Some(other)) = (now_is, before_is) else {
            let statuses = [now, before].map(|it| it.map_or(Status::NoData, |it| it.status));
            let untold = statuses.into_iter().find(|status| *status != Status::Value);
            let status = untold.unwrap_or(Status::NoData);
            return Self { status, before: before_is, now: now_is, apart: None };
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
        Self { status: Status::Value, before: before_is, now: now_is, apart: Some(apart) }
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

/// Which of two releases is the earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    OtherIsEarlier,
    OtherIsLater,
}

#[expect(clippy::cast_precision_loss, reason = "counts are fewer than 2^52")]
fn figure(feature: &Feature, measure: Measure) -> (Option<f64>, Option<f64>) {
    match measure {
        Measure::Share => (feature.share, feature.share_moe95),
        Measure::Count | Measure::DensityKm2 => {
            (feature.count.map(|count| count as f64), feature.moe95)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::indicator::Indicators;
    use crate::protect::LayerRequest;
    use crate::protect::fixture::{denominators, leaves, tree};

    fn features() -> Vec<Feature> {
        let (tree, indicators) = (tree(), Indicators::embedded());
        let request = LayerRequest {
            theme: indicators.theme("poverty").unwrap(),
            geography: "province".parse().unwrap(),
            within: None,
            bounds: None,
            limit: None,
        };
        let layer = leaves(&tree).layer(&request, &tree, &indicators, &denominators());
        layer.features().to_vec()
    }

    fn told(count: i64, moe95: f64, share: f64, share_moe95: f64) -> Feature {
        Feature {
            count: Some(count),
            moe95: Some(moe95),
            share: Some(share),
            share_moe95: Some(share_moe95),
            status: Status::Value,
            ..features()[0].clone()
        }
    }

    #[test]
    fn shares_differ_in_points_and_numbers_in_parts_of_what_they_were() {
        let (now, before) = (told(120, 3.0, 0.3, 0.03), told(100, 4.0, 0.2, 0.04));
        let of = |measure| Difference::between(Some(&now), Some(&before), measure).apart.unwrap();
        let share = of(Measure::Share);
        assert!((share.classed - 0.1).abs() < 1e-12 && share.is_clear());
        assert!((share.margin - 0.05).abs() < 1e-12);
        let count = of(Measure::Count);
        assert_eq!((count.by, count.margin, count.classed), (20.0, 5.0, 0.2));
    }

    #[test]
    fn what_is_within_its_margin_is_not_clear_and_what_one_does_not_tell_has_its_status() {
        let (now, before) = (told(104, 3.0, 0.24, 0.03), told(100, 4.0, 0.2, 0.04));
        let same = Difference::between(Some(&now), Some(&before), Measure::Share);
        assert!(!same.apart.unwrap().is_clear());
        let hidden = Feature { status: Status::Below10, ..now.clone() };
        let lost = Difference::between(Some(&hidden), Some(&before), Measure::Share);
        assert_eq!((lost.status, lost.now, lost.before), (Status::Below10, None, Some(0.2)));
        let gone = Difference::between(None, Some(&before), Measure::Count);
        assert_eq!((gone.status, gone.apart), (Status::NoData, None));
    }
}
