//! What changed since another release, place by place.

use std::collections::HashMap;

use serde::Serialize;

use super::figures::Figures;
use crate::protect::{Feature, Layer, Place};

/// How the count of a place differs from that of another release.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Change {
    /// The count of the other release; `None` where it tells none.
    pub previous: Option<i64>,
    /// The count less the previous one.
    pub change: Option<i64>,
    /// Half the width of a 95 % interval of the change.
    pub change_moe95: Option<f64>,
    /// The coverage less the previous one, where both are of the same.
    pub coverage_change: Option<f64>,
}

impl Change {
    /// The change of a count with its margin.
    ///
    /// The margin is that of two independent errors: the root of the sum of both squares. Where a place
    /// did not change between the releases its noise is the same in both and falls out of the difference,
    /// so the margin is an upper bound.
    pub fn between(
        (count, moe95): (Option<i64>, Option<f64>),
        (previous, previous_moe95): (Option<i64>, Option<f64>),
    ) -> Self {
        let difference = |count: i64| previous.map(|previous| count - previous);
        let hypotenuse = |moe95: f64| previous_moe95.map(|previous| moe95.hypot(previous));
        Self {
            previous,
            change: count.and_then(difference),
            change_moe95: moe95.and_then(hypotenuse),
            coverage_change: None,
        }
    }

    /// The change of figures; `before` are those of the other release.
    pub fn of_figures(now: &Figures, before: &Figures) -> Self {
        let is_same = now.coverage_of == before.coverage_of;
        let coverages = now.coverage.zip(before.coverage).filter(|_| is_same);
        Self {
            coverage_change: coverages.map(|(now, before)| now - before),
            ..Self::between((now.count, now.moe95), (before.count, before.moe95))
        }
    }

    /// The changes of a layer's features, in their order. `before` is the same layer of a release on the
    /// same regions, with all its features.
    pub fn of_layer(now: &Layer, before: &Layer) -> Vec<Self> {
        let told = |feature: &Feature| (feature.count, feature.moe95);
        let before = by_place(before);
        let change = |feature: &Feature| {
            let previous = before.get(&key(feature));
            let coverage = |feature: &Feature| feature.coverage.map(|it| (it.share, it.of));
            let coverages = coverage(feature).zip(previous.and_then(|it| coverage(it)));
            let coverages = coverages.filter(|((_, of), (_, before))| of == before);
            Self {
                coverage_change: coverages.map(|((now, _), (before, _))| now - before),
                ..Self::between(told(feature), previous.map_or((None, None), |it| told(it)))
            }
        };
        now.features().iter().map(change).collect()
    }
}

/// A place, and whether it is the rest of one.
pub(super) type Key = (u64, bool);

/// The features of a layer by their place.
pub(super) fn by_place(layer: &Layer) -> HashMap<Key, &Feature> {
    layer.features().iter().map(|feature| (key(feature), feature)).collect()
}

/// Within a layer all places are regions or all are hexagons; the rest of a hexagon is another place than
/// the hexagon.
pub(super) fn key(feature: &Feature) -> Key {
    let place = match feature.place {
        Place::Region(id) => id.0.into(),
        Place::Hexagon(cell) => cell.into(),
    };
    (place, feature.rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_has_the_margin_of_two_independent_errors() {
        let change = Change::between((Some(14), Some(3.0)), (Some(11), Some(4.0)));
        let expected = Change {
            previous: Some(11),
            change: Some(3),
            change_moe95: Some(5.0),
            coverage_change: None,
        };
        assert_eq!(change, expected);
    }

    #[test]
    fn what_one_of_the_two_does_not_tell_has_no_change() {
        let new = Change::between((Some(14), Some(3.0)), (None, None));
        assert_eq!(new, Change::default());
        let gone = Change::between((None, None), (Some(11), Some(4.0)));
        assert_eq!((gone.previous, gone.change, gone.change_moe95), (Some(11), None, None));
    }
}
