//! Layers summed from the leaf table: ours beside a plain fold over the leaves.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::hint::black_box;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Int64Type, UInt64Type};
use h3o::CellIndex;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sebaran::domain::geography::Geography;
use sebaran::domain::indicator::{CubeColumn, Denominators, Indicators};
use sebaran::domain::region::{RegionId, RegionTree};
use sebaran::protect::{Layer, LayerRequest, LeafTable};
use sebaran::serve::Limits;
use sebaran::store::Release;
use sebaran::store::leaves::{self, LEAVES};
use sebaran::store::manifest::FileFact;
use sebaran::store::verified::Published;

use crate::nation;
use crate::table::Table;
use crate::usage::measure;

/// Each layer is summed so often, and the fastest time counts.
const TIMES: usize = 5;

/// Measures the loading of a release's leaf table, and one theme in every geography.
pub fn run(release: &Release, tree: &RegionTree, table: &mut Table) -> anyhow::Result<()> {
    let (leaves, usage) = measure(|| leaves::read(release, tree));
    let leaves = leaves?;
    table.note(format!("{} leaves: loading", leaves.len()), "ms", usage.wall_s * 1e3);
    let mut rows = Vec::new();
    let file = File::open(release.file(LEAVES)?)?;
    for batch in ParquetRecordBatchReaderBuilder::try_new(file)?.build()? {
        read_rows(&batch?, tree, &mut rows)?;
    }
    compare(&leaves, &rows, tree, table);
    Ok(())
}

/// Measures the same on the invented leaves of a nation.
pub fn run_nation(table: &mut Table) -> anyhow::Result<()> {
    let (tree, batch) = nation::invent()?;
    let mut rows = Vec::with_capacity(batch.num_rows());
    read_rows(&batch, &tree, &mut rows)?;
    let folder = tempfile::tempdir()?;
    leaves::write(folder.path(), &LeafTable::from_batch(&batch, &tree)?, &tree)?;
    drop(batch);
    let path = folder.path().join(LEAVES);
    let fact = FileFact::of(&std::fs::read(&path)?);
    let published = Published { release: "r1".parse()?, name: LEAVES.to_owned(), path, fact };
    let (leaves, usage) = measure(|| leaves::read_verified(&published, &tree));
    let leaves = leaves?;
    table.note(format!("{} leaves: loading", leaves.len()), "ms", usage.wall_s * 1e3);
    table.note(
        format!("{} leaves: most memory while loading", leaves.len()),
        "MiB",
        usage.peak_mib,
    );
    compare(&leaves, &rows, &tree, table);
    Ok(())
}

fn compare(leaves: &LeafTable, rows: &[LeafRow], tree: &RegionTree, table: &mut Table) {
    let indicators = Indicators::embedded();
    for geography in Geography::ALL {
        let (layer, ours_ms) = fastest(|| layer(leaves, geography, tree, &indicators));
        let (plain, plain_ms) = fastest(|| fold(rows, geography, tree));
        check(&layer, &plain, geography);
        let work = format!("{} leaves to poverty-{geography}", leaves.len());
        if let Geography::Hexagon(_) = geography {
            let (_, areas_ms) = fastest(|| areas(&plain));
            table.compare(work.clone(), "ms", ours_ms, plain_ms + areas_ms);
            table.compare(format!("{work}: fold without areas"), "ms", ours_ms, plain_ms);
        } else {
            table.compare(work, "ms", ours_ms, plain_ms);
        }
    }
}

/// At most as many features as a server answers at once.
fn layer(
    leaves: &LeafTable,
    geography: Geography,
    tree: &RegionTree,
    indicators: &Indicators,
) -> Layer {
    let theme = indicators.theme("poverty").expect("there is this theme");
    let limit = Some(Limits::default().features);
    let request = LayerRequest { theme, geography, within: None, bounds: None, limit };
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

fn read_rows(
    batch: &RecordBatch,
    tree: &RegionTree,
    rows: &mut Vec<LeafRow>,
) -> anyhow::Result<()> {
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
    Ok(())
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

/// The areas of the hexagons that are shown, which a layer's densities need.
fn areas(sums: &Sums) -> f64 {
    let cells = sums.keys().take(Limits::default().features);
    cells.filter_map(|key| CellIndex::try_from(*key).ok()).map(CellIndex::area_km2).sum()
}

/// Holds the layer against the fold: in a layer of regions those without households stand too.
fn check(layer: &Layer, plain: &Sums, geography: Geography) {
    let features = layer.features().iter().filter(|feature| feature.households > 0);
    let ours: Vec<i64> = features.map(|feature| feature.households).collect();
    let plain = plain.values().map(|classes| classes.iter().sum());
    let plain: Vec<i64> = plain.filter(|households| *households > 0).collect();
    assert!(plain.starts_with(&ours), "both ways sum {geography} alike");
    assert_eq!(ours.len(), plain.len().min(Limits::default().features), "{geography} is whole");
}
