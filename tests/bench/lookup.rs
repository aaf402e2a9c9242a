//! The village and the hexagon of positions: ours beside a plain way, in random and in village order,
//! on one thread.

use std::hint::black_box;
use std::time::Instant;

use geo::MultiPolygon;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;
use sebaran::domain::position::Position;
use sebaran::domain::region::{RegionTree, Shapes};
use sebaran::locate::{self, Hexagons, RegionIndex};

use crate::plain::{self, Villages};
use crate::points::{self, ROWS_AT_ONCE};
use crate::survey::Survey;
use crate::table::Table;
use crate::usage::measure;

/// The plain way is so slow that it gets this many of the positions.
const PLAIN_POSITIONS: usize = 200_000;

/// The shapes of the deepest level, by the numbers that the index gives.
pub fn villages<'a>(tree: &RegionTree, shapes: &'a Shapes) -> &'a [MultiPolygon] {
    let first = tree.level(tree.deepest()).next().map_or(0, |(id, _)| id.index());
    &shapes.full[first..]
}

/// Measures the lookup of a survey's positions, which come in village order.
pub fn run(
    survey: &Survey,
    tree: &RegionTree,
    shapes: &Shapes,
    table: &mut Table,
) -> anyhow::Result<()> {
    let villages = villages(tree, shapes);
    let (index, usage) = measure(|| locate::build(villages));
    let index = index?;
    table.note(format!("index of {} villages: building", villages.len()), "CPU s", usage.cpu_s);
    let mib = index.words().len() as f64 / f64::from(1 << 17);
    table.note(format!("index of {} villages: size", villages.len()), "MiB", mib);
    let (whole, usage) = measure(|| from_files(survey, &index));
    let count = whole?;
    table.note(
        format!("{count} visits: read positions, find both, village order"),
        "CPU ns",
        usage.cpu_s * 1e9 / count as f64,
    );
    let mut positions = points::read(&survey.visits)?;
    let plain = Villages::new(villages);
    compare("village order", &index, &plain, &positions, table);
    positions.shuffle(&mut Pcg64Mcg::seed_from_u64(1));
    compare("random order", &index, &plain, &positions, table);
    Ok(())
}

/// Reads positions and finds both, as a process does that is measured as a whole.
fn from_files(survey: &Survey, index: &RegionIndex) -> anyhow::Result<usize> {
    let (mut hexagons, mut regions, mut count) = (Hexagons::new(), Vec::new(), 0);
    for file in &survey.visits {
        for batch in points::open(file)? {
            let positions = points::of(&batch?);
            count += positions.len();
            regions.clear();
            index.view().find_many(&positions, &mut regions);
            black_box((&regions, hexagons.find_many(&positions)));
        }
    }
    Ok(count)
}

fn compare(
    order: &str,
    index: &RegionIndex,
    plain: &Villages<'_>,
    positions: &[Position],
    table: &mut Table,
) {
    let few = &positions[..positions.len().min(PLAIN_POSITIONS)];
    check(index, plain, few);
    let some: Vec<Option<Position>> = positions.iter().copied().map(Some).collect();
    let mut regions = Vec::new();
    let village = nanoseconds(some.len(), || {
        for chunk in some.chunks(ROWS_AT_ONCE) {
            regions.clear();
            index.view().find_many(chunk, &mut regions);
            black_box(&regions);
        }
    });
    let mut hexagons = Hexagons::new();
    let hexagon = nanoseconds(some.len(), || {
        for chunk in some.chunks(ROWS_AT_ONCE) {
            black_box(hexagons.find_many(chunk));
        }
    });
    let plain_village = nanoseconds(few.len(), || {
        for &position in few {
            black_box(plain.find(position));
        }
    });
    let plain_hexagon = nanoseconds(few.len(), || {
        for &position in few {
            black_box(plain::hexagon(position));
        }
    });
    let mut row = |what: &str, ours, theirs| {
        table.compare(format!("point, {order}, 1 thread: {what}"), "ns", ours, theirs);
    };
    row("village", village, plain_village);
    row("hexagon", hexagon, plain_hexagon);
    row("both", village + hexagon, plain_village + plain_hexagon);
}

/// Holds ours against the plain way.
fn check(index: &RegionIndex, plain: &Villages<'_>, positions: &[Position]) {
    let some: Vec<Option<Position>> = positions.iter().copied().map(Some).collect();
    let mut regions = Vec::new();
    index.view().find_many(&some, &mut regions);
    let hexagons = Hexagons::new().find_many(&some);
    for ((&position, region), hexagon) in positions.iter().zip(regions).zip(hexagons) {
        assert_eq!(region, plain.find(position), "the two ways agree");
        assert_eq!(hexagon, Some(plain::hexagon(position)), "the two ways agree");
    }
}

/// Nanoseconds for each of `count`.
fn nanoseconds(count: usize, work: impl FnOnce()) -> f64 {
    let started = Instant::now();
    work();
    started.elapsed().as_nanos() as f64 / count.max(1) as f64
}
