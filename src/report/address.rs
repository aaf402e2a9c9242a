//! What the page shows, as its address says it, in the names that its scripts read and write.

use crate::analyse::Measure;
use crate::domain::code::RegionCode;
use crate::domain::geography::{Geography, HexagonSize};
use crate::domain::indicator::{Indicators, Theme};
use crate::domain::region::{Level, RegionId, RegionTree, Slug};
use crate::protect::PlaceCode;
use crate::report::colours::Palette;
use crate::report::words::Language;

/// In what a region is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Areas {
    Regions(Level),
    /// Their size follows the scale of the map.
    Hexagons,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    Map,
    Table,
}

/// A column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Name,
    Households,
    Coverage,
    Count,
    Share,
    Density,
    /// The one that is on the map.
    Figure,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    SmallestFirst,
    LargestFirst,
}

/// All that an address holds. What it has wrong is the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub language: Language,
    pub theme: String,
    pub areas: Areas,
    /// The region whose parts are shown; `None` for the nation.
    pub within: Option<RegionCode>,
    /// The chosen area.
    pub area: Option<PlaceCode>,
    /// [`Measure::Share`] or [`Measure::Count`].
    pub measure: Measure,
    pub palette: Palette,
    pub view: View,
    pub sort: (Column, Order),
    /// The release, where the address names one.
    pub release: Option<Slug>,
    /// Another release whose classes the map has.
    pub classes: Option<Slug>,
}

impl Areas {
    const ALL: [Self; 5] = [
        Self::Regions(Level::Province),
        Self::Regions(Level::Regency),
        Self::Regions(Level::District),
        Self::Regions(Level::Village),
        Self::Hexagons,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Regions(level) => level.name(),
            Self::Hexagons => "hexagon",
        }
    }

    /// What a region of this level, or the nation, can be shown in: two levels below it, so that a table
    /// stays one that can be read, and hexagons where the theme has some. A village is shown by itself
    /// where there is nothing else.
    pub fn offered(level: Option<Level>, theme: &Theme, tree: &RegionTree) -> Vec<Self> {
        let is_below = |below: &Level| level.is_none_or(|level| *below > level);
        let levels = Level::ALL.into_iter().filter(|below| *below <= tree.deepest());
        let mut offered: Vec<Self> = levels.filter(is_below).take(2).map(Self::Regions).collect();
        if has_hexagons(theme) {
            offered.push(Self::Hexagons);
        } else if offered.is_empty() {
            offered.push(Self::Regions(tree.deepest()));
        }
        offered
    }
}

fn has_hexagons(theme: &Theme) -> bool {
    theme.check_geography(Geography::Hexagon(HexagonSize::Hex7)).is_ok()
}

/// The level of the parts of a region of this level, or of the nation.
pub fn below(level: Option<Level>, tree: &RegionTree) -> Option<Level> {
    let is_below = |below: &Level| level.is_none_or(|level| *below > level);
    Level::ALL.into_iter().filter(|below| *below <= tree.deepest()).find(is_below)
}

impl Column {
    pub const ALL: [Self; 7] = [
        Self::Name,
        Self::Households,
        Self::Coverage,
        Self::Count,
        Self::Share,
        Self::Density,
        Self::Figure,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Households => "households",
            Self::Coverage => "coverage",
            Self::Count => "count",
            Self::Share => "share",
            Self::Density => "density",
            Self::Figure => "figure",
        }
    }
}

impl Address {
    /// Reads an address; `preferred` is the language where it names none.
    pub fn parse(
        parameters: &[(String, String)],
        preferred: Language,
        tree: &RegionTree,
        indicators: &Indicators,
    ) -> Self {
        let given = |name: &str| {
            let found = parameters.iter().find(|(given, _)| given == name);
            found.map_or("", |(_, value)| value.as_str())
        };
        let theme = indicators.theme(given("theme")).or_else(|| indicators.theme("poverty"));
        let theme = theme.or(indicators.themes.first()).expect("the table has themes");
        let within = region(given("within"), tree);
        let level = within.map(|id| tree.get(id).level);
        let offered = Areas::offered(level, theme, tree);
        let asked = Areas::ALL.into_iter().find(|areas| areas.name() == given("geography"));
        let asked = asked.unwrap_or(Areas::Regions(Level::Province));
        let areas = if offered.contains(&asked) { asked } else { offered[0] };
        Self {
            language: given("lang").parse().unwrap_or(preferred),
            theme: theme.name.clone(),
            areas,
            within: within.map(|id| tree.get(id).code),
            area: area(given("area"), tree),
            measure: match given("measure") {
                "count" => Measure::Count,
                _ => Measure::Share,
            },
            palette: given("palette").parse().unwrap_or_default(),
            view: if given("view") == "table" { View::Table } else { View::Map },
            sort: sort(given("sort")),
            release: given("release").parse().ok(),
            classes: given("classes").parse().ok(),
        }
    }

    /// The same with something else.
    pub fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut other = self.clone();
        change(&mut other);
        other
    }

    /// A region's parts: what holds it is left, and it is the chosen area.
    pub fn inside(&self, region: Option<RegionId>, tree: &RegionTree) -> Self {
        let level = region.map(|id| tree.get(id).level);
        let code = region.map(|id| tree.get(id).code);
        self.with(|address| {
            address.within = code;
            address.area = code.map(PlaceCode::Region);
            address.areas = below(level, tree).map_or(Areas::Hexagons, Areas::Regions);
        })
    }

    /// The parameters: the language always, the rest where it is not the default.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut given = vec![("lang", self.language.name().to_owned())];
        let mut add = |name, value: String, default: &str| {
            if value != default {
                given.push((name, value));
            }
        };
        add("theme", self.theme.clone(), "poverty");
        add("geography", self.areas.name().to_owned(), "province");
        add("within", self.within.map_or_else(String::new, |code| code.to_string()), "");
        add("area", self.area.map_or_else(String::new, |code| code.to_string()), "");
        add("measure", self.measure.name().to_owned(), "share");
        add("palette", self.palette.name().to_owned(), "theme");
        add("view", view_name(self.view).to_owned(), "map");
        let sign = if self.sort.1 == Order::LargestFirst { "-" } else { "" };
        add("sort", format!("{sign}{}", self.sort.0.name()), "-figure");
        for (name, release) in [("release", &self.release), ("classes", &self.classes)] {
            add(name, release.as_ref().map_or_else(String::new, ToString::to_string), "");
        }
        given
    }

    /// The address. No value needs to be escaped in it: they are names, codes and digits.
    pub fn url(&self) -> String {
        let pairs = self.parameters();
        let pairs: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("/?{}", pairs.join("&"))
    }
}

pub const fn view_name(view: View) -> &'static str {
    match view {
        View::Map => "map",
        View::Table => "table",
    }
}

fn region(text: &str, tree: &RegionTree) -> Option<RegionId> {
    text.parse().ok().and_then(|code| tree.find(code))
}

/// Digits of a hexagon's index.
const INDEX_DIGITS: usize = 15;

fn area(text: &str, tree: &RegionTree) -> Option<PlaceCode> {
    let region = region(text, tree).map(|id| PlaceCode::Region(tree.get(id).code));
    let hexagon = || {
        let cell = (text.len() == INDEX_DIGITS).then(|| text.parse().ok()).flatten();
        cell.map(PlaceCode::Hexagon)
    };
    region.or_else(hexagon)
}

fn sort(text: &str) -> (Column, Order) {
    let (order, name) = match text.strip_prefix('-') {
        Some(name) => (Order::LargestFirst, name),
        None => (Order::SmallestFirst, text),
    };
    let column = Column::ALL.into_iter().find(|column| column.name() == name);
    column.map_or((Column::Figure, Order::LargestFirst), |column| (column, order))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protect::fixture::tree;

    fn parsed(query: &str) -> Address {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let pairs: Vec<_> =
            pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Address::parse(&pairs, Language::En, &tree(), &Indicators::embedded())
    }

    #[test]
    fn what_is_shown_comes_back_from_its_address() {
        let query = "lang=id&theme=elderly&geography=district&within=0101&area=0101001&measure=count\
                     &palette=contrast&view=table&sort=-households&release=2021-05&classes=2020";
        assert_eq!(parsed(query).url(), format!("/?{query}"));
        assert_eq!(parsed("").url(), "/?lang=en");
    }

    #[test]
    fn what_an_address_has_wrong_is_the_default() {
        let wrong = "lang=fr&theme=wealth&geography=street&within=77&area=<b>&measure=3&palette=&view=3d\
                     &sort=-secret&release=../x&classes=B";
        assert_eq!(parsed(wrong), parsed(""));
    }

    #[test]
    fn a_region_is_shown_in_two_levels_below_it_and_in_hexagons_where_there_are_some() {
        let areas = |query| parsed(query).areas.name();
        assert_eq!(areas("geography=village"), "province");
        assert_eq!(areas("geography=village&within=0101"), "village");
        assert_eq!(areas("within=0101001001"), "hexagon");
        assert_eq!(areas("within=0101001001&theme=visits"), "village");
        assert_eq!(areas("geography=hexagon&theme=visits"), "province");
    }
}
