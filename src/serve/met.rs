//! Which areas of a map meet the conditions that its address names, and those conditions in words.

use std::collections::BTreeMap;

use super::error::ApiError;
use super::query::{find_layer, sentence};
use super::served::Served;
use crate::analyse::{Condition, ConditionError, Conditions, Measure, Met};
use crate::domain::geography::Geography;
use crate::protect::{Layer, LayerRequest};
use crate::report::words::Words;

/// The conditions of a parameter; every theme that they name must have layers in this geography.
pub(super) fn parse(
    served: &Served,
    geography: Geography,
    text: &str,
) -> Result<Conditions, ApiError> {
    let conditions: Conditions = text.parse().map_err(|error: ConditionError| sentence(&error))?;
    for condition in conditions.all() {
        find_layer(served, &condition.theme, geography)?;
    }
    Ok(conditions)
}

/// The areas of a layer that meet them.
pub(super) fn met(
    served: &Served,
    conditions: &Conditions,
    (shown, request): (&Layer, &LayerRequest<'_>),
) -> Met {
    let named = conditions.all().iter();
    let themes = named.filter_map(|condition| served.indicators.theme(&condition.theme));
    let layers = themes.map(|theme| {
        let layer = served.layer(&LayerRequest { theme, ..*request });
        (theme.name.clone(), layer)
    });
    let layers: BTreeMap<String, Layer> = layers.collect();
    Met::of(shown, conditions, &layers)
}

/// The conditions in words.
pub(super) fn said(served: &Served, conditions: &Conditions, words: Words) -> String {
    let one = |condition: &Condition| {
        let Condition { theme, of, way, value } = condition;
        let title = served.indicators.theme(theme).map(|theme| words.text(&theme.title));
        let measure = words.say(&format!("measure.{}", of.name()), &[]);
        let way = words.say(&format!("filter.{}", way.name()), &[]);
        let value = match of {
            Measure::Share => words.share(Some(*value), 0),
            Measure::Count | Measure::DensityKm2 => words.whole(Some(*value)),
        };
        format!("{} – {measure} {way} {value}", title.unwrap_or(theme))
    };
    let said: Vec<String> = conditions.all().iter().map(one).collect();
    said.join("; ")
}
