//! Whom the programmes reach, on disk: by region and programme.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, UInt8Array, UInt64Array};

use super::{StoreError, small_table};
use crate::domain::programme::{ProgrammeSettings, Targeting, TargetingTable};
use crate::domain::region::RegionTree;

/// The table's name in a release.
pub const PROGRAMMES: &str = "programmes.parquet";

/// Writes the table into a release that is being made: a row for each region in which households count
/// (null for those in none) and each programme. It is restricted.
///
/// # Errors
/// [`StoreError`] where it can't be written.
pub fn write(
    folder: &Path,
    table: &TargetingTable,
    programmes: &[String],
    settings: &ProgrammeSettings,
    tree: &RegionTree,
) -> Result<(), StoreError> {
    let code = |region| tree.get(region).code.to_string();
    let regions: StringArray = table.keys().map(|(region, _)| region.map(code)).collect();
    let names: StringArray = table.keys().map(|(_, at)| Some(programmes[*at].as_str())).collect();
    let thresholds: UInt8Array =
        table.keys().map(|(_, at)| settings.threshold(&programmes[*at])).collect();
    let count = |of: fn(&Targeting) -> u64| -> ArrayRef {
        Arc::new(UInt64Array::from_iter_values(table.values().map(of)))
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("region_code", Arc::new(regions)),
        ("programme", Arc::new(names)),
        ("threshold", Arc::new(thresholds)),
        ("households", count(|sums| sums.households)),
        ("eligible_receives", count(|sums| sums.eligible_receives)),
        ("eligible_only", count(|sums| sums.eligible_only)),
        ("receives_only", count(|sums| sums.receives_only)),
        ("receives_unknown", count(|sums| sums.receives_unknown)),
    ];
    small_table::write(&folder.join(PROGRAMMES), columns)
}
