//! `sebaran build`: visits in, a release out.

mod public;
mod registers;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use arrow::array::RecordBatch;

use super::Common;
use super::answer::print;
use super::cluster;
use super::engine::Engine;
use super::inputs::Inputs;
use super::progress::Progress;
use super::releases;
use super::strange_codes;
use crate::check::Rule;
use crate::config::Config;
use crate::domain::date::Date;
use crate::domain::region::{RegionTree, Slug};
use crate::domain::visit::{AssignBy, VisitField};
use crate::engine::{self, Build, Built, EngineError, Ground, Pass, Sink};
use crate::protect::{Counted, LeafTable, Protection};
use crate::read::denominators;
use crate::read::visits::{ColumnsFile, VisitFiles};
use crate::store::manifest::{
    BuildChoices, BuildRecord, InputUsed, PersonsUsed, PrelistUsed, RegionsUsed,
};
use crate::store::placed::PlacedWriter;
use crate::store::{self, Draft, Release, index, leaves, regions, secret};

pub use registers::RegisterArgs;
use registers::Registers;

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
    #[command(flatten)]
    pub registers: RegisterArgs,
    /// Make exact figures alone, for this machine: no public ones.
    #[arg(long)]
    pub restricted: bool,
    /// What says where a household counts.
    #[arg(long, value_enum, default_value_t = Assign::Declared)]
    pub assign: Assign,
    /// What runs the plan: local, or ballista://host:port, the cluster of a scheduler there.
    #[arg(long, default_value_t = Engine::Local)]
    pub engine: Engine,
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
    if args.engine != Engine::Local {
        cluster::check()?;
        let has_registers = !args.registers.paths().is_empty();
        ensure!(!has_registers, "a cluster joins no registers; build with them on one machine");
    }
    let progress = Progress::new(common);
    let settings = common.settings()?;
    let inputs = Inputs::note(&[&args.visits[..], &args.registers.paths()].concat());
    let columns = columns(args)?;
    let registers = Registers::open(&args.registers, &columns, args.reference_date)?;
    let files = Arc::new(VisitFiles::open(&args.visits, columns)?);
    let table = args.denominators.as_deref().map(denominators::read).transpose()?;
    let draft = Draft::begin(&common.register, &args.release)?;
    if !args.restricted {
        secret::check(&common.register)?;
    }
    let ground = Arc::new(ground(args, common, &settings)?);
    let hashing = inputs.hash();
    let mut built = match &args.engine {
        Engine::Local => {
            let memory_mib = args.memory_mib.unwrap_or(settings.build.memory_mib);
            let bounds = (threads(common), memory_mib as usize * 1024 * 1024);
            run_plan(bounds, &draft, (&files, &registers), &ground, &progress)?
        }
        Engine::Ballista(address) => {
            make_tables(&draft)?;
            let asked = (common, args, settings.cluster);
            cluster::build_on(address, asked, &draft, &files, &ground, told(&progress))?
        }
    };
    built.accounts.close(built.cube.households()).context("the accounts do not close")?;
    strange_codes::refuse(&built, &args.regions, &files, &ground)?;
    let fields = files.fields() | registers.fields();
    progress.phase("Writing the release");
    let table_of_leaves = LeafTable::exact(&built.cube, fields, ground.threshold, &ground.tree);
    leaves::write(draft.path(), &table_of_leaves, &ground.tree)?;
    if let Some(table) = &table {
        store::denominators::write(draft.path(), table)?;
    }
    let rows = [&built.rows[..], &registers.rows(&built)].concat();
    let mut inputs = hashing.finish(&rows)?;
    let of_registers = inputs.split_off(built.rows.len());
    let mut record = record(args, common, (&files, inputs, fields), &ground, &built)?;
    registers.record(of_registers, &mut record);
    let joined = (built.persons.take(), built.prelist.take());
    registers.keep(&draft, joined, &ground, &mut record)?;
    if !args.restricted {
        progress.phase("Protecting");
        let (cube, threshold, regions) = (&built.cube, ground.threshold, &ground.tree);
        let counted = Counted { cube, fields, threshold, regions };
        let chosen = (settings.protect, secret::open(&common.register)?);
        public::make(&draft, &mut record, chosen, counted, table.as_ref())?;
    }
    Ok(draft.publish(record)?)
}

fn columns(args: &BuildArgs) -> Result<ColumnsFile> {
    let path = args.columns.as_deref().unwrap_or(Path::new(""));
    ColumnsFile::parse(&columns_text(args)?)
        .with_context(|| format!("cannot use columns file `{}`", path.display()))
}

/// The text of the columns file; empty, which changes nothing, where there is none.
///
/// # Errors
/// Where it can't be read.
pub(super) fn columns_text(args: &BuildArgs) -> Result<String> {
    let Some(path) = &args.columns else { return Ok(String::new()) };
    fs::read_to_string(path)
        .with_context(|| format!("cannot read columns file `{}`", path.display()))
}

fn ground(args: &BuildArgs, common: &Common, settings: &Config) -> Result<Ground> {
    regions::ensure(&common.register, &args.regions)?;
    let (tree, index) = index::open(&common.register, &args.regions)?;
    let assign = match args.assign {
        Assign::Declared => AssignBy::Declared,
        Assign::Coordinates => AssignBy::Coordinates,
    };
    let threshold = settings.build.poverty_threshold;
    Ok(Ground { tree, index, assign, check: settings.check, threshold })
}

fn run_plan(
    (threads, memory_bytes): (NonZeroUsize, usize),
    draft: &Draft,
    (files, registers): (&Arc<VisitFiles>, &Registers),
    ground: &Arc<Ground>,
    progress: &Progress,
) -> Result<Built> {
    make_tables(draft)?;
    let spill = tempfile::tempdir_in(draft.path()).context("cannot make a folder to spill to")?;
    let work = Build {
        files: Arc::clone(files),
        persons: registers.persons.clone(),
        prelist: registers.prelist.clone(),
        ground: Arc::clone(ground),
        threads,
        memory_bytes,
        spill_folder: spill.path(),
    };
    let tree = Arc::new(ground.tree.clone());
    let make_sink = || -> Box<dyn Sink> {
        let sink = ReleaseSink::new(draft.path(), &tree);
        Box::new(if registers.persons.is_some() { sink.with_persons() } else { sink })
    };
    Ok(engine::run(&work, make_sink, told(progress))?)
}

/// Makes the folders of the tables that come to a draft file by file.
fn make_tables(draft: &Draft) -> Result<()> {
    for table in ["placed", "findings"] {
        let folder = draft.path().join(table);
        fs::create_dir(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    }
    Ok(())
}

fn told(progress: &Progress) -> impl Fn(Pass, u64) {
    let last = Cell::new(None);
    move |pass, rows| {
        if last.replace(Some(pass)) != Some(pass) {
            progress.phase(match pass {
                Pass::Gathering => "Reading persons",
                Pass::Listing => "Reading the prelist",
                Pass::Choosing => "Choosing which visit of each household counts",
                Pass::Placing => "Locating, checking, placing and counting",
            });
        }
        progress.count(rows);
    }
}

/// The threads that were asked for, or one for each core.
pub(super) fn threads(common: &Common) -> NonZeroUsize {
    let asked = common.threads.and_then(|threads| NonZeroUsize::new(usize::from(threads)));
    asked.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
}

/// Writes placed visits to the tables in a folder.
pub(super) struct ReleaseSink(PlacedWriter);

impl ReleaseSink {
    pub(super) fn new(folder: &Path, tree: &Arc<RegionTree>) -> Self {
        Self(PlacedWriter::new(folder.to_owned(), Arc::clone(tree)))
    }

    fn with_persons(self) -> Self {
        Self(self.0.with_persons())
    }
}

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
    (files, inputs, held): (&VisitFiles, Vec<InputUsed>, u32),
    ground: &Ground,
    built: &Built,
) -> Result<BuildRecord> {
    let names = VisitField::ALL.iter().filter(|field| held & field.bit() != 0);
    Ok(BuildRecord {
        protection: Protection::Restricted,
        protected: None,
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
        registers: BTreeMap::new(),
        persons: None,
        prelist: None,
    })
}

fn named(findings: &BTreeMap<Rule, u64>) -> BTreeMap<String, u64> {
    findings.iter().map(|(rule, count)| (rule.name().to_owned(), *count)).collect()
}

fn accounts_of(release: &Release) -> Vec<String> {
    let record = release.manifest().build();
    let accounts = record.accounts;
    let (id, version) = (release.id(), &record.regions.version);
    let what = match record.protection {
        Protection::Public => "public figures; these accounts are exact and restricted",
        Protection::Restricted => "restricted",
    };
    let mut lines = vec![format!("release {id} on regions {version} ({what})")];
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
    let line = |(what, count): (&str, u64)| format!("  {what:<28}{count:>14}");
    lines.extend(sums.map(line));
    lines.extend(record.persons.iter().flat_map(|used| persons_lines(used).map(line)));
    lines.extend(record.prelist.iter().flat_map(|used| prelist_lines(used).map(line)));
    let findings = record.findings.iter();
    lines.extend(findings.map(|(rule, count)| format!("  finding {rule:<20}{count:>14}")));
    if !record.ignored_columns.is_empty() {
        lines.push(format!("  columns not read: {}", record.ignored_columns.join(", ")));
    }
    for (register, used) in &record.registers {
        if !used.ignored_columns.is_empty() {
            let names = used.ignored_columns.join(", ");
            lines.push(format!("  columns of {register} not read: {names}"));
        }
    }
    lines
}

const fn prelist_lines(used: &PrelistUsed) -> [(&'static str, u64); 5] {
    [
        ("prelist entries", used.rows),
        ("= visited", used.visited),
        ("+ not visited", used.not_visited),
        ("+ repeated entries", used.repeated),
        ("households not listed", used.not_listed),
    ]
}

const fn persons_lines(used: &PersonsUsed) -> [(&'static str, u64); 7] {
    let accounts = &used.accounts;
    [
        ("persons", accounts.rows),
        ("= in counted households", accounts.in_counted_households),
        ("+ in other households", accounts.in_other_households),
        ("+ in institutions", accounts.in_institutions),
        ("+ absent", accounts.absent),
        ("+ of unknown households", accounts.orphans),
        ("+ repeated rows", accounts.repeated),
    ]
}
