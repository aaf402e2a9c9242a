//! The hatches of areas without a class.

use maud::{Markup, html};

use super::path::TENTHS;
use crate::protect::Status;
use crate::report::colours::{Hatch, Marks, hatch};
use crate::report::legend::UNTOLD;

/// The side of a hatch's tile, in tenths of a dot.
const SIDE: i32 = 8 * TENTHS;

/// The patterns by which areas are filled that stand in a group whose unit is a tenth of a dot.
pub(super) fn patterns() -> Markup {
    html! {
        defs {
            @for status in UNTOLD {
                @if let Some(hatch) = hatch(status) {
                    pattern id=(name(status)) width=(SIDE) height=(SIDE) patternUnits="userSpaceOnUse" {
                        rect width=(SIDE) height=(SIDE) fill=(hatch.ground) {}
                        (marks(hatch))
                    }
                }
            }
        }
    }
}

fn marks(hatch: &Hatch) -> Markup {
    let (side, out, far) = (SIDE, SIDE / 8, SIDE + SIDE / 8);
    let rising = format!(
        "M{} {out}L{out} {}M0 {side}L{side} 0M{} {far}L{far} {}",
        -out,
        -out,
        side - out,
        side - out
    );
    let falling = format!(
        "M{} {}L{far} {out}M0 0L{side} {side}M{} {}L{out} {far}",
        side - out,
        -out,
        -out,
        side - out
    );
    match hatch.marks {
        Marks::Dots => {
            html! { circle cx=(side / 2) cy=(side / 2) r=(side / 5) fill=(hatch.ink) {} }
        }
        Marks::Lines => html! { path d=(rising) stroke=(hatch.ink) stroke-width="9" {} },
        Marks::Bars => html! {
            path d=(format!("M0 {}H{side}", side / 2)) stroke=(hatch.ink) stroke-width="12" {}
        },
        Marks::Crosses => html! {
            path d=(format!("{rising}{falling}")) stroke=(hatch.ink) stroke-width="9" {}
        },
    }
}

/// What an area of a status is filled with; `None` where it has a figure.
pub(super) fn fill(status: Status) -> Option<String> {
    hatch(status).map(|_| format!("url(#{})", name(status)))
}

fn name(status: Status) -> String {
    format!("sebaran-{}", status.name())
}
