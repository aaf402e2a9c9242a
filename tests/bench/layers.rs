//! Layers summed from the leaf table: ours beside a plain fold over the leaves.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::hint::black_box;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Int64Type, UInt64Type};
use h3o::CellIndex;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sebaran::domain::geography::Geography;
use sebaran::domain::indicator::{CubeColumn, Denominators, Indicators};
use sebaran::domain::region::{RegionId, RegionTree};
use sebaran::protect::{Layer, LayerRequest, LeafTable};
use sebaran::store::Release;
use sebaran::store::leaves::{self, LEAVES};

use crate::table::Table;
use crate::usage::measure;

/// Each layer is summed so often, and the fastest time counts.
const TIMES: usize = 5;

/// Measures the loading of the leaf table, and one theme in every geography.
pub fn run(release: &Release, tree: &RegionTree, table: &mut Table) -> anyhow::Result<()> {
    let (leaves, usage) = measure(|| leaves::read(release, tree));
    let leaves = leaves?;
    table.note(format!("{} leaves: loading", leaves.len()), "ms", usage.wall_s * 1e3);
    let rows = rows(release, tree)?;
    let indicators = Indicators::embedded();
    for geography in Geography::ALL {
        let (layer, ours_ms) = fastest(|| layer(&leaves, geography, tree, &indicators));
        let (plain, plain_ms) = fastest(|| fold(&rows, geography, tree));
        check(&layer, &plain, geography);
        let work = format!("{} leaves to poverty-{geography}", leaves.len());
        table.compare(work, "ms", ours_ms, plain_ms);
    }
    Ok(())
}

fn layer(
    leaves: &LeafTable,
    geography: Geography,
    tree: &RegionTree,
    indicators: &Indicators,
) -> Layer {
    let theme = indicators.theme("poverty").expect("there is this theme");
    let request = LayerRequest { theme, geography, within: None, bounds: None, limit: None };
    leaves.layer(&request, tree, indicators, &Denominators::new())
}

/// The fastest of some times, in milliseconds.
fn fastest<T>(work: impl Fn() -> T) -> (T, f64) {
    let (done, mut least) = measure(&work);
    for _ in 1..TIMES {
        let (again, usage) = measure(&work);
        black_box(again);
        least.wall_s = least.wall_s.min(usage.wall_s);
    }
    (done, least.wall_s * 1e3)
}

/// A leaf as a plain row: where it lies, and its households by class of welfare.
struct LeafRow {
    region: Option<RegionId>,
    hexagon: Option<CellIndex>,
    households: [i64; CubeColumn::HOUSEHOLDS.len()],
}

fn rows(release: &Release, tree: &RegionTree) -> anyhow::Result<Vec<LeafRow>> {
    let file = File::open(release.file(LEAVES)?)?;
    let mut rows = Vec::new();
    for batch in ParquetRecordBatchReaderBuilder::try_new(file)?.build()? {
        let batch = batch?;
        let column = |name: &str| batch.column_by_name(name).expect("leaves have the column");
        let regions = column("region").as_string::<i32>();
        let hexagons = column("hexagon").as_primitive::<UInt64Type>();
        let counts =
            CubeColumn::HOUSEHOLDS.map(|class| column(class.name()).as_primitive::<Int64Type>());
        for row in 0..batch.num_rows() {
            let region = regions.is_valid(row).then(|| regions.value(row).parse()).transpose()?;
            let hexagon = hexagons.is_valid(row).then(|| CellIndex::try_from(hexagons.value(row)));
            rows.push(LeafRow {
                region: region.and_then(|code| tree.find(code)),
                hexagon: hexagon.transpose()?,
                households: counts.map(|counts| counts.value(row)),
            });
        }
    }
    Ok(rows)
}

/// Households by class, for each region's number or hexagon's index, in its order.
type Sums = BTreeMap<u64, [i64; CubeColumn::HOUSEHOLDS.len()]>;

fn fold(rows: &[LeafRow], geography: Geography, tree: &RegionTree) -> Sums {
    let mut sums: HashMap<u64, [i64; CubeColumn::HOUSEHOLDS.len()]> = HashMap::new();
    for row in rows {
        let key = match geography {
            Geography::Region(level) => row
                .region
                .and_then(|region| tree.ancestor(region, level))
                .map(|region| tree.get(region).code.digits()),
            Geography::Hexagon(size) => {
                row.hexagon.and_then(|cell| cell.parent(size.resolution())).map(u64::from)
            }
        };
        let Some(key) = key else { continue };
        for (sum, households) in sums.entry(key).or_default().iter_mut().zip(row.households) {
            *sum += households;
        }
    }
    sums.into_iter().collect()
}

/// Holds the layer against the fold: in a layer of regions those without households stand too.
fn check(layer: &Layer, plain: &Sums, geography: Geography) {
    let features = layer.features().iter().filter(|feature| feature.households > 0);
    let ours: Vec<i64> = features.map(|feature| feature.households).collect();
    let plain: Vec<i64> = plain.values().map(|classes| classes.iter().sum()).collect();
    assert_eq!(ours, plain, "both ways sum {geography} alike");
}
