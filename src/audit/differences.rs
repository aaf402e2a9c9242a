//! Subtracting: villages less their hexagons, hexagons less their smaller ones and less other villages'
//! parts. What is left is one leaf, and sometimes few households.

use super::Attack;
use super::case::Case;
use super::figures::{Share, Targets, clipped};
use crate::domain::table::Table;
use crate::protect::policy::TreeLevel;

/// Exact figures that are few enough to point at somebody.
const FEW: std::ops::RangeInclusive<i64> = 1..=9;

/// Percentage points by which an attacker may be right more often than noise of this size allows, for
/// figures can't be below 0, and large ones of the same family say a little of small ones.
const GAIN: f64 = 5.0;

/// Takes the figure of every leaf that differences isolate, and counts how often it is the exact one.
pub fn attack(case: &Case<'_>) -> Attack {
    let leaves = leaves(case);
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for table in [Table::Welfare, Table::Deciles, Table::Ages, Table::Disabilities] {
        let (mut right, mut expected) = (Share::default(), 0.0);
        for (class, _) in case.classes(table) {
            let mut targets = Targets::default();
            for leaf in &leaves {
                let Some(variance) = case.variance(class, &[*leaf]) else { continue };
                let exact = case.exact(class, &[*leaf]);
                if FEW.contains(&exact) {
                    right.add(clipped(case.told(class, &[*leaf]), &FEW) == exact);
                    targets.add(exact, variance);
                }
            }
            expected += 100.0 * targets.most_right();
        }
        if right.of < 1.0 {
            continue;
        }
        let (name, expected) = (table.name(), expected / right.of);
        found.push((format!("{name}: differences that isolate 1 to 9"), right.of));
        found.push((format!("{name}: exactly right, percent"), right.percent()));
        found.push((format!("{name}: what the noise alone allows, percent"), expected));
        if right.percent() > expected + GAIN + right.slack() {
            let told = right.percent();
            faults.push(format!(
                "{name}: {told:.1} % exactly right, where noise allows {expected:.1} %"
            ));
        }
    }
    let doubt =
        found.is_empty().then(|| "no difference isolates 1 to 9 households or persons".to_owned());
    Attack {
        name: "differences",
        tried: "subtracts hexagons from villages and from each other down to single leaves, and takes the \
                result for the truth where that is 1 to 9, 1 for what is below and 9 for what is above",
        found,
        allowed: "right at most 5 percentage points more often than the noise of a single figure lets the best attacker be, \
                  who knows how common each figure is",
        faults,
        doubts: doubt.into_iter().collect(),
    }
}

/// Every village's part of a hexagon and every rest.
fn leaves(case: &Case<'_>) -> Vec<usize> {
    let tree = case.tree();
    let levels = [TreeLevel::Hexagon7, TreeLevel::Hexagon8];
    let of = |level| tree.levels().find(|(of, _)| *of == level).map_or(0..0, |(_, nodes)| nodes);
    levels.into_iter().flat_map(of).collect()
}
