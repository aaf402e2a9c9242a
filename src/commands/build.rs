//! `sebaran build`: visits in, a release out.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use arrow::array::RecordBatch;

use super::Common;
use super::answer::print;
use super::beside;
use super::inputs::Inputs;
use super::progress::Progress;
use super::releases;
use super::strange_codes;
use crate::check::Rule;
use crate::config::Config;
use crate::domain::date::Date;
use crate::domain::region::Slug;
use crate::domain::visit::{AssignBy, VisitField};
use crate::engine::{self, Beside, Build, Built, EngineError, Ground, Pass, Sink};
use crate::protect::{LeafTable, Protection};
use crate::read::denominators;
use crate::read::visits::{ColumnsFile, VisitFiles};
use crate::store::manifest::{BesideUsed, BuildChoices, BuildRecord, InputUsed, RegionsUsed};
use crate::store::placed::PlacedWriter;
use crate::store::{self, Draft, Release, decisions, findings, index, leaves, regions, summaries};

/// Build a release from visits.
#[derive(Debug, clap::Args)]
pub struct BuildArgs {
    /// Visits files: .csv, .csv.gz, .tsv or .parquet.
    #[arg(required = true)]
    pub visits: Vec<PathBuf>,
    /// The regions by which households are counted; `demo` is the invented country.
    #[arg(long)]
    pub regions: Slug,
    /// The new release's id, for example 2021-q3.
    #[arg(long)]
    pub release: Slug,
    /// The day at which ages are taken, for example 2021-11-30.
    #[arg(long)]
    pub reference_date: Date,
    /// A TOML file that names the columns of visits files with other column names.
    #[arg(long)]
    pub columns: Option<PathBuf>,
    /// Resident households and persons by region, .csv or .parquet: without it there are no shares.
    #[arg(long)]
    pub denominators: Option<PathBuf>,
    /// What says where a household counts.
    #[arg(long, value_enum, default_value_t = Assign::Declared)]
    pub assign: Assign,
    /// The release before: households far from where it has them are noted.
    #[arg(long)]
    pub since: Option<Slug>,
    /// The memory in MiB that the plan may hold before it spills to the disk; by default the setting.
    #[arg(long, value_parser = clap::value_parser!(u32).range(8..))]
    pub memory_mib: Option<u32>,
}

/// [`AssignBy`] on the command line.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum Assign {
    /// The declared region; the position only where nothing lower is declared.
    Declared,
    /// The position alone: the way to count again on other boundaries.
    Coordinates,
}

/// Builds a release, makes it current and prints its accounts.
///
/// # Errors
/// Whatever stopped it; the current release stays as it was.
pub fn run(common: &Common, args: &BuildArgs) -> Result<()> {
    let release = build(common, args)?;
    if common.json {
        return print(&releases::describe(&release, true).to_string());
    }
    if common.quiet {
        return Ok(());
    }
    print(&accounts_of(&release).join("\n"))
}

/// Builds a release and makes it current.
///
/// # Errors
/// Whatever stopped it; the current release stays as it was.
pub fn build(common: &Common, args: &BuildArgs) -> Result<Release> {
    let progress = Progress::new(common);
    let settings = common.settings()?;
    let inputs = Inputs::note(&args.visits);
    let files = Arc::new(VisitFiles::open(&args.visits, columns(args.columns.as_deref())?)?);
    let table = args.denominators.as_deref().map(denominators::read).transpose()?;
    let draft = Draft::begin(&common.register, &args.release)?;
    let (beside, used, decided) = beside::collect(common, args.since.as_ref(), draft.path())?;
    let ground = Arc::new(ground(common, &args.regions, args.assign, &settings, beside)?);
    let memory_mib = args.memory_mib.unwrap_or(settings.build.memory_mib);
    let bounds = (threads(common), memory_mib as usize * 1024 * 1024);
    let hashing = inputs.hash();
    let built = run_plan(bounds, &draft, &files, &ground, &progress)?;
    built.accounts.close(built.cube.households()).context("the accounts do not close")?;
    strange_codes::refuse(&built, &args.regions, &files, &ground)?;
    progress.phase("Writing the release");
    let table_of_leaves =
        LeafTable::exact(&built.cube, files.fields(), ground.threshold, &ground.tree);
    leaves::write(draft.path(), &table_of_leaves, &ground.tree)?;
    summaries::write(draft.path(), &built.quality, &ground.tree)?;
    if !decided.is_empty() {
        decisions::write(draft.path(), &decided)?;
    }
    if let Some(table) = &table {
        store::denominators::write(draft.path(), table)?;
    }
    let inputs = hashing.finish(&built.rows)?;
    let record = record(args, common, (&files, inputs), &ground, &built)?;
    let record = BuildRecord { beside: used, ..record };
    Ok(draft.publish(record)?)
}

/// The columns file, where one is named.
///
/// # Errors
/// Where it can't be read.
pub(super) fn columns(path: Option<&Path>) -> Result<ColumnsFile> {
    let Some(path) = path else { return Ok(ColumnsFile::default()) };
    let text = fs::read_to_string(path)
        .with_context(|| format!("cannot read columns file `{}`", path.display()))?;
    ColumnsFile::parse(&text)
        .with_context(|| format!("cannot use columns file `{}`", path.display()))
}

/// Regions and settings to judge visits by.
///
/// # Errors
/// Where the regions can't be read.
pub(super) fn ground(
    common: &Common,
    version: &Slug,
    assign: Assign,
    settings: &Config,
    beside: Beside,
) -> Result<Ground> {
    regions::ensure(&common.register, version)?;
    let (tree, index) = index::open(&common.register, version)?;
    let assign = match assign {
        Assign::Declared => AssignBy::Declared,
        Assign::Coordinates => AssignBy::Coordinates,
    };
    let threshold = settings.build.poverty_threshold;
    Ok(Ground { tree, index, assign, check: settings.check, threshold, beside })
}

fn run_plan(
    (threads, memory_bytes): (NonZeroUsize, usize),
    draft: &Draft,
    files: &Arc<VisitFiles>,
    ground: &Arc<Ground>,
    progress: &Progress,
) -> Result<Built> {
    for table in ["placed", findings::FOLDER] {
        let folder = draft.path().join(table);
        fs::create_dir(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    }
    let spill = tempfile::tempdir_in(draft.path()).context("cannot make a folder to spill to")?;
    let work = Build {
        files: Arc::clone(files),
        ground: Arc::clone(ground),
        threads,
        memory_bytes,
        spill_folder: spill.path(),
    };
    let tree = Arc::new(ground.tree.clone());
    let make_sink = || -> Box<dyn Sink> {
        Box::new(ReleaseSink(PlacedWriter::new(draft.path().to_owned(), Arc::clone(&tree))))
    };
    let last = Cell::new(None);
    let tell = |pass: Pass, rows| {
        if last.replace(Some(pass)) != Some(pass) {
            progress.phase(pass.words());
        }
        progress.count(rows);
    };
    Ok(engine::run(&work, make_sink, tell)?)
}

/// The threads that were asked for, or one for each core.
pub(super) fn threads(common: &Common) -> NonZeroUsize {
    let asked = common.threads.and_then(|threads| NonZeroUsize::new(usize::from(threads)));
    asked.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
}

struct ReleaseSink(PlacedWriter);

impl Sink for ReleaseSink {
    fn put(&mut self, batch: &RecordBatch) -> Result<(), EngineError> {
        self.0.put(batch).map_err(|error| EngineError::Write(Box::new(error)))
    }

    fn finish(mut self: Box<Self>) -> Result<(), EngineError> {
        self.0.close().map_err(|error| EngineError::Write(Box::new(error)))
    }
}

fn record(
    args: &BuildArgs,
    common: &Common,
    (files, inputs): (&VisitFiles, Vec<InputUsed>),
    ground: &Ground,
    built: &Built,
) -> Result<BuildRecord> {
    let held = files.fields();
    let names = VisitField::ALL.iter().filter(|field| held & field.bit() != 0);
    Ok(BuildRecord {
        protection: Protection::Restricted,
        regions: RegionsUsed {
            version: args.regions.clone(),
            system: ground.tree.system(),
            content: regions::content(&common.register, &args.regions)?,
        },
        reference_date: args.reference_date,
        inputs,
        settings: BuildChoices {
            poverty_threshold: ground.threshold,
            assign: ground.assign,
            check: ground.check,
        },
        accounts: built.accounts,
        fields: names.map(|field| field.name().to_owned()).collect(),
        ignored_columns: files.ignored(),
        findings: named(&built.findings),
        beside: BesideUsed::default(),
    })
}

fn named(findings: &BTreeMap<Rule, u64>) -> BTreeMap<String, u64> {
    findings.iter().map(|(rule, count)| (rule.name().to_owned(), *count)).collect()
}

fn accounts_of(release: &Release) -> Vec<String> {
    let record = release.manifest().build();
    let accounts = record.accounts;
    let (id, version) = (release.id(), &record.regions.version);
    let mut lines = vec![format!("release {id} on regions {version} (restricted)")];
    let sums = [
        ("rows", accounts.rows),
        ("= counted households", accounts.counted),
        ("+ superseded visits", accounts.superseded),
        ("+ visits not completed", accounts.not_completed),
        ("counted households", accounts.counted),
        ("= placed in a hexagon", accounts.placed_in_hexagon),
        ("+ placed in a region only", accounts.placed_in_region_only),
        ("+ unplaced", accounts.unplaced),
    ];
    lines.extend(sums.map(|(what, count)| format!("  {what:<28}{count:>14}")));
    let findings = record.findings.iter();
    lines.extend(findings.map(|(rule, count)| format!("  finding {rule:<20}{count:>14}")));
    if !record.ignored_columns.is_empty() {
        lines.push(format!("  columns not read: {}", record.ignored_columns.join(", ")));
    }
    lines
}
