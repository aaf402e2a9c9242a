//! Institutions and resources on disk: the first as points (GeoParquet), the others by region.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, StringArray, StructArray, UInt32Array, UInt64Array};
use arrow::buffer::NullBuffer;
use parquet::file::metadata::KeyValue;

use super::placed::{GEO, point_fields};
use super::{StoreError, small_table};
use crate::domain::institution::{Institution, Resource};
use crate::domain::person::PersonCounts;
use crate::domain::position::Position;
use crate::domain::region::{RegionId, RegionTree};

/// The tables' names in a release.
pub const INSTITUTIONS: &str = "institutions.parquet";
pub const RESOURCES: &str = "resources.parquet";

/// An institution with the region in which it counts and the persons who say that they live there.
pub struct PlacedInstitution {
    pub institution: Institution,
    pub region: Option<RegionId>,
    /// `None` where no persons were given.
    pub persons: Option<PersonCounts>,
}

/// Writes institutions into a release that is being made. `residents_*` and `persons_*` are restricted,
/// whatever the release is; the other columns are public facts.
///
/// # Errors
/// [`StoreError`] where they can't be written.
pub fn write_institutions(
    folder: &Path,
    institutions: &[PlacedInstitution],
    tree: &RegionTree,
) -> Result<(), StoreError> {
    let text = |of: &dyn Fn(&PlacedInstitution) -> Option<String>| -> ArrayRef {
        Arc::new(institutions.iter().map(of).collect::<StringArray>())
    };
    let number = |of: &dyn Fn(&PlacedInstitution) -> Option<u32>| -> ArrayRef {
        Arc::new(institutions.iter().map(of).collect::<UInt32Array>())
    };
    let persons = |of: fn(&PersonCounts) -> Option<u16>| {
        number(&|one| one.persons.as_ref().and_then(of).map(u32::from))
    };
    let columns = vec![
        ("institution_id", text(&|one| Some(one.institution.id.clone()))),
        ("name", text(&|one| Some(one.institution.name.clone()))),
        ("kind", text(&|one| Some(one.institution.kind.name().to_owned()))),
        ("region_code", text(&|one| one.region.map(|id| tree.get(id).code.to_string()))),
        ("geometry", points_of(institutions.iter().map(|one| one.institution.position))),
        ("capacity", number(&|one| one.institution.capacity)),
        ("residents_children", number(&|one| one.institution.residents.children)),
        ("residents_elderly", number(&|one| one.institution.residents.elderly)),
        ("residents_disabled", number(&|one| one.institution.residents.disabled)),
        ("persons", persons(|counts| Some(counts.members()))),
        ("persons_children", persons(PersonCounts::children_if_known)),
        ("persons_elderly", persons(PersonCounts::elderly_if_known)),
        ("persons_disabled", persons(PersonCounts::disabled_if_known)),
    ];
    let metadata = vec![KeyValue::new("geo".to_owned(), GEO.to_owned())];
    small_table::write_with(&folder.join(INSTITUTIONS), columns, Some(metadata))
}

/// Points as GeoParquet has them; null where there is none.
pub(super) fn points_of(positions: impl Iterator<Item = Option<Position>>) -> ArrayRef {
    let positions: Vec<Option<Position>> = positions.collect();
    let axis = |of: fn(Position) -> f64| -> ArrayRef {
        let values = positions.iter().map(|position| position.map_or(0.0, of));
        Arc::new(Float64Array::from_iter_values(values))
    };
    let nulls = NullBuffer::from_iter(positions.iter().map(Option::is_some));
    let axes = vec![axis(Position::longitude), axis(Position::latitude)];
    let points = StructArray::try_new(point_fields(), axes, Some(nulls));
    Arc::new(points.expect("both axes have a value for each institution"))
}

/// Resources of one region and kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sum {
    resources: u64,
    headcount: Option<u64>,
    caseload: Option<u64>,
}

/// Writes the resources by region and kind into a release that is being made.
///
/// # Errors
/// [`StoreError`] where they can't be written.
pub fn write_resources(folder: &Path, resources: &[Resource]) -> Result<(), StoreError> {
    let mut sums: BTreeMap<_, Sum> = BTreeMap::new();
    for resource in resources {
        let sum = sums.entry((resource.region, resource.kind.as_str())).or_default();
        let add = |sum: Option<u64>, more: Option<u32>| match (sum, more) {
            (sum, None) => sum,
            (sum, Some(more)) => Some(sum.unwrap_or(0) + u64::from(more)),
        };
        sum.resources += 1;
        sum.headcount = add(sum.headcount, resource.headcount);
        sum.caseload = add(sum.caseload, resource.caseload);
    }
    let regions: StringArray = sums.keys().map(|(region, _)| Some(region.to_string())).collect();
    let kinds: StringArray = sums.keys().map(|(_, kind)| Some(*kind)).collect();
    let number = |of: fn(&Sum) -> Option<u64>| -> ArrayRef {
        Arc::new(sums.values().map(of).collect::<UInt64Array>())
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("region_code", Arc::new(regions)),
        ("kind", Arc::new(kinds)),
        ("resources", number(|sum| Some(sum.resources))),
        ("headcount", number(|sum| sum.headcount)),
        ("caseload", number(|sum| sum.caseload)),
    ];
    small_table::write(&folder.join(RESOURCES), columns)
}
