//! Are the public leaves those that content, policy and secret make?

use super::Attack;
use crate::domain::indicator::CubeColumn;
use crate::domain::region::RegionTree;
use crate::protect::LeafTable;

/// Compares the public leaves of a release with the same, made once more. Whoever changes them can make all seals
/// again, but not the noise: that takes the secret.
pub fn attack(public: &LeafTable, made_again: &LeafTable, regions: &RegionTree) -> Attack {
    let [own, again] = [public, made_again].map(|leaves| leaves.to_batch(regions));
    let mut faults = Vec::new();
    let mut figures = 0;
    let is_same_place = |name| own.column_by_name(name) == again.column_by_name(name);
    if own.schema() != again.schema() {
        faults.push("the leaves say of themselves what policy and input do not".to_owned());
    } else if !is_same_place("region") || !is_same_place("hexagon") {
        faults.push("the leaves lie in other places than the secret chooses".to_owned());
    } else {
        for column in CubeColumn::ALL {
            let [own, again] = [&own, &again].map(|batch| batch.column_by_name(column.name()));
            figures += own.map_or(0, |values| values.len() - values.null_count());
            if own != again {
                let name = column.name();
                faults.push(format!("`{name}` has figures that the secret does not make"));
            }
        }
    }
    Attack {
        name: "remake",
        tried: "makes the public leaves once more from content, policy and secret",
        found: vec![("figures".to_owned(), figures as f64)],
        allowed: "every figure the same",
        faults,
        doubts: Vec::new(),
    }
}
