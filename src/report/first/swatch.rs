//! The colour of a class, or the hatch of what has none.

use maud::{Markup, html};

use crate::protect::Status;
use crate::report::colours::{Marks, hatch};

/// A class's colour.
pub fn of_colour(colour: &str) -> Markup {
    html! { svg.swatch width="22" height="16" aria-hidden="true" { (ground(colour)) } }
}

/// The hatch of what has no class, as the map has it; nothing for what has one.
pub fn of_status(status: Status) -> Markup {
    let Some(hatch) = hatch(status) else { return html! {} };
    let dots = [5, 11, 17].into_iter().flat_map(|x| [5, 11].map(|y| (x, y)));
    let lines = "M1 9 9 1M5 15 19 1M13 15 21 7";
    let crossing = "M1 7 9 15M3 1 17 15M13 1 21 9";
    let line = |way| html! { path d=(way) stroke=(hatch.ink) stroke-width="1.4" fill="none" {} };
    html! {
        svg.swatch width="22" height="16" aria-hidden="true" {
            (ground(&hatch.ground))
            @match hatch.marks {
                Marks::Dots => { @for (x, y) in dots { circle cx=(x) cy=(y) r="1.6" fill=(hatch.ink) {} } }
                Marks::Lines => (line(lines)),
                Marks::Bars => (line("M1 5H21M1 11H21")),
                Marks::Crosses => { (line(lines)) (line(crossing)) }
            }
        }
    }
}

fn ground(colour: &str) -> Markup {
    html! { rect x="0.5" y="0.5" width="21" height="15" fill=(colour) stroke="#767676" {} }
}
