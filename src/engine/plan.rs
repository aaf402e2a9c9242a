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
use datafusion_physical_plan::common::spawn_buffered;
use futures::StreamExt;
use tokio::runtime::Runtime;
use tokio::task::{JoinError, JoinSet};

use super::behind::Behind;
use super::doubtful::Doubtful;
use super::end::{End, Ended, Sink};
use super::error::EngineError;
use super::ground::Ground;
use super::groups;
use super::identity::VisitIds;
use super::latest::{self, Choice, latest_step};
use super::notes::{NotedRows, Notes};
use super::operator::{MakeStep, Operator};
use super::packed::{pack_step, unpack_step};
use super::passes::{self, Part};
use super::prelist::add_prelist;
use super::registers::{RegisterFiles, Registers, RegistersJoined, Told};
use super::scan::VisitsScan;
use super::session;
use super::standings::Standings;
use super::survey::{Known, survey_step};
use super::targeting::add_reach;
use crate::check::{Rule, RulesUsed};
use crate::count::{Accounts, Cube, Quality};
use crate::domain::programme::TargetingTable;
use crate::read::visits::VisitFiles;

/// What is built, and with how much.
pub struct Build<'a> {
    pub files: Arc<VisitFiles>,
    pub registers: RegisterFiles,
    pub rules: RulesUsed,
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
    /// Findings by region and by officer.
    pub quality: Quality,
    /// Values of the visits that could not be read.
    pub doubtful: Doubtful,
    /// The rows of each file.
    pub rows: Vec<u64>,
    pub registers: RegistersJoined,
    /// Whom the programmes reach, where recipients were given.
    pub targeting: TargetingTable,
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// Reading persons.
    Gathering,
    /// Reading the prelist.
    Listing,
    /// Reading recipients.
    Receiving,
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
            Self::Gathering => "Reading persons",
            Self::Listing => "Reading the prelist",
            Self::Receiving => "Reading recipients",
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
    let registers = Registers::gather(build, &runtime, &progress)?;
    let choosing = choose(build, &registers, |rows| progress(Pass::Choosing, rows));
    let choice = runtime.block_on(choosing)?;
    let (joined, told) = registers.finish(&build.ground)?;
    let told = Arc::new(told);
    let locale = build.ground.locale();
    // Looking for repeated ids mostly waits, and finds nothing: the passes after it needn't wait.
    let (repeated, done) = thread::scope(|scope| {
        let repeated = scope.spawn(|| choice.ids.refuse_repeated(&build.files, &locale));
        let done = group_and_place(build, &runtime, (&choice, told), make_sink, &progress);
        (repeated.join().expect("it does not panic"), done)
    });
    repeated?;
    let with_registers = |mut built: Built| {
        if let Some(compared) = &joined.prelist {
            add_prelist(&mut built.cube, compared, &build.ground.tree);
        }
        Built { registers: joined, ..built }
    };
    match done.map(with_registers) {
        Ok(built) if built.accounts.rows != total(&choice.rows) => Err(EngineError::Changed),
        Err(EngineError::Unequal { visit_id }) => {
            VisitIds::refuse(&visit_id, &build.files, &build.ground.locale())?;
            Err(EngineError::Changed)
        }
        done => done,
    }
}

/// Looks at groups of visits, then places and counts.
fn group_and_place(
    build: &Build<'_>,
    runtime: &Runtime,
    (choice, registers): (&Arc<Choice>, Arc<Told>),
    make_sink: impl Fn() -> Box<dyn Sink>,
    progress: &impl Fn(Pass, u64),
) -> Result<Built, EngineError> {
    let grouping = |rows| progress(Pass::Grouping, rows);
    let noted = match build.rules {
        RulesUsed::All => groups::find(build, choice, grouping)?,
        RulesUsed::Single => NotedRows::none(),
    };
    let known = Arc::new(Known { standings: Arc::clone(choice) as _, noted, registers });
    runtime.block_on(place(build, &known, make_sink, |rows| progress(Pass::Placing, rows)))
}

/// Finds every row's standing: scan a few columns, sort by household, take the latest.
async fn choose(
    build: &Build<'_>,
    registers: &Registers,
    progress: impl Fn(u64),
) -> Result<Arc<Choice>, EngineError> {
    let (files, threads) = (Arc::clone(&build.files), build.threads.get());
    let VisitsScan { source, rows } =
        VisitsScan::of_columns(&latest::CHOICE, files, build.ground.locale(), threads);
    let choice = Arc::new(Choice {
        standings: Standings::default(),
        ids: VisitIds::in_folder(build.spill_folder),
        notes: Notes::in_folder(build.spill_folder),
        rows: Arc::clone(&rows),
    });
    let latest = |part, input| operator(part, input, latest_step(&choice));
    let plan = passes::choosing(Arc::new(source), threads, &latest)?;
    let plan = registers.put_on(plan, &choice);
    drive(build, plan, || |_: RecordBatch| Ok(()), &rows, progress).await?;
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
    let VisitsScan { source, rows } = VisitsScan::new(files, build.ground.locale(), threads);
    let on_batches = |part, input| {
        let step = match part {
            Part::Survey => survey_step(&build.ground, known),
            Part::Pack => pack_step(),
            Part::Unpack => unpack_step(),
            Part::Latest => unreachable!("the second pass chooses nothing"),
        };
        operator(part, input, step)
    };
    let plan = passes::placing(Arc::new(source), threads, &on_batches)?;
    let programmes = known.registers.for_whom(&build.ground.programmes);
    let make_sink = || match threads {
        1 => make_sink(),
        _ => Box::new(Behind::new(make_sink())),
    };
    let make_end = || End::new(Arc::clone(&build.ground), programmes.clone(), make_sink());
    let ends = drive(build, plan, make_end, &rows, progress).await?;
    let ended = ends.into_iter().map(End::finish).collect::<Result<Vec<_>, _>>()?;
    let mut built = sum(ended, rows.iter().map(|rows| rows.load(Ordering::Relaxed)).collect());
    add_reach(&mut built.cube, &built.targeting, &programmes);
    Ok(built)
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

/// Batches that a partition makes while its end takes one.
const AHEAD: usize = 1;

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
        let mut stream = spawn_buffered(plan.execute(partition, Arc::clone(&context))?, AHEAD);
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
        quality: Quality::default(),
        doubtful: Doubtful::default(),
        rows,
        registers: RegistersJoined::default(),
        targeting: TargetingTable::new(),
    };
    for part in parts {
        built.cube.merge(&part.cube);
        built.accounts.merge(&part.accounts);
        built.quality.merge(part.quality);
        built.doubtful.merge(part.doubtful);
        for (key, sums) in part.targeting {
            built.targeting.entry(key).or_default().merge(&sums);
        }
        for (rule, count) in part.findings {
            *built.findings.entry(rule).or_default() += count;
        }
    }
    built.accounts.rows = built.rows.iter().sum();
    built
}
