//! The plan: scan, survey, sort by household, choose the latest, sort by place, count.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::compute::SortOptions;
use datafusion_common::Result;
use datafusion_execution::TaskContext;
use datafusion_physical_expr::expressions::col;
use datafusion_physical_expr::{LexOrdering, Partitioning, PhysicalSortExpr};
use datafusion_physical_plan::ExecutionPlan;
use datafusion_physical_plan::repartition::RepartitionExec;
use datafusion_physical_plan::sorts::sort::SortExec;
use futures::StreamExt;
use tokio::task::JoinSet;

use super::error::EngineError;
use super::ground::Ground;
use super::identity::VisitIds;
use super::latest::{self, latest_step};
use super::operator::Operator;
use super::packed::{CHOSEN_SCHEMA, PACKED_SCHEMA, pack_step, unpack_step};
use super::scan::VisitsScan;
use super::session;
use super::survey::survey_step;
use super::tally::Tally;
use crate::check::Rule;
use crate::count::{Accounts, Cube};
use crate::place::batch::{self, PLACED_SCHEMA, PlacedBatch, SURVEYED_SCHEMA};
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
    /// The rows of each file.
    pub rows: Vec<u64>,
}

/// Runs the plan. `progress` is told the number of rows read so far, now and then.
///
/// # Errors
/// [`EngineError`], the first of any partition.
pub fn run(
    build: &Build<'_>,
    make_sink: impl Fn() -> Box<dyn Sink>,
    progress: impl Fn(u64),
) -> Result<Built, EngineError> {
    let ids = VisitIds::in_folder(build.spill_folder);
    let locale = build.ground.locale();
    let scan = VisitsScan::new(Arc::clone(&build.files), locale.clone(), build.threads.get());
    let rows = scan.rows();
    let plan = assemble(build, scan, &ids)?;
    let context = session::context(build.memory_bytes, build.threads.get(), build.spill_folder)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(build.threads.get())
        .enable_time()
        .build()
        .map_err(EngineError::Threads)?;
    let tallies = runtime.block_on(async {
        let work = drive(&plan, &context, build, make_sink);
        tokio::pin!(work);
        loop {
            match tokio::time::timeout(Duration::from_millis(200), &mut work).await {
                Ok(done) => return done,
                Err(_) => progress(total(&rows)),
            }
        }
    })?;
    // The steps hold identities until the plan is gone.
    drop(plan);
    drop(runtime);
    progress(total(&rows));
    ids.refuse_repeated(&build.files, &locale)?;
    Ok(sum(tallies, &rows))
}

fn total(rows: &[AtomicU64]) -> u64 {
    rows.iter().map(|rows| rows.load(Ordering::Relaxed)).sum()
}

fn assemble(
    build: &Build<'_>,
    scan: VisitsScan,
    ids: &Arc<VisitIds>,
) -> Result<Arc<dyn ExecutionPlan>, EngineError> {
    let names = build.files.names().into();
    let partitions = build.threads.get();
    let surveyed = Operator::new(
        "Survey",
        Arc::new(scan),
        Arc::clone(&SURVEYED_SCHEMA),
        survey_step(&build.ground),
    );
    let schema = Arc::clone(&PACKED_SCHEMA);
    let packed = Operator::new("Pack", Arc::new(surveyed), schema, pack_step());
    let by_household = latest::ORDER.map(|(field, options)| (field.name(), options));
    let by_household = sorted(Arc::new(packed), partitions, &by_household)?;
    let schema = Arc::clone(&CHOSEN_SCHEMA);
    let latest = Operator::new("Latest", by_household, schema, latest_step(ids, names));
    let by_place = batch::ORDER.map(|name| (name, SortOptions::default()));
    let by_place = sorted(Arc::new(latest), partitions, &by_place)?;
    let schema = Arc::clone(&PLACED_SCHEMA);
    Ok(Arc::new(Operator::new("Unpack", by_place, schema, unpack_step())))
}

/// Brings rows that are equal in the first column of an order together, and sorts each partition.
fn sorted(
    input: Arc<dyn ExecutionPlan>,
    partitions: usize,
    order: &[(&str, SortOptions)],
) -> Result<Arc<dyn ExecutionPlan>> {
    let schema = input.schema();
    let group = vec![col(order[0].0, &schema)?];
    let shuffled = RepartitionExec::try_new(input, Partitioning::Hash(group, partitions))?;
    let sort = |(name, options): &(&str, SortOptions)| {
        Ok(PhysicalSortExpr { expr: col(name, &schema)?, options: *options })
    };
    let order = order.iter().map(sort).collect::<Result<Vec<_>>>()?;
    let order = LexOrdering::new(order).expect("an order has a first column");
    Ok(Arc::new(SortExec::new(order, Arc::new(shuffled)).with_preserve_partitioning(true)))
}

async fn drive(
    plan: &Arc<dyn ExecutionPlan>,
    context: &Arc<TaskContext>,
    build: &Build<'_>,
    make_sink: impl Fn() -> Box<dyn Sink>,
) -> Result<Vec<Tally>, EngineError> {
    let mut tasks = JoinSet::new();
    for partition in 0..build.threads.get() {
        let mut stream = plan.execute(partition, Arc::clone(context))?;
        let mut tally = Tally::new(build.ground.threshold);
        let mut sink = make_sink();
        tasks.spawn(async move {
            while let Some(batch) = stream.next().await {
                let batch = batch?;
                tally.add(&PlacedBatch::new(&batch));
                sink.put(&batch)?;
            }
            sink.finish()?;
            Ok::<_, EngineError>(tally)
        });
    }
    let mut tallies = Vec::new();
    while let Some(done) = tasks.join_next().await {
        let done = done.map_err(|error| {
            EngineError::Plan(datafusion_common::DataFusionError::External(Box::new(error)))
        });
        tallies.push(done??);
    }
    Ok(tallies)
}

fn sum(tallies: Vec<Tally>, rows: &[AtomicU64]) -> Built {
    let mut built = Built {
        cube: Cube::default(),
        accounts: Accounts::default(),
        findings: BTreeMap::new(),
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
