//! `sebaran build`: visits in, a release out.

mod accounts;
mod args;
mod choices;
mod public;
mod registers;
mod succession;
mod tiles;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use arrow::array::RecordBatch;
use tracing::warn;

use super::Common;
use super::answer::print;
use super::beside;
use super::cluster;
use super::doubtful::{self, accepted_fields, accepted_names};
use super::engine::Engine;
use super::inputs::Inputs;
use super::joinless;
use super::progress::Progress;
use super::publish;
use super::releases;
use super::strange_codes;
use super::without_village;
use crate::check::{PlacementRules, Rule};
use crate::config::Config;
use crate::domain::region::{RegionTree, Slug};
use crate::domain::visit::{AssignBy, VisitField};
use crate::engine::{self, Beside, Build, Built, EngineError, Ground, Pass, Sink};
use crate::protect::{Counted, LeafTable, Protection};
use crate::read::denominators;
use crate::read::visits::{ColumnsFile, VisitFiles};
use crate::store::manifest::{BesideUsed, BuildChoices, BuildRecord, InputUsed, RegionsUsed};
use crate::store::placed::PlacedWriter;
use crate::store::{
    self, Draft, Release, decisions, findings, index, leaves, regions, secret, summaries,
};

use accounts::accounts_of;
pub use args::BuildArgs;
pub use choices::{Assign, Rules, Tiles};
use registers::closed_regions;
pub use registers::{RegisterArgs, Registers};
pub(super) use succession::last_published;
use tiles::TileMaker;

/// Builds a release and prints its accounts.
///
/// # Errors
/// Whatever stopped it; the current release stays as it was.
pub fn run(common: &Common, args: &BuildArgs) -> Result<()> {
    let release = build(common, args)?;
    let is_candidate = !args.restricted && !args.publish;
    if common.json {
        return print(&releases::describe(&release, !is_candidate).to_string());
    }
    if common.quiet {
        return Ok(());
    }
    let mut lines = accounts_of(&release);
    if is_candidate {
        let id = release.id();
        lines.push(format!(
            "It is a candidate: `sebaran publish {id}` audits it and makes it current."
        ));
    }
    print(&lines.join("\n"))
}

/// Builds a release. With public figures it is a candidate until it is published; without, it is current.
///
/// # Errors
/// Whatever stopped it; the current release stays as it was.
pub fn build(common: &Common, args: &BuildArgs) -> Result<Release> {
    if args.engine != Engine::Local {
        cluster::check()?;
        refuse_on_cluster(args)?;
    }
    let progress = Progress::new(common);
    let settings = common.settings()?;
    let inputs = Inputs::note(&[&args.visits[..], &args.registers.paths()].concat());
    let columns = columns(args.columns.as_deref())?;
    let registers = Registers::open(&args.registers, &columns, args.reference_date)?;
    let table = args.denominators.as_deref().map(|path| denominators::read(path, &columns));
    let table = table.transpose()?;
    let files = VisitFiles::open(&args.visits, columns)?;
    let files = Arc::new(files.accepting(accepted_fields(&args.accept_doubtful)));
    remark(files.remarks().into_iter().chain(registers.remarks()));
    let draft = Draft::begin(&common.register, &args.release)?;
    let (beside, used, decided) = beside::collect(common, args.since.as_ref(), draft.path())?;
    if args.engine != Engine::Local && !decided.is_empty() {
        bail!(OneMachine("decisions about findings"));
    }
    let beside = Beside { offices: registers.offices(), ..beside };
    let mut ground = ground(common, &args.regions, args.assign, &settings, beside)?;
    ground.beside.closed = closed_regions(&args.registers.closed, &ground.tree)?;
    if !args.restricted {
        ground.placement = PlacementRules::Single;
        ground.bounds = Some(settings.protect.person_bounds());
    }
    let ground = Arc::new(ground);
    if !args.restricted {
        secret::check(&common.register)?;
    }
    let hashing = inputs.hash();
    let mut built = match &args.engine {
        Engine::Local => {
            let memory_mib = args.memory_mib.unwrap_or(settings.build.memory_mib);
            let bounds = (threads(common), memory_mib as usize * 1024 * 1024);
            run_plan(bounds, &draft, (&files, &registers, args.rules), &ground, &progress)?
        }
        Engine::Ballista(address) => {
            make_tables(&draft)?;
            let asked = (common, args, settings.cluster);
            cluster::build_on(address, asked, &draft, &files, &ground, told(&progress))?
        }
    };
    built.accounts.close(built.cube.households()).context("the accounts do not close")?;
    refuse_strange(args, &built, (&files, &registers), &ground)?;
    let fields = files.fields() | registers.fields();
    progress.phase("Writing the release");
    let table_of_leaves = LeafTable::exact(&built.cube, fields, ground.threshold, &ground.tree)
        .with_coverage_terms(settings.publish.coverage_terms());
    leaves::write(draft.path(), &table_of_leaves, &ground.tree)?;
    summaries::write(draft.path(), &built.quality, &ground.tree)?;
    if !decided.is_empty() {
        decisions::write(draft.path(), &decided)?;
    }
    if let Some(table) = &table {
        store::denominators::write(draft.path(), table)?;
    }
    let rows = [&built.rows[..], &registers.rows(&built)].concat();
    let empty_rows = [files.empty_rows(), registers.empty_rows()].concat();
    let mut inputs = hashing.finish(&rows, &empty_rows)?;
    let of_registers = inputs.split_off(built.rows.len());
    let mut record = record(args, common, (&files, inputs, fields), &ground, &built)?;
    let closed = ground.beside.closed.iter().map(|region| ground.tree.get(*region).code).collect();
    record.beside = BesideUsed { closed, ..used };
    registers.record(of_registers, &mut record);
    registers.keep(&draft, &mut built, (&ground, table.as_ref()), &mut record)?;
    let tiles = TileMaker::asked(args, common, &ground.tree, table.clone())?;
    if args.restricted {
        progress.phase("Cutting tiles");
        tiles.map_or(Ok(()), |tiles| tiles.write(draft.path(), &table_of_leaves))?;
    } else {
        progress.phase("Protecting");
        if settings.protect.every_household_has_village {
            without_village::refuse(&built, &files, &ground)?;
        }
        let (cube, threshold, regions) = (&built.cube, ground.threshold, &ground.tree);
        let counted = Counted { cube, fields, threshold, regions };
        let (content, succeeds) = succession::content(
            common,
            &record,
            counted,
            (settings.publish.least_changed(), settings.protect.person_bounds(), args.erasure()),
        )?;
        let counted = Counted { cube: &content, ..counted };
        let terms = settings.publish.coverage_terms();
        let chosen = (settings.protect, secret::open(&common.register)?, terms);
        let beside = (table.as_ref(), tiles.as_ref());
        public::make(&draft, &mut record, chosen, counted, beside, succeeds)?;
        let release = draft.keep(record)?;
        if args.publish {
            progress.phase("Auditing and publishing");
            publish::publish(common, release.id(), args.spend())?;
        }
        return Ok(release);
    }
    Ok(draft.publish(record)?)
}

/// Tells what people should know before they wait.
pub(super) fn remark(remarks: impl Iterator<Item = String>) {
    remarks.for_each(|remark| warn!("{remark}"));
}

/// Refuses what is most likely a mistake.
fn refuse_strange(
    args: &BuildArgs,
    built: &Built,
    read: (&VisitFiles, &Registers),
    ground: &Ground,
) -> Result<()> {
    doubtful::refuse(built, read, ground, &args.accept_doubtful)?;
    joinless::refuse(built, read, ground)?;
    strange_codes::refuse(built, &args.regions, read.0, ground)
}

/// Refuses what only one machine can do.
fn refuse_on_cluster(args: &BuildArgs) -> Result<(), OneMachine> {
    if args.rules != Rules::Single {
        Err(OneMachine("rules about several visits"))
    } else if args.since.is_some() {
        Err(OneMachine("a release before"))
    } else if !args.registers.paths().is_empty() {
        Err(OneMachine("persons and other registers"))
    } else if !args.accept_doubtful.is_empty() {
        Err(OneMachine("accepted columns"))
    } else {
        Ok(())
    }
}

/// That something can't be had on a cluster, and what can.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0} can't be had on a cluster; build on one machine, or with `--rules single` and without \
     registers, `--since` and decisions"
)]
struct OneMachine(&'static str);

/// The columns file, where one is named.
///
/// # Errors
/// Where it can't be read.
pub(super) fn columns(path: Option<&Path>) -> Result<ColumnsFile> {
    let shown = path.unwrap_or(Path::new("")).display();
    ColumnsFile::parse(&columns_text(path)?)
        .with_context(|| format!("cannot use columns file `{shown}`"))
}

/// The text of the columns file; empty, which changes nothing, where there is none.
///
/// # Errors
/// Where it can't be read.
pub(super) fn columns_text(path: Option<&Path>) -> Result<String> {
    let Some(path) = path else { return Ok(String::new()) };
    fs::read_to_string(path)
        .with_context(|| format!("cannot read columns file `{}`", path.display()))
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
    let programmes = settings.programmes;
    let (check, placement) = (settings.check, PlacementRules::All);
    let bounds = None;
    Ok(Ground { tree, index, assign, check, placement, threshold, bounds, programmes, beside })
}

fn run_plan(
    (threads, memory_bytes): (NonZeroUsize, usize),
    draft: &Draft,
    (files, registers, rules): (&Arc<VisitFiles>, &Registers, Rules),
    ground: &Arc<Ground>,
    progress: &Progress,
) -> Result<Built> {
    make_tables(draft)?;
    let spill = tempfile::tempdir_in(draft.path()).context("cannot make a folder to spill to")?;
    let work = Build {
        files: Arc::clone(files),
        registers: registers.files.clone(),
        rules: rules.into(),
        ground: Arc::clone(ground),
        threads,
        memory_bytes,
        spill_folder: spill.path(),
    };
    let tree = Arc::new(ground.tree.clone());
    let make_sink = || -> Box<dyn Sink> {
        let sink = ReleaseSink::new(draft.path(), &tree);
        let has_persons = registers.files.persons.is_some();
        Box::new(if has_persons { sink.with_persons() } else { sink })
    };
    Ok(engine::run(&work, make_sink, told(progress))?)
}

/// Makes the folders of the tables that come to a draft file by file.
fn make_tables(draft: &Draft) -> Result<()> {
    for table in ["placed", findings::FOLDER] {
        let folder = draft.path().join(table);
        fs::create_dir(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    }
    Ok(())
}

fn told(progress: &Progress) -> impl Fn(Pass, u64) {
    let last = Cell::new(None);
    move |pass, rows| {
        if last.replace(Some(pass)) != Some(pass) {
            progress.phase(pass.words());
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
        succeeds: None,
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
            rules: args.rules.into(),
            placement: ground.placement,
            accepted_columns: accepted_names(&args.accept_doubtful),
        },
        accounts: built.accounts,
        fields: names.map(|field| field.name().to_owned()).collect(),
        ignored_columns: files.ignored(),
        findings: named(&built.findings),
        beside: BesideUsed::default(),
        registers: BTreeMap::new(),
        persons: None,
        prelist: None,
        recipients: None,
        programmes: Vec::new(),
    })
}

fn named(findings: &BTreeMap<Rule, u64>) -> BTreeMap<String, u64> {
    findings.iter().map(|(rule, count)| (rule.name().to_owned(), *count)).collect()
}
