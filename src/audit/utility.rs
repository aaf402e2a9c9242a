//! What public figures are worth: how far they lie from the exact ones, by level and table.

use std::collections::BTreeSet;

use h3o::Resolution;
use serde::Serialize;

use super::case::{Case, Class};
use crate::domain::region::{Level, RegionId};
use crate::domain::table::Table;
use crate::protect::on_tree::OnTree;
use crate::protect::policy::TreeLevel;

/// What the figures of a release are worth.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Utility {
    pub errors: Vec<Errors>,
    pub small_counts: Vec<Bias>,
    pub poorest: Vec<Rank>,
    pub shown: Vec<Shown>,
}

/// The errors of one table in one level.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Errors {
    pub table: Table,
    pub level: &'static str,
    pub figures: usize,
    /// The mean of the exact figures.
    pub exact: f64,
    /// The mean of the errors without their sign.
    pub mean: f64,
    /// What 95 % of them do not exceed.
    pub most_95: f64,
    pub bias: f64,
    /// How many exact figures are 10 or more.
    pub large: usize,
    /// How many of them lie within the margin.
    pub large_covered: usize,
    /// The same in percent; `None` where they are fewer than 20.
    pub covered: Option<f64>,
}

/// What becomes of exact counts of a size, on average.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bias {
    pub table: Table,
    pub level: &'static str,
    pub from: i64,
    pub to: i64,
    pub figures: usize,
    pub bias: f64,
}

/// How many of the poorest villages are found by told figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rank {
    /// The poorest so many.
    pub villages: usize,
    /// Of them, the share that is among as many by told figures, in percent.
    pub found: f64,
}

/// How many of the households with a position stand in hexagons that are shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shown {
    /// `None` for the nation.
    pub province: Option<String>,
    pub positioned: i64,
    /// In hexagons of resolution 4 to 7, in percent.
    pub hex4_to_7: f64,
    /// In those of resolution 8.
    pub hex8: f64,
}

/// Measures a release.
pub fn measure(case: &Case<'_>) -> Utility {
    let places = places(case);
    let (mut errors, mut small_counts) = (Vec::new(), Vec::new());
    for table in &Table::ALL[1..] {
        for (level, places) in &places {
            errors.extend(of_table(case, *table, (*level, places)));
            if ["village", "hex7", "hex8"].contains(level) {
                small_counts.extend(biases(case, *table, (*level, places)));
            }
        }
    }
    Utility { errors, small_counts, poorest: poorest(case), shown: shown(case) }
}

type Places = Vec<Vec<usize>>;

fn places(case: &Case<'_>) -> Vec<(&'static str, Places)> {
    let of_level = |level: TreeLevel| -> Places {
        case.nodes(level).into_iter().map(|node| vec![node]).collect()
    };
    let nation = std::iter::once(TreeLevel::Nation);
    let levels = nation.chain(Level::ALL.map(TreeLevel::Region));
    let mut places: Vec<_> = levels.map(|level| (level.name(), of_level(level))).collect();
    let sizes = [
        ("hex4", Resolution::Four),
        ("hex5", Resolution::Five),
        ("hex6", Resolution::Six),
        ("hex7", Resolution::Seven),
        ("hex8", Resolution::Eight),
    ];
    places.extend(sizes.map(|(name, size)| (name, case.hexagons(size).into_values().collect())));
    places
}

/// An error, its margin if it can be told, and the exact figure.
struct Figure {
    error: f64,
    margin: f64,
    exact: i64,
}

fn figures(case: &Case<'_>, table: Table, places: &Places) -> Vec<Figure> {
    let mut figures = Vec::new();
    for (class, columns) in case.classes(table) {
        for nodes in places {
            let Some(margin) = case.margins.moe95(columns, nodes.iter().copied()) else { continue };
            let exact = case.exact(class, nodes);
            figures.push(Figure { error: (case.told(class, nodes) - exact) as f64, margin, exact });
        }
    }
    figures
}

fn of_table(
    case: &Case<'_>,
    table: Table,
    (level, places): (&'static str, &Places),
) -> Option<Errors> {
    let figures = figures(case, table, places);
    if figures.is_empty() {
        return None;
    }
    let count = figures.len() as f64;
    let mean = |of: fn(&Figure) -> f64| figures.iter().map(of).sum::<f64>() / count;
    let mut sizes: Vec<f64> = figures.iter().map(|figure| figure.error.abs()).collect();
    sizes.sort_unstable_by(f64::total_cmp);
    let large: Vec<&Figure> = figures.iter().filter(|figure| figure.exact >= 10).collect();
    let large_covered = large.iter().filter(|it| it.error.abs() <= it.margin).count();
    let covered = 100.0 * large_covered as f64 / large.len() as f64;
    Some(Errors {
        table,
        level,
        figures: figures.len(),
        exact: mean(|figure| figure.exact as f64),
        mean: mean(|figure| figure.error.abs()),
        most_95: sizes[(sizes.len() * 19).div_ceil(20) - 1],
        bias: mean(|figure| figure.error),
        large: large.len(),
        large_covered,
        covered: (large.len() >= 20).then_some(covered),
    })
}

fn biases(case: &Case<'_>, table: Table, (level, places): (&'static str, &Places)) -> Vec<Bias> {
    let figures = figures(case, table, places);
    let of = |(from, to): (i64, i64)| {
        let errors = figures.iter().filter(|figure| (from..=to).contains(&figure.exact));
        let errors: Vec<f64> = errors.map(|figure| figure.error).collect();
        let bias = errors.iter().sum::<f64>() / errors.len() as f64;
        (!errors.is_empty()).then_some(Bias { table, level, from, to, figures: errors.len(), bias })
    };
    [(0, 0), (1, 4), (5, 9), (10, 19), (20, 49)].into_iter().filter_map(of).collect()
}

/// The villages with the most poor households, by exact and by told figures.
fn poorest(case: &Case<'_>) -> Vec<Rank> {
    let villages = case.nodes(TreeLevel::Region(Level::Village));
    let poor = Class { table: Table::Welfare, class: 0 };
    let ranked = |figure: &dyn Fn(usize) -> i64| -> Vec<usize> {
        let mut ranked = villages.clone();
        ranked.sort_by_key(|village| std::cmp::Reverse(figure(*village)));
        ranked
    };
    let exact = ranked(&|village| case.exact(poor, &[village]));
    let told = ranked(&|village| case.told(poor, &[village]));
    let of = |villages: usize| {
        let truly: BTreeSet<usize> = exact[..villages].iter().copied().collect();
        let found = told[..villages].iter().filter(|village| truly.contains(village)).count();
        Rank { villages, found: 100.0 * found as f64 / villages as f64 }
    };
    let sizes = [exact.len().div_ceil(100), exact.len().div_ceil(10), exact.len().div_ceil(5)];
    sizes.into_iter().filter(|size| *size > 0).map(of).collect()
}

fn shown(case: &Case<'_>) -> Vec<Shown> {
    let tree = case.tree();
    let on_tree = OnTree::new(case.exact_leaves, tree);
    let provinces = case.regions.level(Level::Province).count();
    // Households with a position, in a hexagon 7 that is shown, and in a hexagon 8; the nation at last.
    let mut sums = vec![[0_i64; 3]; provinces + 1];
    for (place, households, leaf) in on_tree.positioned() {
        let province =
            case.regions.ancestor(place, Level::Province).map_or(provinces, RegionId::index);
        let hexagon = tree.place(leaf).hexagon;
        let is_small = hexagon.is_some_and(|cell| cell.resolution() == Resolution::Eight);
        for at in [province.min(provinces), provinces] {
            sums[at][0] += households;
            sums[at][1] += if hexagon.is_some() { households } else { 0 };
            sums[at][2] += if is_small { households } else { 0 };
        }
    }
    let name =
        |at: usize| case.regions.level(Level::Province).nth(at).map(|(_, it)| it.code.to_string());
    let percent = |part: i64, all: i64| 100.0 * part as f64 / all.max(1) as f64;
    let shown = |(at, [positioned, large, small]): (usize, [i64; 3])| Shown {
        province: name(at),
        positioned,
        hex4_to_7: percent(large, positioned),
        hex8: percent(small, positioned),
    };
    sums.into_iter().enumerate().map(shown).filter(|shown| shown.positioned > 0).collect()
}
