//! The bar that says how far a kilometre is.

use maud::{Markup, html};

use super::labels::tenth;
use super::view::View;
use crate::report::words::Words;

const MOST_PX: f64 = 160.0;

/// A bar of a round number of kilometres, from its upper left corner; it is 24 dots high.
pub(super) fn bar(view: &View, words: Words) -> Markup {
    let metres = round_metres(view.metres_per_px() * MOST_PX);
    let width = tenth(metres / view.metres_per_px());
    let distance = if metres >= 1000.0 {
        format!("{} km", words.whole(Some(metres / 1000.0)))
    } else {
        format!("{} m", words.whole(Some(metres)))
    };
    html! {
        path class="scale" d=(format!("M0 0v6h{width}v-6")) fill="none" stroke="#1a1a1a" stroke-width="1.2" {}
        text x=(width + 8.0) y="9" { (distance) }
    }
}

/// The largest of 1, 2 and 5 times a power of ten that is not beyond.
fn round_metres(most: f64) -> f64 {
    let power = 10_f64.powi(most.max(1.0).log10().floor() as i32);
    let steps = [5.0, 2.0, 1.0].map(|step| step * power);
    steps.into_iter().find(|metres| *metres <= most).unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_is_round() {
        assert_eq!([720.0, 1999.0, 500.0, 0.3].map(round_metres), [500.0, 1000.0, 500.0, 1.0]);
    }
}
