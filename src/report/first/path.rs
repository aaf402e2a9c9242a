//! The way from the nation to where one is, each step a link.

use maud::{Markup, html};

use super::First;
use crate::domain::region::RegionId;
use crate::report::words::Words;

pub fn path(first: &First<'_>, words: Words) -> Markup {
    let steps = steps(first);
    let above = steps.len().checked_sub(2).map(|above| steps[above]);
    html! {
        nav.path aria-label=(words.say("path.label", &[])) {
            @if let Some(above) = above {
                a.back.button href=(first.address.inside(above, first.tree).url()) {
                    "← " (words.say("back", &[]))
                }
            } @else {
                // As wide as the button that scripts put here, so that nothing moves.
                span.back.button.absent aria-hidden="true" { "← " (words.say("back", &[])) }
            }
            ol {
                @for step in &steps {
                    li {
                        a href=(first.address.inside(*step, first.tree).url())
                            aria-current=[(*step == first.frame.region).then_some("page")] {
                            (first.name(*step))
                        }
                    }
                }
            }
        }
    }
}

/// The nation, the regions that hold the frame, and the frame.
fn steps(first: &First<'_>) -> Vec<Option<RegionId>> {
    let above = std::iter::successors(first.frame.region, |id| first.tree.parent(*id));
    let mut steps: Vec<Option<RegionId>> = above.map(Some).collect();
    steps.push(None);
    steps.reverse();
    steps
}
