//! The two passes in one process: their plans run, each partition into an end of its own.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use arrow::array::RecordBatch;
use datafusion_common::DataFusionError;
use datafusion_physical_plan::ExecutionPlan;
use futures::StreamExt;
use tokio::runtime::Runtime;
use tokio::task::{JoinError, JoinSet};

use super::end::{End, Ended, Sink};
use super::error::EngineError;
use super::ground::Ground;
use super::identity::VisitIds;
use super::latest::{self, Choice, latest_step};
use super::operator::{MakeStep, Operator};
use super::packed::{pack_step, unpack_step};
use super::passes::{self, Part};
use super::persons::{Joined, Persons, PersonsTold};
use super::prelist::{Compared, Prelist};
use super::scan::VisitsScan;
use super::session;
use super::standings::{KnowsStandings, Standings};
use super::survey::survey_step;
use crate::check::Rule;
use crate::count::{Accounts, Cube};
use crate::read::persons::PersonFiles;
use crate::read::prelist::PrelistFiles;
use crate::read::visits::VisitFiles;

/// What is built, and with how much.
pub struct Build<'a> {
    pub files: Arc<VisitFiles>,
    /// The persons of the households, where there is a table of them.
    pub persons: Option<Arc<PersonFiles>>,
    /// The households that were to be visited, where there is a list of them.
    pub prelist: Option<Arc<PrelistFiles>>,
    pub ground: Arc<Ground>,
    pub threads: NonZeroUsize,
    /// What the plan's sorts and shuffles may hold together before they spill.
    pub memory_bytes: usize,
    /// Where they spill to.
    pub spill_folder: &'a Path,
}

/// What came of a build.
#[derive(Debug)]
pub struct Built {
    pub cube: Cube,
    pub accounts: Accounts,
    pub findings: BTreeMap<Rule, u64>,
    /// The rows of each file.
    pub rows: Vec<u64>,
    /// What came of the persons, where they were given.
    pub persons: Option<Joined>,
    /// What came of the prelist, where it was given.
    pub prelist: Option<Compared>,
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// Reading persons.
    Gathering,
    /// Reading the prelist.
    Listing,
    /// Choosing which visit of each household counts.
    Choosing,
    /// Locating, checking, placing and counting.
    Placing,
}

/// Runs both passes. `progress` is told the number of rows read so far in a pass, now and then.
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
    let (persons, prelist) = gather(build, &runtime, &progress)?;
    let beside = (persons.as_ref(), prelist.as_ref());
    let choosing = choose(build, beside, |rows| progress(Pass::Choosing, rows));
    let choice = runtime.block_on(choosing)?;
    let definition = build.persons.as_ref().and_then(|files| files.definition());
    let joined = persons.map(|persons| persons.finish(definition)).transpose()?;
    let (joined, told) =
        joined.map_or((None, None), |(joined, told)| (Some(joined), Some(Arc::new(told))));
    let compared = prelist.map(Prelist::finish).transpose()?;
    let locale = build.ground.locale();
    // Looking for repeated ids mostly waits, and finds nothing: the second pass needn't wait for it.
    let (repeated, placed) = thread::scope(|scope| {
        let repeated = scope.spawn(|| choice.ids.refuse_repeated(&build.files, &locale));
        let told = told.as_ref();
        let placed = place(build, &choice, told, make_sink, |rows| progress(Pass::Placing, rows));
        let placed = runtime.block_on(placed);
        (repeated.join().expect("it does not panic"), placed)
    });
    repeated?;
    match placed.map(|built| Built { persons: joined, prelist: compared, ..built }) {
        Ok(built) if built.accounts.rows != total(&choice.rows) => Err(EngineError::Changed),
        Err(EngineError::Unequal { visit_id }) => {
            VisitIds::refuse(&visit_id, &build.files, &build.ground.locale())?;
            Err(EngineError::Changed)
        }
        done => done,
    }
}

/// Reads the registers that are joined to the visits.
fn gather(
    build: &Build<'_>,
    runtime: &Runtime,
    progress: &impl Fn(Pass, u64),
) -> Result<(Option<Persons>, Option<Prelist>), EngineError> {
    let persons = build.persons.as_ref().map(|files| {
        runtime.block_on(Persons::gather(build, files, |rows| progress(Pass::Gathering, rows)))
    });
    let persons = persons.transpose()?;
    let prelist = build.prelist.as_ref().map(|files| {
        runtime.block_on(Prelist::gather(build, files, |rows| progress(Pass::Listing, rows)))
    });
    Ok((persons, prelist.transpose()?))
}

/// Finds every row's standing: scan a few columns, sort by household, take the latest.
async fn choose(
    build: &Build<'_>,
    (persons, prelist): (Option<&Persons>, Option<&Prelist>),
    progress: impl Fn(u64),
) -> Result<Arc<Choice>, EngineError> {
    let (files, threads) = (Arc::clone(&build.files), build.threads.get());
    let scan = VisitsScan::of_columns(&latest::CHOICE, files, build.ground.locale(), threads);
    let rows = scan.rows();
    let choice = Arc::new(Choice {
        standings: Standings::default(),
        ids: VisitIds::in_folder(build.spill_folder),
        rows: Arc::clone(&rows),
    });
    let latest = |part, input| operator(part, input, latest_step(&choice));
    let mut plan = passes::choosing(Arc::new(scan), threads, &latest)?;
    let schema = plan.schema();
    if let Some(persons) = persons {
        let step = persons.join_step(&choice);
        plan = Arc::new(Operator::new("Persons", plan, Arc::clone(&schema), step));
    }
    if let Some(prelist) = prelist {
        plan = Arc::new(Operator::new("Prelist", plan, schema, prelist.step(&choice)));
    }
    drive(build, plan, || |_: RecordBatch| Ok(()), &rows, progress).await?;
    Ok(choice)
}

/// Places and counts: scan all, survey, sort by place, hand to the sinks.
async fn place(
    build: &Build<'_>,
    choice: &Arc<Choice>,
    persons: Option<&Arc<PersonsTold>>,
    make_sink: impl Fn() -> Box<dyn Sink>,
    progress: impl Fn(u64),
) -> Result<Built, EngineError> {
    let (files, threads) = (Arc::clone(&build.files), build.threads.get());
    let scan = VisitsScan::new(files, build.ground.locale(), threads);
    let rows = scan.rows();
    let known: Arc<dyn KnowsStandings> = Arc::clone(choice) as _;
    let on_batches = |part, input| {
        let step = match part {
            Part::Latest => latest_step(choice),
            Part::Survey => survey_step(&build.ground, &known, persons),
            Part::Pack => pack_step(),
            Part::Unpack => unpack_step(),
        };
        operator(part, input, step)
    };
    let plan = passes::placing(Arc::new(scan), threads, &on_batches)?;
    let make_end = || End::new(build.ground.threshold, make_sink());
    let ends = drive(build, plan, make_end, &rows, progress).await?;
    let ended = ends.into_iter().map(End::finish).collect::<Result<Vec<_>, _>>()?;
    Ok(sum(ended, rows.iter().map(|rows| rows.load(Ordering::Relaxed)).collect()))
}

fn operator(part: Part, input: Arc<dyn ExecutionPlan>, step: MakeStep) -> Arc<dyn ExecutionPlan> {
    let schema = part.schema(input.schema());
    Arc::new(Operator::new(part.name(), input, schema, step))
}

/// Takes the batches of a partition, in order.
pub(super) trait Take: Send + 'static {
    fn take(&mut self, batch: RecordBatch) -> Result<(), EngineError>;
}

impl Take for End {
    fn take(&mut self, batch: RecordBatch) -> Result<(), EngineError> {
        self.put(&batch)
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

/// Runs a plan, each partition into an end of its own.
pub(super) async fn drive<T: Take>(
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

/// Adds up what came of the partitions.
pub(super) fn sum(parts: impl IntoIterator<Item = Ended>, rows: Vec<u64>) -> Built {
    let mut built = Built {
        cube: Cube::default(),
        accounts: Accounts::default(),
        findings: BTreeMap::new(),
        rows,
        persons: None,
        prelist: None,
    };
    for part in parts {
        built.cube.merge(&part.cube);
        built.accounts.merge(&part.accounts);
        for (rule, count) in part.findings {
            *built.findings.entry(rule).or_default() += count;
        }
    }
    built.accounts.rows = built.rows.iter().sum();
    built
}
