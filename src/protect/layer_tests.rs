use std::collections::BTreeMap;

use h3o::Resolution;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use proptest::prelude::*;

use super::fixture::{CODES, cell, code, cube, denominators, fields, key, leaves, tree};
use super::known_tests::check_known;
use super::leaves::households;
use super::{Feature, Layer, LayerRequest, LeafTable, ShareOf, ShownShare, Status};
use crate::count::{Cube, CubeKey, PrelistCell, ReachCell, UnknownCell};
use crate::domain::geography::Geography;
use crate::domain::indicator::{
    AllCounts, Counts, CubeColumn, Denominators, Indicators, PovertyThreshold,
};
use crate::domain::programme::Programme;
use crate::domain::region::{Level, RegionId, RegionTree};
use crate::domain::table::Table;
use crate::domain::visit::VisitField;

fn ask(theme: &str, geography: &str, denominators: &Denominators) -> Layer {
    let (tree, indicators) = (tree(), Indicators::embedded());
    let request = LayerRequest {
        theme: indicators.theme(theme).unwrap(),
        geography: geography.parse().unwrap(),
        within: None,
        bounds: None,
        limit: None,
    };
    leaves(&tree).layer(&request, &tree, &indicators, denominators)
}

pub fn find(layer: &Layer, text: &str) -> Feature {
    layer.features().iter().find(|feature| feature.code.to_string() == text).unwrap().clone()
}

#[test]
fn lists_every_village_also_those_without_visits() {
    let layer = ask("poverty", "village", &Denominators::new());
    assert_eq!(layer.features().len(), 5);
    let visited = find(&layer, "0101001001");
    assert_eq!((visited.households, visited.count), (15, Some(12)));
    assert_eq!(visited.density_km2, Some(6.0));
    assert_eq!(visited.status, Status::Value);
    assert_eq!(find(&layer, "0102001001").status, Status::NotVisited);
}

#[test]
fn counts_a_household_known_to_a_regency_there_and_above_and_not_below() {
    assert_eq!(find(&ask("poverty", "province", &Denominators::new()), "01").households, 20);
    let regencies = ask("poverty", "regency", &Denominators::new());
    assert_eq!(find(&regencies, "0102").status, Status::Below10);
    let districts = ask("poverty", "district", &Denominators::new());
    assert_eq!(find(&districts, "0102001").households, 0);
    assert_eq!((districts.totals().elsewhere, districts.totals().unplaced), (5, 2));
}

#[test]
fn shows_at_hexagon_8_only_what_may_be_shown_there() {
    let eight = ask("poverty", "hex8", &Denominators::new());
    assert_eq!(eight.features().len(), 1);
    assert_eq!(eight.features()[0].households, 32);
    assert_eq!(eight.features()[0].code.to_string().len(), 15);
    assert_eq!((eight.totals().without_hexagon, eight.totals().unplaced), (8, 2));
    let seven = ask("poverty", "hex7", &Denominators::new());
    assert_eq!((seven.totals().shown, seven.totals().without_hexagon), (35, 5));
}

#[test]
fn is_null_where_the_input_does_not_hold_it() {
    let elderly = find(&ask("elderly", "village", &Denominators::new()), "0201001001");
    assert_eq!(elderly.count, Some(7));
    assert_eq!(elderly.breakdown, [None, None]);
    let children = find(&ask("children", "village", &Denominators::new()), "0201001001");
    assert_eq!((children.count, children.status), (None, Status::NoData));
    assert_eq!(children.density_km2, None);
}

#[test]
fn takes_the_share_of_what_is_given_or_of_all_parts() {
    let layer = ask("poverty", "province", &denominators());
    let first = find(&layer, "01");
    assert_eq!(first.share_of.as_ref().unwrap().value, 48);
    assert_eq!(first.share, Some(17.0 / 48.0));
    assert_eq!(find(&layer, "02").share, None, "one of its villages has no denominator");
    let mut other_year = denominators();
    other_year.get_mut(&code("0102001001")).unwrap().year = 2023;
    assert_eq!(find(&ask("poverty", "province", &other_year), "01").share, None);
}

#[test]
fn shares_are_the_same_of_denominators_that_were_completed_before() {
    for with_all in [false, true] {
        let mut given = denominators();
        if with_all {
            given.insert(code("0201001002"), given[&code("0201001001")].clone());
        }
        let completed = super::completed_denominators(given.clone(), &tree());
        assert!(completed.len() > given.len());
        for geography in ["province", "regency", "district", "village"] {
            assert_eq!(ask("poverty", geography, &completed), ask("poverty", geography, &given));
        }
    }
}

#[test]
fn tells_no_share_of_fewer_than_30_residents() {
    let village = find(&ask("poverty", "village", &denominators()), "0101001001");
    assert_eq!((village.share, village.share_moe95), (None, None));
    assert_eq!(village.share_of.unwrap().value, 24);
    assert_eq!(village.count, Some(12));
}

#[test]
fn never_divides_by_nothing() {
    let mut none = denominators();
    none.get_mut(&code("0101001001")).unwrap().households = Some(0);
    let village = find(&ask("poverty", "village", &none), "0101001001");
    assert_eq!((village.share, village.share_moe95), (None, None));
}

#[test]
fn reads_back_the_batch_it_wrote_and_refuses_one_out_of_order() {
    let tree = tree();
    let leaves = leaves(&tree);
    let batch = leaves.to_batch(&tree);
    assert_eq!(LeafTable::from_batch(&batch, &tree).unwrap(), leaves);
    let mut file = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let reader = ParquetRecordBatchReader::try_new(axum::body::Bytes::from(file), 1024).unwrap();
    let stored = reader.map(Result::unwrap).next().unwrap();
    assert_eq!(LeafTable::from_batch(&stored, &tree).unwrap(), leaves);
    let order = arrow::array::UInt32Array::from(vec![1, 0]);
    let turned = arrow::compute::take_record_batch(&batch, &order).unwrap();
    assert_eq!(LeafTable::from_batch(&turned, &tree), Err(super::LeafError::Order { row: 1 }));
}

/// A row of an invented cube: which region (13 is none), which hexagon, how many of which column.
type Row = (usize, Option<(u8, bool)>, usize, i64);

pub fn rows() -> impl Strategy<Value = Vec<Row>> {
    let hexagon = proptest::option::of((0_u8..12, any::<bool>()));
    proptest::collection::vec(
        (0..=CODES.len(), hexagon, 0..CubeColumn::ALL.len(), 1_i64..50),
        0..40,
    )
}

pub fn make(rows: &[Row], tree: &RegionTree) -> Cube {
    let mut cube = Cube::default();
    Programme::ALL.into_iter().for_each(|programme| cube.know(programme));
    cube.know_prelist();
    for (region, hexagon, column, count) in rows {
        let region = CODES.get(*region).map(|(text, _)| *text);
        let size = |fine: bool| if fine { Resolution::Eight } else { Resolution::Seven };
        let hexagon = hexagon.map(|(step, fine)| cell(step, size(fine)));
        add(&mut cube, key(tree, region, hexagon), CubeColumn::ALL[*column], *count);
    }
    cube
}

/// Adds to a column; what is counted by region alone has no hexagon.
pub fn add(cube: &mut Cube, key: CubeKey, column: CubeColumn, count: i64) {
    let reached = Programme::ALL.into_iter().find_map(|programme| {
        let columns = Table::of_programme(programme).columns();
        Some((programme, columns.iter().position(|it| *it == column)?))
    });
    if let Some((programme, class)) = reached {
        let mut cell = ReachCell::default();
        cell.counts[class] = count;
        return cube.add_reach(programme, key.region, &cell);
    }
    if let Some(at) = CubeColumn::UNKNOWN.iter().position(|it| *it == column) {
        let mut cell = UnknownCell::default();
        cell.counts[at] = count;
        return cube.add_unknown(key.region, &cell);
    }
    if let Some(at) = CubeColumn::PRELIST.iter().position(|it| *it == column) {
        let mut cell = PrelistCell::default();
        cell.counts[at] = count;
        return cube.add_prelist(key.region, &cell);
    }
    let by_region = CubeColumn::VISITS.contains(&column) || CubeColumn::POSITIONS.contains(&column);
    let mut counts = [0; CubeColumn::COUNT];
    counts[column.index()] = count;
    cube.add(CubeKey { hexagon: key.hexagon.filter(|_| !by_region), ..key }, &counts);
}

pub fn all_fields() -> u32 {
    VisitField::ALL.iter().fold(0, |bits, field| bits | field.bit())
}

/// Every cell with all its columns, and rows of their own for whom a programme reaches and for what is
/// unknown.
fn all_cells(cube: &Cube) -> Vec<(CubeKey, AllCounts)> {
    let whole = |counts: &Counts| {
        let mut all = [0; CubeColumn::ALL.len()];
        all[..counts.len()].copy_from_slice(counts);
        all
    };
    let mut cells: Vec<_> = cube.iter().map(|(key, counts)| (key, whole(counts))).collect();
    for programme in Programme::ALL {
        let columns = Table::of_programme(programme).columns();
        for (region, cell) in cube.reach(programme) {
            let mut all = [0; CubeColumn::ALL.len()];
            columns.iter().zip(cell.counts).for_each(|(it, count)| all[it.index()] = count);
            cells.push((CubeKey { region, hexagon: None }, all));
        }
    }
    for (region, cell) in cube.unknown() {
        let mut all = [0; CubeColumn::ALL.len()];
        CubeColumn::UNKNOWN.iter().zip(cell.counts).for_each(|(it, count)| all[it.index()] = count);
        cells.push((CubeKey { region, hexagon: None }, all));
    }
    for (region, cell) in cube.prelist() {
        let mut all = [0; CubeColumn::ALL.len()];
        CubeColumn::PRELIST.iter().zip(cell.counts).for_each(|(it, count)| all[it.index()] = count);
        cells.push((CubeKey { region, hexagon: None }, all));
    }
    cells
}

/// The plain reference: a fold over the cube.
fn fold(
    cube: &Cube,
    geography: Geography,
    within: Option<RegionId>,
    tree: &RegionTree,
) -> (BTreeMap<String, AllCounts>, i64) {
    let (mut sums, mut scope) = (BTreeMap::<String, AllCounts>::new(), 0);
    for (CubeKey { region, hexagon }, counts) in all_cells(cube) {
        if let Some(outer) = within
            && !region.is_some_and(|region| tree.is_within(region, outer))
        {
            continue;
        }
        scope += households(&counts);
        let place = match geography {
            Geography::Region(level) => {
                let ancestor = region.and_then(|region| tree.ancestor(region, level));
                ancestor.map(|id| tree.get(id).code.to_string())
            }
            Geography::Hexagon(size) => {
                let parent = hexagon.and_then(|cell| cell.parent(size.resolution()));
                parent.map(|cell| cell.to_string())
            }
        };
        if let Some(place) = place {
            let sum = sums.entry(place).or_insert([0; CubeColumn::ALL.len()]);
            sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
    }
    (sums, scope)
}

fn check(
    layer: &Layer,
    sums: &BTreeMap<String, AllCounts>,
    scope: i64,
) -> Result<(), TestCaseError> {
    let totals = layer.totals();
    prop_assert_eq!(totals.counted, scope);
    let parts = [totals.left_out, totals.elsewhere, totals.unplaced, totals.without_hexagon];
    prop_assert_eq!(totals.shown + parts.iter().sum::<i64>(), totals.counted);
    let shown: i64 = layer.features().iter().map(|feature| feature.households).sum();
    prop_assert_eq!(shown, totals.shown);
    for feature in layer.features() {
        let counts = sums.get(&feature.code.to_string()).copied();
        let counts = counts.unwrap_or([0; CubeColumn::ALL.len()]);
        prop_assert_eq!(feature.households, households(&counts));
        let columns = layer.theme().count_columns(layer.threshold());
        let count: i64 = columns.iter().map(|column| counts[column.index()]).sum();
        prop_assert_eq!(feature.counted(), Some(count));
        let of = |column: &CubeColumn| Some(counts[column.index()]);
        let breakdown: Vec<_> = layer.theme().breakdown.iter().map(of).collect();
        prop_assert_eq!(feature.counted_breakdown(), &breakdown);
        check_known(layer, feature, &counts)?;
        check_coverage(feature, &counts, matches!(layer.geography(), Geography::Region(_)))?;
        if feature.withheld.is_none() {
            check_shares(layer, feature, &counts)?;
        }
    }
    Ok(())
}

/// The coverage of a region is what was counted of its prelist, and below a half there is no other figure's status.
fn check_coverage(
    feature: &Feature,
    counts: &AllCounts,
    is_region: bool,
) -> Result<(), TestCaseError> {
    if !is_region {
        return Ok(());
    }
    let [counted, others] = CubeColumn::PRELIST.map(|column| counts[column.index()]);
    let listed = counted + others;
    let share = (listed > 0).then(|| counted as f64 / listed as f64);
    prop_assert_eq!(feature.coverage.map(|coverage| coverage.share), share);
    if share.is_none_or(|share| share < 0.5) && feature.shown != ShownShare::None {
        let of_survey = feature.status == Status::Value || feature.status == Status::Below10;
        prop_assert!(!of_survey || feature.share_of.as_ref().is_some_and(is_of_survey));
    }
    Ok(())
}

fn is_of_survey(of: &ShareOf) -> bool {
    ["visits", "counted_households", "prelist"].contains(&of.column)
}

/// Shares of what the release counts itself and rates are quotients of at least 30.
fn check_shares(layer: &Layer, feature: &Feature, counts: &AllCounts) -> Result<(), TestCaseError> {
    let sum = |columns: &[CubeColumn]| columns.iter().map(|it| counts[it.index()]).sum::<i64>();
    let share = |part: i64, whole: i64| (whole >= 30).then(|| part as f64 / whole as f64);
    if let Some(columns) = layer.theme().share_of.counted() {
        prop_assert_eq!(feature.share, share(feature.count.unwrap(), sum(columns)));
        prop_assert_eq!(feature.share_moe95, feature.share.map(|_| 0.0));
        prop_assert!(feature.share.is_none_or(|share| (0.0..=1.0).contains(&share)));
    }
    for (rate, told) in layer.theme().rates.iter().zip(&feature.rates) {
        prop_assert_eq!(*told, share(sum(&rate.numerator), sum(&rate.denominator)));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sums_close_at_every_level_and_geography(rows in rows(), theme in 0_usize..8) {
        let (tree, indicators) = (tree(), Indicators::embedded());
        let cube = make(&rows, &tree);
        let threshold = PovertyThreshold::default();
        let leaves = LeafTable::exact(&cube, all_fields(), threshold, &tree);
        prop_assert_eq!(&LeafTable::from_batch(&leaves.to_batch(&tree), &tree).unwrap(), &leaves);
        let theme = &indicators.themes[theme];
        for geography in theme.geographies() {
            for within in std::iter::once(None).chain(tree.iter().map(|(id, _)| Some(id))) {
                if let (Some(id), Geography::Region(level)) = (within, geography)
                    && tree.get(id).level > level
                {
                    continue;
                }
                let (sums, scope) = fold(&cube, geography, within, &tree);
                let whole = LayerRequest { theme, geography, within, bounds: None, limit: None };
                let layer = leaves.layer(&whole, &tree, &indicators, &Denominators::new());
                check(&layer, &sums, scope)?;
                prop_assert_eq!(layer.totals().left_out, 0);
                let visited = layer.features().iter().filter(|feature| feature.households != 0);
                prop_assert_eq!(
                    visited.count(),
                    sums.values().filter(|counts| households(counts) != 0).count()
                );
                let bounds = Some([0.5, 0.4, 0.6, 0.6].into());
                let part = LayerRequest { bounds, limit: Some(1), ..whole };
                let part = leaves.layer(&part, &tree, &indicators, &Denominators::new());
                check(&part, &sums, scope)?;
            }
        }
    }
}

#[test]
fn keeps_the_same_figures_whatever_is_asked_for() {
    let (tree, indicators) = (tree(), Indicators::embedded());
    let leaves = LeafTable::exact(&cube(&tree), fields(), PovertyThreshold::default(), &tree);
    let theme = indicators.theme("poverty").unwrap();
    let geography = Geography::Region(Level::Village);
    let whole = LayerRequest { theme, geography, within: None, bounds: None, limit: None };
    let all = leaves.layer(&whole, &tree, &indicators, &denominators());
    let bounds = Some([4.5, 0.5, 4.6, 0.6].into());
    let part = LayerRequest { within: tree.find(code("02")), bounds, ..whole };
    let part = leaves.layer(&part, &tree, &indicators, &denominators());
    assert_eq!(part.features(), [find(&all, "0201001001")]);
    assert_eq!(part.matched(), 1);
}

#[test]
fn a_part_of_a_layer_tells_what_matches_and_what_it_leaves_out() {
    let whole = ask("poverty", "village", &Denominators::new());
    let kept = whole.clone().keeping(|feature| feature.households > 0);
    assert_eq!((kept.matched(), kept.totals()), (2, whole.totals()));
    let second = kept.page(1, 5);
    assert_eq!((second.matched(), second.features().len()), (2, 1));
    assert_eq!((second.totals().shown, second.totals().left_out), (20, 15));
    assert_eq!(whole.page(9, 5).totals().shown, 0);
}
