//! The whole build, from visits files to a release: ours beside a plain fold on one thread.
//!
//! The plain way does less: it applies no position rules, keeps no placed visits and writes nothing.

use std::collections::HashMap;
use std::hint::black_box;
use std::thread::available_parallelism;

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, UInt8Type};
use geo::MultiPolygon;
use h3o::CellIndex;
use sebaran::commands::build::{self, Assign, BuildArgs, RegisterArgs, Rules, Tiles};
use sebaran::commands::engine::Engine;
use sebaran::domain::position::Position;
use sebaran::domain::region::{RegionTree, Shapes};
use sebaran::store::{Release, index};

use crate::lookup;
use crate::plain::{self, Villages};
use crate::points;
use crate::survey::{Survey, common};
use crate::table::Table;
use crate::usage::{Usage, measure};

/// Measures the build, and gives back the release.
pub fn run(
    survey: &Survey,
    tree: &RegionTree,
    shapes: &Shapes,
    table: &mut Table,
) -> anyhow::Result<Release> {
    // The index is made once for a version of regions, and measured by itself.
    index::open(&survey.register, &survey.version)?;
    let cores = u16::try_from(available_parallelism()?.get())?;
    let (release, all) = measure(|| ours(survey, "all-cores", cores));
    let (one_core, one) = measure(|| ours(survey, "one-core", 1));
    let (release, one_core) = (release?, one_core?);
    let (plain, theirs) = measure(|| Plain::build(survey, tree, lookup::villages(tree, shapes)));
    let plain = plain?;
    let accounts = release.manifest().build().accounts;
    assert_eq!(accounts.counted, plain.counted, "both ways count the same households");
    assert_eq!(release.manifest().files(), one_core.manifest().files(), "threads change nothing");
    black_box(&plain.cells);
    let mut rows = |threads: u16, usage: Usage| {
        let work = format!("build of {} visits, threads = {threads}", accounts.rows);
        let rate = |wall_s: f64| accounts.rows as f64 / wall_s;
        table.compare(format!("{work}: by the clock"), "s", usage.wall_s, theirs.wall_s);
        table.compare(format!("{work}: CPU"), "s", usage.cpu_s, theirs.cpu_s);
        table.compare(format!("{work}: memory"), "MiB", usage.peak_mib, theirs.peak_mib);
        table.compare(format!("{work}: speed"), "rows/s", rate(usage.wall_s), rate(theirs.wall_s));
    };
    rows(cores, all);
    rows(1, one);
    Ok(release)
}

/// Builds a release from the survey.
pub fn ours(survey: &Survey, release: &str, threads: u16) -> anyhow::Result<Release> {
    let arguments = BuildArgs {
        visits: survey.visits.clone(),
        regions: survey.version.clone(),
        release: release.parse()?,
        reference_date: "2021-12-31".parse()?,
        columns: None,
        denominators: None,
        registers: RegisterArgs::default(),
        accept_doubtful: Vec::new(),
        restricted: true,
        publish: false,
        spend: None,
        erasure: None,
        person: None,
        assign: Assign::Declared,
        tiles: Tiles::No,
        since: None,
        memory_mib: None,
        rules: Rules::All,
        engine: Engine::Local,
    };
    build::build(&common(&survey.register, Some(threads)), &arguments)
}

/// The columns that the plain way reads.
const COLUMNS: [&str; 9] = [
    "visit_id",
    "household_id",
    "village_code",
    "started_at",
    "received_at",
    "outcome",
    "longitude",
    "latitude",
    "decile",
];

/// What a household's latest visit says that decides about it.
struct Visit {
    /// When it was made and received, and its id: the greatest is the latest.
    order: (i64, Option<i64>, String),
    is_completed: bool,
    village_code: String,
    position: Option<Position>,
    is_poor: bool,
}

/// Households and poor ones by declared village and hexagon.
pub struct Plain {
    cells: HashMap<(String, Option<CellIndex>), [u64; 2]>,
    counted: u64,
    pub visits: u64,
}

impl Plain {
    /// Builds from the survey, in memory.
    pub fn build(
        survey: &Survey,
        tree: &RegionTree,
        villages: &[MultiPolygon],
    ) -> anyhow::Result<Self> {
        let (latest, visits) = latest(survey)?;
        let codes: Vec<String> =
            tree.level(tree.deepest()).map(|(_, region)| region.code.to_string()).collect();
        let villages = Villages::new(villages);
        let mut plain = Self { cells: HashMap::new(), counted: 0, visits };
        for visit in latest.into_values().filter(|visit| visit.is_completed) {
            let found = visit.position.and_then(|position| villages.find(position));
            let lies_there =
                found.is_some_and(|village| codes[village as usize] == visit.village_code);
            let hexagon = visit.position.filter(|_| lies_there).map(plain::hexagon);
            let cell = plain.cells.entry((visit.village_code, hexagon)).or_default();
            cell[0] += 1;
            cell[1] += u64::from(visit.is_poor);
            plain.counted += 1;
        }
        Ok(plain)
    }
}

/// The latest visits by household, and how many visits there are.
fn latest(survey: &Survey) -> anyhow::Result<(HashMap<String, Visit>, u64)> {
    let (mut latest, mut visits) = (HashMap::new(), 0);
    for file in &survey.visits {
        for batch in points::batches(file, &COLUMNS)? {
            let batch = batch?;
            visits += batch.num_rows() as u64;
            keep_latest(&batch, &mut latest)?;
        }
    }
    Ok((latest, visits))
}

fn keep_latest(batch: &RecordBatch, latest: &mut HashMap<String, Visit>) -> anyhow::Result<()> {
    let (visits, households) = (text(batch, "visit_id"), text(batch, "household_id"));
    let villages = text(batch, "village_code");
    let time = |name| cast(column(batch, name), &DataType::Int64);
    let (started, received) = (time("started_at")?, time("received_at")?);
    let started = started.as_primitive::<Int64Type>();
    let received = received.as_primitive::<Int64Type>();
    let outcomes = column(batch, "outcome").as_primitive::<UInt8Type>();
    let deciles = column(batch, "decile").as_primitive::<UInt8Type>();
    let positions = points::of(batch);
    for (row, &position) in positions.iter().enumerate() {
        // Completed, moved away, or another household's: the other outcomes decide nothing.
        let outcome = outcomes.value(row);
        if ![1, 4, 6].contains(&outcome) {
            continue;
        }
        let received = received.is_valid(row).then(|| received.value(row));
        let order = (started.value(row), received, visits.value(row).to_owned());
        if latest.get(households.value(row)).is_some_and(|known| known.order >= order) {
            continue;
        }
        let visit = Visit {
            order,
            is_completed: outcome == 1,
            village_code: villages.value(row).to_owned(),
            position,
            is_poor: deciles.is_valid(row) && deciles.value(row) <= 4,
        };
        latest.insert(households.value(row).to_owned(), visit);
    }
    Ok(())
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> &'a dyn Array {
    batch.column_by_name(name).expect("it was asked for")
}

fn text<'a>(batch: &'a RecordBatch, name: &str) -> &'a StringArray {
    column(batch, name).as_string::<i32>()
}
