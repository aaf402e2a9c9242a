//! A release of the engine is what the plain build makes of the same files, leaf by leaf.

use std::collections::BTreeMap;
use std::path::PathBuf;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Int64Type, UInt64Type};
use sebaran::check::PlacementRules;
use sebaran::commands::build::RegisterArgs;
use sebaran::count::Accounts;
use sebaran::domain::indicator::CubeColumn;
use sebaran::store::Release;
use sebaran::store::tables::TableFormat;

use crate::country::{Country, Means, Plan};
use crate::plain::{self, PlainBuild};
use crate::table::{Texts, read_csv, read_parquet, texts, write_csv};

type Leaves = BTreeMap<(String, u64), BTreeMap<&'static str, i64>>;

/// A release's leaves; region and hexagon are empty and 0 where there is none.
fn leaves(country: &Country, release: &Release) -> Leaves {
    let batch = country.leaves(release).to_batch(&country.tree);
    let regions = batch.column(0).as_string::<i32>();
    let hexagons = batch.column(1).as_primitive::<UInt64Type>();
    let place = |row: usize| {
        let region = if regions.is_valid(row) { regions.value(row) } else { "" };
        (region.to_owned(), if hexagons.is_valid(row) { hexagons.value(row) } else { 0 })
    };
    let count = |column: CubeColumn, row: usize| {
        let counts = batch.column(column.index() + 2).as_primitive::<Int64Type>();
        assert!(counts.is_valid(row), "the survey holds {column}");
        (column.name(), counts.value(row))
    };
    let counts = |row: usize| plain::of_cells().iter().map(|it| count(*it, row)).collect();
    (0..batch.num_rows()).map(|row| (place(row), counts(row))).collect()
}

pub fn compare(country: &Country, release: &Release, plain: &PlainBuild) {
    let accounts = Accounts {
        rows: plain.rows,
        counted: plain.counted,
        superseded: plain.superseded,
        not_completed: plain.not_completed,
        repeated_rows: 0,
        placed_in_hexagon: plain.placed_in_hexagon,
        placed_in_region_only: plain.placed_in_region_only,
        unplaced: plain.unplaced,
    };
    let leaves = leaves(country, release);
    let places = leaves.keys().chain(plain.cube.keys());
    let differing: Vec<_> = places
        .filter(|place| leaves.get(place) != plain.cube.get(place))
        .map(|place| (place, leaves.get(place), plain.cube.get(place)))
        .take(4)
        .collect();
    assert!(differing.is_empty(), "{differing:#?}");
    assert_eq!(release.manifest().build().accounts, accounts);
}

/// Every line of the placement table must have been tried, or the comparison says little.
fn is_rich(plain: &PlainBuild) {
    let widths: std::collections::BTreeSet<(usize, bool)> =
        plain.cube.keys().map(|(region, hexagon)| (region.len(), *hexagon != 0)).collect();
    let expected = [(0, false), (2, false), (4, false), (7, false), (10, false), (10, true)];
    assert_eq!(widths.into_iter().collect::<Vec<_>>(), expected);
    for count in [plain.superseded, plain.not_completed, plain.unplaced] {
        assert!(count > 0, "{plain:#?}");
    }
}

fn check(country: &Country, name: &str, visits: &[PathBuf], tables: &[Texts]) {
    let release = country.build(name, visits, Means::default()).unwrap();
    compare(country, &release, &plain::build(country, tables, PlacementRules::Single));
    let name = format!("{name}-restricted");
    let release = country.build_restricted(&name, visits, RegisterArgs::default()).unwrap();
    compare(country, &release, &plain::build(country, tables, PlacementRules::All));
}

#[test]
fn parquet_makes_the_leaves_of_the_plain_build() {
    let country = Country::new();
    let plan = Plan { households: 8_000, faults: Some(0.1), format: TableFormat::Parquet };
    let visits = country.survey("survey", plan);
    let table = texts(&read_parquet(&visits));
    check(&country, "r1", &[visits], &[table]);
}

#[test]
fn csv_with_codes_and_positions_of_every_kind_makes_the_leaves_of_the_plain_build() {
    let country = Country::new();
    let plan = Plan { households: 8_000, faults: Some(0.3), format: TableFormat::Csv };
    let visits = country.survey("survey", plan);
    let mut table = read_csv(&visits);
    plain::spoil_positions(&country, &mut table);
    plain::spoil_codes(&mut table);
    write_csv(&visits, &table);
    let tables = [table];
    is_rich(&plain::build(&country, &tables, PlacementRules::All));
    check(&country, "r1", &[visits], &tables);
}
