//! What the columns of a layer's table are called and what they hold: `data/columns.toml`, parsed.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::domain::indicator::{Bilingual, Theme};
use crate::report::words::Words;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    title: Bilingual,
    says: Bilingual,
}

static COLUMNS: LazyLock<BTreeMap<String, Described>> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../data/columns.toml")).expect("a test reads the columns")
});

/// A column as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    /// As the layer's CSV names it.
    pub name: String,
    pub title: String,
    /// Empty where the title says it.
    pub says: String,
}

impl Column {
    /// A column of a theme's layers, by its name.
    pub fn of(name: &str, theme: &Theme, words: Words) -> Self {
        let (title, says) = match COLUMNS.get(name) {
            Some(described) => {
                (words.text(&described.title).to_owned(), words.text(&described.says).to_owned())
            }
            None => (of_theme(name, theme, words), String::new()),
        };
        Self { name: name.to_owned(), title, says }
    }
}

/// A rate has its title in the table of indicators, a column of the breakdown in the page's words.
fn of_theme(name: &str, theme: &Theme, words: Words) -> String {
    let rate = theme.rates.iter().find(|rate| rate.name == name);
    rate.map_or_else(
        || words.say(&format!("column.{name}"), &[]),
        |rate| words.text(&rate.title).to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::indicator::Indicators;
    use crate::encode::{CHANGE, ORIGIN};
    use crate::protect::Field;
    use crate::report::words::Language;

    #[test]
    fn every_column_of_every_theme_has_a_title_of_its_own_in_both_languages() {
        for theme in Indicators::embedded().themes {
            for language in Language::ALL {
                let fields = Field::all(&theme).into_iter().map(|field| field.name);
                let names = fields.chain(ORIGIN.into_iter().chain(CHANGE).map(str::to_owned));
                let columns = names.map(|name| Column::of(&name, &theme, Words::of(language)));
                let mut titles: Vec<String> = columns.map(|column| column.title).collect();
                let all = titles.len();
                titles.sort();
                titles.dedup();
                assert_eq!(titles.len(), all, "{}: {titles:?}", theme.name);
                assert!(titles.iter().all(|title| !title.contains("column.")), "{titles:?}");
            }
        }
    }
}
