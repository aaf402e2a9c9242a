//! Refusing a build whose settings declare that every household has a village, where one has none.

use anyhow::{Result, bail};

use crate::count::CubeKey;
use crate::domain::indicator::CubeColumn;
use crate::engine::{Built, Ground, first_without_village};
use crate::read::visits::VisitFiles;

/// Refuses counts that the declaration contradicts.
///
/// # Errors
/// Where a household or a visit is known to no region of the deepest level; the message shows a row.
pub fn refuse(built: &Built, files: &VisitFiles, ground: &Ground) -> Result<()> {
    let tree = &ground.tree;
    let has_village =
        |key: &CubeKey| key.region.is_some_and(|id| tree.get(id).level == tree.deepest());
    let (mut households, mut visits) = (0, 0);
    for (_, counts) in built.cube.iter().filter(|(key, _)| !has_village(key)) {
        let sum = |columns: &[CubeColumn]| columns.iter().map(|it| counts[it.index()]).sum::<i64>();
        households += sum(&CubeColumn::HOUSEHOLDS);
        visits += sum(&CubeColumn::VISITS);
    }
    let of_prelist = built.cube.prelist();
    let of_prelist =
        of_prelist.filter(|(region, _)| !has_village(&CubeKey { region: *region, hexagon: None }));
    let listed: i64 = of_prelist.map(|(_, cell)| cell.counts.iter().sum::<i64>()).sum();
    if households == 0 && visits == 0 && listed > 0 {
        bail!(
            "the setting `every_household_has_village` declares that every household has a {level}, and \
             {listed} households of the prelist have none; correct their codes, which the findings \
             `prelist_unknown_village` name, or set `[protect] every_household_has_village = false`",
            level = tree.deepest()
        )
    }
    if households == 0 && visits == 0 {
        return Ok(());
    }
    let example = first_without_village(files, ground)?;
    let example = example.map_or_else(String::new, |place| format!(", the first in {place}"));
    bail!(
        "the setting `every_household_has_village` declares that every household has a {level}, and \
         {households} counted households and {visits} visits have none{example}; correct their codes, \
         or set `[protect] every_household_has_village = false`",
        level = tree.deepest()
    )
}
