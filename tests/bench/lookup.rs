//! The village and the hexagon of positions: ours beside a plain way, in random and in village order.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use geo::{BoundingRect, Intersects, MultiPolygon, Point};
use h3o::{CellIndex, LatLng, Resolution};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;
use rstar::{AABB, RTree, RTreeObject};
use sebaran::domain::position::Position;
use sebaran::domain::region::{RegionTree, Shapes};
use sebaran::locate::{self, Hexagons, RegionIndex};

/// The plain way is so slow that it gets this many of the positions.
const PLAIN_POSITIONS: usize = 200_000;

/// Measures the lookup of these positions, which come in village order.
pub fn run(tree: &RegionTree, shapes: &Shapes, mut positions: Vec<Position>) -> anyhow::Result<()> {
    let first = tree.level(tree.deepest()).next().map_or(0, |(id, _)| id.index());
    let villages = &shapes.full[first..];
    let started = Instant::now();
    let index = locate::build(villages)?;
    println!(
        "index of {} villages: built in {:.1} s, {:.0} MiB",
        villages.len(),
        started.elapsed().as_secs_f64(),
        index.words().len() as f64 / f64::from(1 << 17)
    );
    let plain = Plain::new(villages);
    measure("in village order", &index, &plain, &positions);
    positions.shuffle(&mut Pcg64Mcg::seed_from_u64(1));
    measure("in random order", &index, &plain, &positions);
    Ok(())
}

fn measure(order: &str, index: &RegionIndex, plain: &Plain<'_>, positions: &[Position]) {
    let some: Vec<Option<Position>> = positions.iter().copied().map(Some).collect();
    let mut regions = Vec::new();
    let village = timed(positions.len(), || {
        for chunk in some.chunks(8192) {
            regions.clear();
            index.view().find_many(chunk, &mut regions);
            black_box(&regions);
        }
    });
    let mut hexagons = Hexagons::new();
    let hexagon = timed(positions.len(), || {
        for chunk in some.chunks(8192) {
            black_box(hexagons.find_many(chunk));
        }
    });
    let few = &positions[..positions.len().min(PLAIN_POSITIONS)];
    let plain_village = timed(few.len(), || {
        for &position in few {
            black_box(plain.find(position));
        }
    });
    let plain_hexagon = timed(few.len(), || {
        for &position in few {
            black_box(by_h3o(position));
        }
    });
    for &position in few {
        assert_eq!(index.view().find(position), plain.find(position), "the two ways agree");
        assert_eq!(hexagons.find(position), by_h3o(position), "the two ways agree");
    }
    let (ours, theirs) = (village + hexagon, plain_village + plain_hexagon);
    println!(
        "{order}: village {village:.0} ns, hexagon {hexagon:.0} ns, both {ours:.0} ns a position; plain \
         (R-tree with exact tests, h3o) {plain_village:.0} + {plain_hexagon:.0} = {theirs:.0} ns: {:.1} \
         times",
        theirs / ours
    );
}

/// Nanoseconds of one thread for each of `count`.
fn timed(count: usize, work: impl FnOnce()) -> f64 {
    let started = Instant::now();
    work();
    started.elapsed().as_nanos() as f64 / count as f64
}

fn by_h3o(position: Position) -> CellIndex {
    let position = LatLng::new(position.latitude(), position.longitude());
    position.expect("a position is finite").to_cell(Resolution::Eight)
}

/// An R-tree of the villages' boxes, and `geo`'s exact test of each candidate.
struct Plain<'a>(RTree<Boxed<'a>>);

struct Boxed<'a> {
    village: u32,
    shape: &'a MultiPolygon,
    bounds: AABB<[f64; 2]>,
}

impl RTreeObject for Boxed<'_> {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        self.bounds
    }
}

impl<'a> Plain<'a> {
    fn new(villages: &'a [MultiPolygon]) -> Self {
        let boxed = |(village, shape): (usize, &'a MultiPolygon)| {
            let rect = shape.bounding_rect()?;
            let bounds = AABB::from_corners(rect.min().into(), rect.max().into());
            Some(Boxed { village: village as u32, shape, bounds })
        };
        Self(RTree::bulk_load(villages.iter().enumerate().filter_map(boxed).collect()))
    }

    fn find(&self, position: Position) -> Option<u32> {
        let point = Point::new(position.longitude(), position.latitude());
        let near = self.0.locate_in_envelope_intersecting(&AABB::from_point(point.into()));
        near.filter(|boxed| boxed.shape.intersects(&point)).map(|boxed| boxed.village).min()
    }
}

/// The positions of visits files, in their order.
pub fn positions(files: &[std::path::PathBuf]) -> anyhow::Result<Vec<Position>> {
    let mut positions = Vec::new();
    for file in files {
        read_positions(file, &mut positions)?;
    }
    Ok(positions)
}

fn read_positions(file: &Path, positions: &mut Vec<Position>) -> anyhow::Result<()> {
    use arrow::array::AsArray;
    use arrow::datatypes::Float64Type;
    use parquet::arrow::ProjectionMask;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    let builder = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(file)?)?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), ["longitude", "latitude"]);
    for batch in builder.with_projection(mask).build()? {
        let batch = batch?;
        let axis = |name| batch.column_by_name(name).map(AsArray::as_primitive::<Float64Type>);
        let (Some(longitude), Some(latitude)) = (axis("longitude"), axis("latitude")) else {
            anyhow::bail!("`{}` has no positions", file.display());
        };
        let both = longitude.iter().zip(latitude);
        positions
            .extend(both.filter_map(|(longitude, latitude)| Position::new(longitude?, latitude?)));
    }
    Ok(())
}
