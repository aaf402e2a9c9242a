//! Is everything public a sum of the public leaves, and do all sums close?

use std::collections::BTreeMap;

use super::Attack;
use super::case::{Case, Class};
use crate::domain::geography::{Geography, HexagonSize};
use crate::domain::indicator::{CubeColumn, Denominators, Indicators, KnownOf, KnownSpec, Theme};
use crate::domain::table::Table;
use crate::protect::tree::NATION;
use crate::protect::{Layer, LayerRequest, Place};

/// Computes every layer once more from the figures of the tree, and adds up what layers say.
pub fn attack(case: &Case<'_>) -> Attack {
    let indicators = Indicators::embedded();
    let mut checked = Checked::default();
    for theme in &indicators.themes {
        for geography in theme.geographies() {
            let layer = whole(case, theme, geography, &indicators);
            checked.layer(case, &layer);
        }
    }
    let Checked { layers, figures, faults } = checked;
    Attack {
        name: "recompute",
        tried: "computes every layer once more from the public leaves alone, and adds the figures up",
        found: vec![("layers".to_owned(), layers), ("figures".to_owned(), figures)],
        allowed: "each figure the sum of its leaves, none below 0, and every layer closes to the nation",
        faults,
        doubts: Vec::new(),
    }
}

/// A layer of the public leaves, whole.
pub fn whole(
    case: &Case<'_>,
    theme: &Theme,
    geography: Geography,
    indicators: &Indicators,
) -> Layer {
    let request = LayerRequest { theme, geography, within: None, bounds: None, limit: None };
    case.public.layer(&request, case.regions, indicators, &Denominators::new())
}

#[derive(Default)]
struct Checked {
    layers: f64,
    figures: f64,
    faults: Vec<String>,
}

impl Checked {
    fn layer(&mut self, case: &Case<'_>, layer: &Layer) {
        let name = format!("{}-{}", layer.theme().name, layer.geography());
        self.layers += 1.0;
        let nodes = nodes_of(case, layer.geography());
        let counted = classes_of(case, layer.theme().count_columns(layer.threshold()));
        let all = classes_of(case, &CubeColumn::HOUSEHOLDS);
        let columns = layer.theme().breakdown.iter();
        let columns: Vec<_> = columns.map(|column| classes_of(case, &[*column])).collect();
        let known = layer.theme().known.map(|known| Knowledge::of(case, known));
        for feature in layer.features() {
            let own = nodes.get(&key(feature.place)).map(Vec::as_slice).unwrap_or_default();
            let households = sum(case, &all, own);
            let count = feature.count.map(|_| sum(case, &counted, own));
            let broken_down = columns.iter().zip(&feature.breakdown);
            let is_told = broken_down
                .clone()
                .all(|(classes, told)| told.is_none_or(|told| told == sum(case, classes, own)));
            let is_known = feature.known.is_none_or(|told| {
                known
                    .as_ref()
                    .is_some_and(|known| known.sum(case, own) == (told.households, told.of))
            });
            let is_same = feature.households == households && feature.count == count;
            let is_same = is_same && is_told && is_known;
            self.figures += 1.0 + f64::from(u8::from(count.is_some()));
            self.figures += broken_down.filter(|(_, told)| told.is_some()).count() as f64;
            if !is_same || households < 0 || count.is_some_and(|count| count < 0) {
                self.faults.push(format!("{name}: {} is no sum of leaves", feature.code));
            }
        }
        let totals = layer.totals();
        let parts = [totals.left_out, totals.elsewhere, totals.unplaced, totals.without_hexagon];
        let nation = sum(case, &all, &[NATION]);
        let all = totals.shown + parts.iter().sum::<i64>();
        if all != totals.counted || totals.counted != nation {
            self.faults.push(format!("{name} closes to {all}, and the nation has {nation}"));
        }
    }
}

/// The classes by which it is told of how many households a figure is known.
struct Knowledge {
    of: Vec<Class>,
    unknown: Vec<Class>,
}

impl Knowledge {
    fn of(case: &Case<'_>, known: KnownSpec) -> Self {
        let of = match known.of {
            KnownOf::Households => &CubeColumn::HOUSEHOLDS[..],
            KnownOf::Poor => case.threshold().columns(),
        };
        Self { of: classes_of(case, of), unknown: classes_of(case, &[known.unknown]) }
    }

    /// The households of which it is known, and all of which it should be.
    fn sum(&self, case: &Case<'_>, nodes: &[usize]) -> (i64, i64) {
        let of = sum(case, &self.of, nodes);
        ((of - sum(case, &self.unknown, nodes)).max(0), of)
    }
}

/// A number for each place: hexagons' indices are larger than those of regions.
fn key(place: Place) -> u64 {
    match place {
        Place::Region(id) => id.0.into(),
        Place::Hexagon(cell) => cell.into(),
    }
}

/// The nodes of each place of a geography.
fn nodes_of(case: &Case<'_>, geography: Geography) -> BTreeMap<u64, Vec<usize>> {
    let tree = case.tree();
    match geography {
        Geography::Region(level) => {
            let regions = case
                .regions
                .level(level)
                .map(|(id, _)| (u64::from(id.0), vec![tree.of_region(id)]));
            regions.collect()
        }
        Geography::Hexagon(size) => {
            let mut nodes: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
            let parts = case.hexagons(size.resolution());
            nodes.extend(parts.into_iter().map(|(cell, nodes)| (cell.into(), nodes)));
            if size == HexagonSize::Hex8 {
                // The rests of hexagons 7 stand among them.
                for (cell, parts) in case.hexagons(h3o::Resolution::Seven) {
                    nodes.insert(cell.into(), parts.iter().map(|part| tree.rest(*part)).collect());
                }
            }
            nodes
        }
    }
}

/// The classes whose sum is that of some columns, each column by the table that tells it.
fn classes_of(case: &Case<'_>, columns: &[CubeColumn]) -> Vec<Class> {
    let mut classes = Vec::new();
    for table in &Table::ALL[1..] {
        for (class, own) in case.classes(*table) {
            // Unranked households are told by welfare alone, deciles by their own table.
            let is_own = *table != Table::Welfare || own == [CubeColumn::Unranked];
            if is_own && own.iter().all(|column| columns.contains(column)) {
                classes.push(class);
            }
        }
    }
    classes
}

fn sum(case: &Case<'_>, classes: &[Class], nodes: &[usize]) -> i64 {
    classes.iter().map(|class| case.told(*class, nodes)).sum()
}
