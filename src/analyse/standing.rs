//! Whether a place is better or worse off than a larger one, as far as margins let that be told.

use super::figures::Figures;
use crate::protect::Status;

/// How a share stands beside another; a smaller one is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Better,
    Worse,
    /// They are not further apart than their margin.
    NoClearDifference,
}

impl Standing {
    /// How figures stand beside others; `None` where one of the two has no share.
    ///
    /// The margin of the difference is that of two independent errors, the root of the sum of both squares. A
    /// region is a part of the larger one, whose error holds its own, so the margin is rather too wide.
    pub fn of(own: &Figures, other: &Figures) -> Option<Self> {
        let is_told = |figures: &Figures| figures.status == Status::Value;
        let is_compared = |figures: &Figures| is_told(figures) && figures.shown_share.is_ranked();
        let share = |figures: &Figures| figures.shown().0.filter(|_| is_compared(figures));
        let apart = share(own)? - share(other)?;
        let [own, other] = [own, other].map(|figures| figures.shown().1.unwrap_or_default());
        Some(match apart {
            _ if apart.abs() <= own.hypot(other) => Self::NoClearDifference,
            _ if apart > 0.0 => Self::Worse,
            _ => Self::Better,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::protect::{OtherShares, ShownShare};

    fn figures(share: Option<f64>, share_moe95: Option<f64>) -> Figures {
        Figures {
            households: 100,
            known_households: None,
            known_of: None,
            count: Some(50),
            moe95: Some(3.0),
            share,
            share_moe95,
            share_of: None,
            other_shares: OtherShares::default(),
            shown_share: ShownShare::Found,
            coverage: None,
            coverage_moe95: None,
            coverage_of: None,
            density_km2: None,
            status: Status::Value,
            breakdown: BTreeMap::new(),
            rates: BTreeMap::new(),
        }
    }

    #[test]
    fn more_is_worse_where_it_is_more_than_the_margins() {
        let of = |own, other| {
            Standing::of(&figures(Some(own), Some(0.03)), &figures(Some(other), Some(0.04)))
        };
        assert_eq!(of(0.30, 0.24), Some(Standing::Worse));
        assert_eq!(of(0.24, 0.30), Some(Standing::Better));
        assert_eq!(of(0.30, 0.26), Some(Standing::NoClearDifference));
    }

    #[test]
    fn exact_shares_have_no_margin_and_equal_ones_do_not_differ() {
        let exact = |share| figures(Some(share), None);
        assert_eq!(Standing::of(&exact(0.31), &exact(0.3)), Some(Standing::Worse));
        assert_eq!(Standing::of(&exact(0.3), &exact(0.3)), Some(Standing::NoClearDifference));
    }

    #[test]
    fn what_was_not_enough_surveyed_is_neither_better_nor_worse() {
        let told = figures(Some(0.3), None);
        let low = Figures { status: Status::NotEnoughSurveyed, ..figures(Some(0.003), None) };
        assert_eq!([Standing::of(&low, &told), Standing::of(&told, &low)], [None, None]);
        let without = Figures { shown_share: ShownShare::Surveyed, ..figures(Some(0.003), None) };
        assert_eq!(Standing::of(&without, &told), None);
    }

    #[test]
    fn without_a_share_nothing_is_compared() {
        let (told, untold) = (figures(Some(0.3), None), figures(None, None));
        let few = Figures { status: Status::Below10, ..told.clone() };
        assert_eq!([&untold, &few].map(|own| Standing::of(own, &told)), [None, None]);
        assert_eq!(Standing::of(&told, &untold), None);
    }
}
