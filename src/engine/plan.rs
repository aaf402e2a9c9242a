//! The two plans: scan, sort by household, choose the latest; then scan, survey, sort by place, count.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::compute::SortOptions;
use datafusion_common::DataFusionError;
use datafusion_physical_expr::expressions::col;
use datafusion_physical_expr::{LexOrdering, Partitioning, PhysicalSortExpr};
use datafusion_physical_plan::ExecutionPlan;
use datafusion_physical_plan::repartition::RepartitionExec;
use datafusion_physical_plan::sorts::sort::SortExec;
use futures::StreamExt;
use tokio::task::{JoinError, JoinSet};

use super::error::EngineError;
use super::ground::Ground;
use super::groups;
use super::identity::VisitIds;
use super::latest::{self, Choice, latest_step};
use super::notes::Notes;
use super::operator::Operator;
use super::packed::{PACKED_SCHEMA, pack_step, unpack_step};
use super::repeats::Repeats;
use super::scan::VisitsScan;
use super::session;
use super::standings::Standings;
use super::survey::{Known, survey_step};
use super::tally::Tally;
use crate::check::Rule;
use crate::count::{Accounts, Cube, Quality};
use crate::place::batch::{self, PLACED_SCHEMA, PlacedBatch};
use crate::read::visits::VisitFiles;

/// What is built, and with how much.
pub struct Build<'a> {
    pub files: Arc<VisitFiles>,
    pub ground: Arc<Ground>,
    pub threads: NonZeroUsize,
    /// What the plan's sorts and shuffles may hold together before they spill.
    pub memory_bytes: usize,
    /// Where they spill to.
    pub spill_folder: &'a Path,
}

/// Takes the placed visits of one partition, in their final order: all visits of a province come to
/// one sink, one province after the other.
pub trait Sink: Send {
    /// Takes the next visits.
    ///
    /// # Errors
    /// Whatever stops the writing.
    fn put(&mut self, batch: &RecordBatch) -> Result<(), EngineError>;

    /// Ends the writing.
    ///
    /// # Errors
    /// Whatever stops it.
    fn finish(self: Box<Self>) -> Result<(), EngineError>;
}

/// What came of a build.
#[derive(Debug)]
pub struct Built {
    pub cube: Cube,
    pub accounts: Accounts,
    pub findings: BTreeMap<Rule, u64>,
    /// Findings by region and by officer.
    pub quality: Quality,
    /// The rows of each file.
    pub rows: Vec<u64>,
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// Choosing which visit of each household counts.
    Choosing,
    /// Looking at enumerators' days, devices and places.
    Grouping,
    /// Locating, checking, placing and counting.
    Placing,
}

impl Pass {
    /// What people are told.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Choosing => "Choosing which visit of each household counts",
            Self::Grouping => "Looking at enumerators' days, devices and places",
            Self::Placing => "Locating, checking, placing and counting",
        }
    }
}

/// Runs all passes. `progress` is told the number of rows read so far in a pass, now and then.
///
/// # Errors
/// [`EngineError`], the first of any partition.
pub fn run(
    build: &Build<'_>,
    make_sink: impl Fn() -> Box<dyn Sink>,
    progress: impl Fn(Pass, u64),
) -> Result<Built, EngineError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(build.threads.get())
        .enable_time()
        .build()
        .map_err(EngineError::Threads)?;
    let choice = runtime.block_on(choose(build, |rows| progress(Pass::Choosing, rows)))?;
    let locale = build.ground.locale();
    // Looking for repeated ids mostly waits, and finds nothing: the other passes needn't wait for it.
    let (repeated, placed) = thread::scope(|scope| {
        let repeated = scope.spawn(|| choice.ids.refuse_repeated(&build.files, &locale));
        let noted = groups::find(build, &choice, |rows| progress(Pass::Grouping, rows));
        let placed = noted.and_then(|noted| {
            let known = Arc::new(Known { choice: Arc::clone(&choice), noted });
            let placed = place(build, &known, make_sink, |rows| progress(Pass::Placing, rows));
            runtime.block_on(placed)
        });
        (repeated.join().expect("it does not panic"), placed)
    });
    repeated?;
    match placed {
        Ok(built) if built.accounts.rows != total(&choice.rows) => Err(EngineError::Changed),
        Err(EngineError::Unequal { visit_id }) => {
            VisitIds::refuse(&visit_id, &build.files, &build.ground.locale())?;
            Err(EngineError::Changed)
        }
        done => done,
    }
}

/// Finds every row's standing: scan a few columns, sort by household, take the latest.
async fn choose(build: &Build<'_>, progress: impl Fn(u64)) -> Result<Arc<Choice>, EngineError> {
    let (files, threads) = (Arc::clone(&build.files), build.threads.get());
    let scan = VisitsScan::of_columns(&latest::CHOICE, files, build.ground.locale(), threads);
    let rows = scan.rows();
    let choice = Arc::new(Choice {
        standings: Standings::default(),
        ids: VisitIds::in_folder(build.spill_folder),
        notes: Notes::in_folder(build.spill_folder),
        rows: Arc::clone(&rows),
    });
    let by_household = latest::ORDER.map(|(field, options)| (field.name(), options));
    let sorted = sorted(Arc::new(scan), threads, &by_household)?;
    let schema = sorted.schema();
    let latest = Operator::new("Latest", sorted, schema, latest_step(&choice));
    drive(build, Arc::new(latest), || |_: RecordBatch| Ok(()), &rows, progress).await?;
    Ok(choice)
}

/// Places and counts: scan all, survey, sort by place, hand to the sinks.
async fn place(
    build: &Build<'_>,
    known: &Arc<Known>,
    make_sink: impl Fn() -> Box<dyn Sink>,
    progress: impl Fn(u64),
) -> Result<Built, EngineError> {
    let (files, threads) = (Arc::clone(&build.files), build.threads.get());
    let scan = VisitsScan::new(files, build.ground.locale(), threads);
    let rows = scan.rows();
    let step = survey_step(&build.ground, known);
    let surveyed = Operator::new("Survey", Arc::new(scan), Arc::clone(&PLACED_SCHEMA), step);
    let schema = Arc::clone(&PACKED_SCHEMA);
    let packed = Operator::new("Pack", Arc::new(surveyed), schema, pack_step());
    let by_place = batch::ORDER.map(|name| (name, SortOptions::default()));
    let by_place = sorted(Arc::new(packed), threads, &by_place)?;
    let schema = Arc::clone(&PLACED_SCHEMA);
    let placed = Operator::new("Unpack", by_place, schema, unpack_step());
    let make_end = || End {
        repeats: Repeats::default(),
        tally: Tally::new(build.ground.threshold),
        quality: Quality::default(),
        ground: Arc::clone(&build.ground),
        sink: make_sink(),
    };
    let ends = drive(build, Arc::new(placed), make_end, &rows, progress).await?;
    let mut tallies = Vec::with_capacity(ends.len());
    let mut quality = Quality::default();
    for end in ends {
        end.sink.finish()?;
        tallies.push(end.tally);
        quality.merge(end.quality);
    }
    Ok(Built { quality, ..sum(tallies, &rows) })
}

/// Where a partition's placed visits go.
struct End {
    repeats: Repeats,
    tally: Tally,
    quality: Quality,
    ground: Arc<Ground>,
    sink: Box<dyn Sink>,
}

/// Takes the batches of a partition, in order.
trait Take: Send + 'static {
    fn take(&mut self, batch: RecordBatch) -> Result<(), EngineError>;
}

impl Take for End {
    fn take(&mut self, batch: RecordBatch) -> Result<(), EngineError> {
        self.repeats.check(&batch)?;
        let placed = PlacedBatch::new(&batch);
        self.tally.add(&placed);
        self.quality.add(&placed, |row| placed.local_day(row, &self.ground.tree));
        self.sink.put(&batch)
    }
}

impl<F: FnMut(RecordBatch) -> Result<(), EngineError> + Send + 'static> Take for F {
    fn take(&mut self, batch: RecordBatch) -> Result<(), EngineError> {
        self(batch)
    }
}

fn total(rows: &[AtomicU64]) -> u64 {
    rows.iter().map(|rows| rows.load(Ordering::Relaxed)).sum()
}

/// Brings rows that are equal in the first column of an order together, and sorts each partition.
fn sorted(
    input: Arc<dyn ExecutionPlan>,
    partitions: usize,
    order: &[(&str, SortOptions)],
) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    let schema = input.schema();
    let group = vec![col(order[0].0, &schema)?];
    let shuffled = RepartitionExec::try_new(input, Partitioning::Hash(group, partitions))?;
    let sort = |(name, options): &(&str, SortOptions)| {
        Ok(PhysicalSortExpr { expr: col(name, &schema)?, options: *options })
    };
    let order = order.iter().map(sort).collect::<Result<Vec<_>, DataFusionError>>()?;
    let order = LexOrdering::new(order).expect("an order has a first column");
    Ok(Arc::new(SortExec::new(order, Arc::new(shuffled)).with_preserve_partitioning(true)))
}

/// Runs a plan, each partition into an end of its own.
async fn drive<T: Take>(
    build: &Build<'_>,
    plan: Arc<dyn ExecutionPlan>,
    make_end: impl Fn() -> T,
    rows: &[AtomicU64],
    progress: impl Fn(u64),
) -> Result<Vec<T>, EngineError> {
    let context = session::context(build.memory_bytes, build.threads.get(), build.spill_folder)?;
    let mut tasks = JoinSet::new();
    for partition in 0..build.threads.get() {
        let mut stream = plan.execute(partition, Arc::clone(&context))?;
        let mut end = make_end();
        tasks.spawn(async move {
            while let Some(batch) = stream.next().await {
                end.take(batch?)?;
            }
            Ok::<_, EngineError>(end)
        });
    }
    // The steps hold what they noted until the plan is gone.
    drop(plan);
    let mut ends = Vec::new();
    while !tasks.is_empty() {
        match tokio::time::timeout(Duration::from_millis(200), tasks.join_next()).await {
            Ok(done) => ends.extend(done.map(joined).transpose()?),
            Err(_) => progress(total(rows)),
        }
    }
    progress(total(rows));
    Ok(ends)
}

fn joined<T>(done: Result<Result<T, EngineError>, JoinError>) -> Result<T, EngineError> {
    let stopped = |error| EngineError::Plan(DataFusionError::External(Box::new(error)));
    done.map_err(stopped)?
}

fn sum(tallies: Vec<Tally>, rows: &[AtomicU64]) -> Built {
    let mut built = Built {
        cube: Cube::default(),
        accounts: Accounts::default(),
        findings: BTreeMap::new(),
        quality: Quality::default(),
        rows: rows.iter().map(|rows| rows.load(Ordering::Relaxed)).collect(),
    };
    for tally in tallies {
        let (cube, accounts, findings) = tally.finish();
        built.cube.merge(&cube);
        built.accounts.merge(&accounts);
        for (rule, count) in findings {
            *built.findings.entry(rule).or_default() += count;
        }
    }
    built.accounts.rows = built.rows.iter().sum();
    built
}
