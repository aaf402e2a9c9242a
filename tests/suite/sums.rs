//! Sums close in every layer, and nothing depends on the order of the input, on how it is parted into
//! files, or on the threads.

use std::collections::BTreeMap;
use std::path::PathBuf;

use arrow::array::{AsArray, RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;
use arrow::datatypes::UInt8Type;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use sebaran::domain::geography::Geography;
use sebaran::domain::indicator::{Denominators, Indicators};
use sebaran::domain::region::{Level, RegionId};
use sebaran::place::Standing;
use sebaran::protect::{Layer, LayerRequest, LeafTable};
use sebaran::store::Release;
use sebaran::store::tables::TableFormat;

use crate::country::{Country, Means, Plan};
use crate::table::{read_parquet, texts, write_csv, write_parquet};

const PLAN: Plan = Plan { households: 1_500, faults: Some(0.2), format: TableFormat::Parquet };

/// How the rows of an input are laid out.
#[derive(Debug, Clone)]
struct Layout {
    seed: u64,
    /// Where the rows are cut, as shares of them; and which parts are CSV.
    cuts: Vec<(f64, bool)>,
    threads: u16,
}

fn layouts() -> impl Strategy<Value = Layout> {
    let cuts = prop::collection::vec((0.0..1.0, any::<bool>()), 0..5);
    (any::<u64>(), cuts, 1_u16..=3).prop_map(|(seed, cuts, threads)| Layout { seed, cuts, threads })
}

/// Writes the rows in another order, in parts; gives the parts' paths.
fn lay_out(country: &Country, visits: &RecordBatch, name: &str, layout: &Layout) -> Vec<PathBuf> {
    let rows = u32::try_from(visits.num_rows()).unwrap();
    let mut order: Vec<u32> = (0..rows).collect();
    order.shuffle(&mut rand::rngs::StdRng::seed_from_u64(layout.seed));
    let shuffled = take_record_batch(visits, &UInt32Array::from(order)).unwrap();
    let cut = |share: f64| (share * f64::from(rows)) as usize;
    let mut cuts: Vec<(usize, bool)> =
        layout.cuts.iter().map(|&(share, is_csv)| (cut(share), is_csv)).collect();
    cuts.push((visits.num_rows(), false));
    cuts.sort_unstable();
    let mut start = 0;
    let mut paths = Vec::new();
    for (number, (end, is_csv)) in cuts.into_iter().enumerate() {
        let part = shuffled.slice(start, end - start);
        let ending = if is_csv { "csv" } else { "parquet" };
        let path = country.path(&format!("{name}-{number}.{ending}"));
        if is_csv {
            write_csv(&path, &texts(&part));
        } else {
            write_parquet(&path, &part);
        }
        paths.push(path);
        start = end;
    }
    paths
}

#[test]
fn a_release_is_the_same_whatever_the_order_the_files_and_the_threads() {
    let country = Country::new();
    let visits = country.survey("survey", PLAN);
    let plain = Means { threads: Some(1), ..Means::default() };
    let first = country.build("first", std::slice::from_ref(&visits), plain).unwrap();
    let visits = read_parquet(&visits);
    let count = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(Config { cases: 10, ..Config::default() });
    runner
        .run(&layouts(), |layout| {
            count.set(count.get() + 1);
            let name = format!("next-{}", count.get());
            let paths = lay_out(&country, &visits, &name, &layout);
            let means = Means { threads: Some(layout.threads), ..Means::default() };
            let next = country.build(&name, &paths, means).unwrap();
            prop_assert_eq!(next.manifest().files(), first.manifest().files());
            let (next, first) = (next.manifest().build(), first.manifest().build());
            prop_assert_eq!(next.accounts, first.accounts);
            prop_assert_eq!(&next.findings, &first.findings);
            Ok(())
        })
        .unwrap();
}

#[test]
fn every_household_is_counted_at_most_once_and_every_row_is_kept() {
    let country = Country::new();
    let visits = country.survey("survey", PLAN);
    let means = Means { threads: Some(3), ..Means::default() };
    let release = country.build("r1", std::slice::from_ref(&visits), means).unwrap();
    let mut counted: BTreeMap<String, u64> = BTreeMap::new();
    let mut rows = 0;
    for name in release.files_in("placed") {
        let placed = read_parquet(&release.file(name).unwrap());
        rows += placed.num_rows();
        let households = placed.column_by_name("household_id").unwrap().as_string::<i32>();
        let standings = placed.column_by_name("standing").unwrap().as_primitive::<UInt8Type>();
        for row in 0..placed.num_rows() {
            let is_counted = standings.value(row) == Standing::Counted as u8;
            *counted.entry(households.value(row).to_owned()).or_default() += u64::from(is_counted);
        }
    }
    assert_eq!(rows, read_parquet(&visits).num_rows());
    assert!(counted.values().all(|&count| count <= 1));
    let accounts = release.manifest().build().accounts;
    assert_eq!(counted.values().sum::<u64>(), accounts.counted);
    assert_eq!(rows as u64, accounts.rows);
}

/// Every layer of the nation, or of a region.
struct Layers<'a> {
    country: &'a Country,
    leaves: LeafTable,
    indicators: Indicators,
}

impl<'a> Layers<'a> {
    fn new(country: &'a Country, release: &Release) -> Self {
        let leaves = country.leaves(release);
        Self { country, leaves, indicators: Indicators::embedded() }
    }

    fn layer(&self, theme: usize, geography: Geography, within: Option<RegionId>) -> Layer {
        let theme = &self.indicators.themes[theme];
        let request = LayerRequest { theme, geography, within, bounds: None, limit: None };
        self.leaves.layer(&request, &self.country.tree, &self.indicators, &Denominators::new())
    }
}

/// Leaves of every kind: rows whose codes are cut to a district, a regency or a province, or unknown.
fn with_higher_codes(country: &Country) -> Release {
    let visits = country.survey("survey", PLAN);
    let mut table = texts(&read_parquet(&visits));
    crate::plain::spoil_codes(&mut table);
    let path = country.path("visits.csv");
    write_csv(&path, &table);
    country.build("r1", &[path], Means::default()).unwrap()
}

#[test]
fn sums_close_at_every_level_and_in_every_size_of_hexagon() {
    let country = Country::new();
    let release = with_higher_codes(&country);
    let layers = Layers::new(&country, &release);
    let counted = i64::try_from(release.manifest().build().accounts.counted).unwrap();
    let unplaced = i64::try_from(release.manifest().build().accounts.unplaced).unwrap();
    assert!(unplaced > 0);
    for theme in 0..layers.indicators.themes.len() {
        for geography in layers.indicators.themes[theme].geographies() {
            let layer = layers.layer(theme, geography, None);
            let totals = layer.totals();
            let shown: i64 = layer.features().iter().map(|feature| feature.households).sum();
            assert_eq!(totals.shown, shown);
            assert_eq!((totals.counted, totals.left_out), (counted, 0));
            let told = shown + totals.elsewhere + totals.unplaced + totals.without_hexagon;
            assert_eq!(told, counted, "{geography}");
            for feature in layer.features() {
                let parts: Option<i64> = feature.counted_breakdown().iter().copied().sum();
                let of = feature.share_of.as_ref().map(|of| i64::try_from(of.value).unwrap());
                let whole = match layer.theme().name.as_str() {
                    "poverty" => Some(feature.households),
                    "visits" | "quality" => of,
                    _ => feature.counted(),
                };
                assert_eq!(parts, whole, "{} of {geography}", feature.code);
            }
        }
    }
}

#[test]
fn a_region_is_the_sum_of_its_children_and_of_what_is_known_to_it_alone() {
    let country = Country::new();
    let release = with_higher_codes(&country);
    let layers = Layers::new(&country, &release);
    let themes = layers.indicators.themes.len();
    let above = country.tree.iter().filter(|(_, region)| region.level < Level::Village);
    let above: Vec<RegionId> = above.map(|(id, _)| id).collect();
    let cases =
        (0..themes, prop::sample::select(above), prop::sample::select(&Geography::ALL[4..]));
    let mut runner = TestRunner::new(Config { cases: 60, ..Config::default() });
    runner
        .run(&cases, |(theme, region, hexagons)| {
            let level = country.tree.get(region).level;
            let own = layers.layer(theme, Geography::Region(level), Some(region));
            let below = Level::ALL[level.index() + 1];
            let children = layers.layer(theme, Geography::Region(below), Some(region));
            let households = own.features()[0].households;
            prop_assert_eq!(own.totals().counted, households);
            prop_assert_eq!(children.totals().counted, households);
            let total = children.totals();
            prop_assert_eq!(total.shown + total.elsewhere, households);
            let cells = layers.layer(theme, hexagons, Some(region)).totals();
            prop_assert_eq!(cells.counted, households);
            prop_assert_eq!(cells.shown + cells.without_hexagon + cells.elsewhere, households);
            Ok(())
        })
        .unwrap();
}
